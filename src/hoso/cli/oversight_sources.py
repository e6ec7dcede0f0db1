"""`hoso oversight register|take|listen`: other systems as sources of events."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hoso.cli.terminal import json_option, print_json

if TYPE_CHECKING:
    from hoso.core.access.actor import Actor


@click.command(short_help="Register another system as a source.")
@click.argument("key")
@click.option("--account", required=True, help="The machine account (role audit_source) that brings its events.")
@click.option("--title-vi", required=True, help="Its name in Vietnamese.")
@click.option("--title-en", required=True, help="Its name in English.")
@click.option("--facility", help="Code of the facility where its accounts work, if it is one.")
@click.option(
    "--tier",
    type=click.Choice(["T0", "T1", "T2", "T3", "T4"]),
    default="T3",
    show_default=True,
    help="Privilege tier of its accounts whose role is none of ours.",
)
def register(key: str, account: str, title_vi: str, title_en: str, facility: str | None, tier: str) -> None:
    """Register the system KEY. Its accounts are watched from then on, beside our own."""
    _open_house()
    from hoso.core.accounts.actions import operator
    from hoso.core.errors import HosoError
    from hoso.core.places.facilities import facility_by_code
    from hoso.engines.oversight.outside.sources import Source, register_source

    place = facility_by_code(facility) if facility else None
    if facility and place is None:
        raise HosoError("HS8035", facility=facility[:40])
    source = Source(key, title_vi, title_en, account, place.pk if place else None, tier)
    register_source(operator("oversight register"), source)
    click.echo(f"{key} ← {account}")


@click.command(short_help="Take over a file of events.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--account", required=True, help="The machine account that feeds the source.")
@json_option
def take(file: Path, account: str, as_json: bool) -> None:
    """Take over FILE: CSV with a head of our own names, one event a line (CEF, OCSF, FHIR AuditEvent, JSON),
    or a log of PostgreSQL with its audit extension pgaudit (jsonlog, csvlog, or lines with the prefix of the guide).

    Again changes nothing. Exit code 1 where a line told no event; such lines are kept for the monitoring officers.
    """
    _open_house()
    from hoso.engines.oversight.outside.taking import take_file

    batches = list(take_file(_feeder(account), file))
    found = {name: sum(getattr(one, name) for one in batches) for name in ("seen", "taken", "dead", "passed")}
    if as_json:
        print_json(found)
    else:
        click.echo(
            f"{found['seen']:,} sự kiện / events, {found['taken']:,} mới / new, {found['dead']:,} không đọc được / not read,"
            f" {found['passed']:,} dòng khác / other lines"
        )
    if found["dead"]:
        raise SystemExit(1)


@click.command(short_help="Listen for syslog over TLS.")
@click.option("--account", required=True, help="The machine account that feeds the source.")
@click.option("--bind", default="127.0.0.1:6514", show_default=True, help="Address and port.")
@click.option(
    "--certificate",
    type=click.Path(exists=True, dir_okay=False),
    help="PEM; without it in the clear, on loopback alone.",
)
@click.option("--key", type=click.Path(exists=True, dir_okay=False), help="PEM of the private key.")
@click.option(
    "--clients", type=click.Path(exists=True, dir_okay=False), help="PEM of the authority that senders are known by."
)
@json_option
def listen(
    account: str, bind: str, certificate: str | None, key: str | None, clients: str | None, as_json: bool
) -> None:
    """Listen for RFC 5424 messages (RFC 5425 octet counting, or lines) until stopped; each message is one event.

    With --clients only senders with a certificate of that authority are let in.
    """
    import signal
    import socket
    import ssl
    from ipaddress import ip_address

    _open_house()
    from django.db import close_old_connections

    from hoso.core.errors import HosoError
    from hoso.engines.oversight.outside.listening import Listener
    from hoso.engines.oversight.outside.taking import take as take_over

    actor = _feeder(account)
    host, _, port = bind.rpartition(":")
    if certificate is None and not ip_address(host.strip("[]")).is_loopback:
        raise HosoError("HS8034")
    tls = None
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.minimum_version = ssl.TLSVersion.TLSv1_2
        tls.num_tickets = (
            0  # a ticket written to a sender that has left resets the connection, and what it sent is lost
        )
        tls.load_cert_chain(certificate, key)
        if clients:
            tls.verify_mode = ssl.CERT_REQUIRED
            tls.load_verify_locations(clients)

    def write(texts: list[str]) -> None:
        close_old_connections()
        take_over(actor, texts)

    with socket.create_server((host.strip("[]"), int(port)), backlog=128) as listening:
        listener = Listener(listening, tls, write)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: listener.stop())
        click.echo(f"{bind} {'TLS' if tls else 'TCP'}", err=as_json)
        listener.serve()
    meter = listener.meter
    if as_json:
        print_json({"received": meter.received, "written": meter.written, "broken": meter.broken})
    else:
        click.echo(
            f"{meter.received:,} nhận / received, {meter.written:,} ghi / written, {meter.broken:,} đứt / broken"
        )


@click.command(short_help="Show what could not be read.")
@click.option("--account", required=True, help="Who asks: an account that works at the case desk (case.handle).")
@json_option
def unread(account: str, as_json: bool) -> None:
    """Show the newest hundred texts of other systems that told no event, each with the reason."""
    _open_house()
    from hoso.cli.audit import acting_account
    from hoso.core.access.reading import Asking, read
    from hoso.core.errors import HosoError
    from hoso.engines.oversight.outside.sources import dead_letters

    actor = acting_account(account, "oversight unread")
    if actor is None:
        raise HosoError("HS8001", account=account[:40])
    found = read(actor, "oversight", Asking("case.handle", "search", object="dead letters"), dead_letters)
    if as_json:
        told = [{"source": one.source, "reason": one.reason, "text": one.content} for one in found]
        print_json({"unread": told})
        return
    for one in found:
        click.echo(f"{one.received_at:%d/%m/%Y %H:%M} {one.source}: {one.reason}\n    {one.content[:300]}")


def _open_house() -> None:
    from hoso.cli.house import open_current_house

    open_current_house()


def _feeder(username: str) -> "Actor":
    from hoso.core.access.actor import Actor
    from hoso.core.accounts.models import Account
    from hoso.core.errors import HosoError

    account = Account.objects.filter(username=username, is_active=True).first()
    if account is None:
        raise HosoError("HS8030")
    return Actor(account.pk, account.username, "command:oversight")
