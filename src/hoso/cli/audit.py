"""`hoso audit`: seals the audit, verifies it, changes its key, hands it on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import click

from hoso.cli.stopping import asked_to_stop
from hoso.cli.terminal import json_option, print_json, progress_bar

if TYPE_CHECKING:
    from hoso.core.access.actor import Actor
    from hoso.core.audit.queries import EventRow
    from hoso.core.audit.verification import Report

TAMPERED = 1  # exit code
FORMATS = ("fhir", "cef", "ocsf", "json")


@click.group(short_help="Seal, verify and export the audit.")
def audit() -> None:
    """Seal, verify and export the record of who did what to whom."""


@audit.command(short_help="Seal events into the chain until stopped.")
def seal() -> None:
    """Seal events into the chain, sign checkpoints, bring the spool in, until told to stop. `hoso serve` runs this."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.audit.sealer import seal_until

    seal_until(asked_to_stop())


@audit.command(short_help="Look for tampering.")
@click.option("--since", help="Begin at the newest checkpoint of this day or moment.")
@click.option("--trust", "trusted", help="Id of the first signing key, as it was written down when it was made.")
@json_option
def verify(since: str | None, trusted: str | None, as_json: bool) -> None:
    """Compute the chain anew from the events and compare it with the signed checkpoints outside.

    Ends with exit code 1 where anything was changed. What is younger than the newest checkpoint is not covered yet.
    """
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.audit import verification
    from hoso.core.audit.writer import connect_writer

    moment = moment_of(since) if since else None
    with connect_writer() as connection, progress_bar("events") as progress:
        report = verification.verify(connection, moment, trusted, progress)
    if as_json:
        print_json(report.as_dict())
    else:
        _tell(report)
    if not report.is_clean:
        raise SystemExit(TAMPERED)


@audit.command("rotate-key", short_help="Begin a new signing key.")
def rotate_key() -> None:
    """Begin a new signing key, signed by the old one, whose private half is removed; prints the new key's id."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.accounts.actions import operator
    from hoso.core.audit.checkpoints import Ledger
    from hoso.core.audit.events import AuditEvent, record_event
    from hoso.core.audit.places import bring_level
    from hoso.core.audit.sealing import installation_of
    from hoso.core.audit.writer import connect_writer

    with connect_writer() as connection:
        name = Ledger(installation_of(connection)).change_key()
    bring_level()
    actor = operator("audit rotate-key")
    record_event(AuditEvent(actor, "operator", "administration", "update", object=f"audit-key/{name}"))
    click.echo(name)


@audit.command("accept-restore", short_help="Declare that the database was set back on purpose.")
@click.option("--reason", required=True, help="Why, and who decided it; stands in the checkpoints for ever.")
def accept_restore(reason: str) -> None:
    """After a restore to an earlier moment: let sealing go on from there. The loss is signed and told by every verify."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.accounts.actions import operator
    from hoso.core.audit import sealer
    from hoso.core.audit.events import AuditEvent, record_event
    from hoso.core.audit.writer import connect_writer

    with connect_writer() as connection:
        head = sealer.accept_restore(connection, reason)
    actor = operator("audit accept-restore")
    record_event(AuditEvent(actor, "operator", "administration", "update", object="audit-chain", reason=reason[:500]))
    click.echo(f"#{head.sequence}")


@audit.command(short_help="Hand events on to another system.")
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), required=True, help="FHIR AuditEvent, CEF, OCSF, own JSON."
)
@click.option("--since", help="Events of this day or moment and later.")
@click.option("--until", help="Events before this day or moment.")
@click.option(
    "--to", default="-", show_default=True, help="A file, - (the terminal), tcp://host:port or udp://host:port."
)
@click.option("--account", default="", help="Who exports: an account whose role has the permission audit.export.")
@click.option("--reason", default="", help="Why; stands in the audit.")
@json_option
def export(
    format_: str, since: str | None, until: str | None, to: str, account: str, reason: str, as_json: bool
) -> None:
    """Write events, oldest first, one line each; to a log collector as RFC 5424 messages. The export is an event itself."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.audit import exporting
    from hoso.core.audit.queries import Filters

    if not account or not reason.strip():
        from hoso.core.errors import HosoError

        raise HosoError("HS2157")
    filters = Filters(since=moment_of(since) if since else None, until=moment_of(until) if until else None)
    actor = acting_account(account, "audit export")
    if actor is None:
        from hoso.core.errors import HosoError

        raise HosoError("HS2157")
    with progress_bar("events") as progress, _destination(to) as write:
        count = exporting.export(actor, format_, filters, reason, write, progress)
    if as_json:
        print_json({"format": format_, "events": count, "to": to})
    else:
        click.echo(f"{count:,} sự kiện / events → {to}", err=True)


def acting_account(username: str, command: str) -> "Actor | None":
    """The account that asks, acting through this command; None where none of this name is active."""
    from hoso.core.access.actor import Actor
    from hoso.core.accounts.actions import operator
    from hoso.core.accounts.models import Account

    found = Account.objects.filter(username=username, is_active=True).first()
    if found is None:
        return None
    machine = operator(command)
    return Actor(found.pk, found.username, machine.route, device=machine.name)


@contextmanager
def _destination(to: str) -> Iterator["Callable[[EventRow, str], None]"]:
    """Where lines go. A file appears under its name only when it is whole."""
    import os
    from pathlib import Path

    from hoso.core.audit.syslog import EVENT, Collector, message

    if to.startswith(("tcp://", "udp://")):
        with Collector(to) as collector:
            yield lambda event, line: collector.send(message(event.at, EVENT, line))
    elif to == "-":
        yield lambda event, line: click.echo(line)
    else:
        part = Path(f"{to}.part")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            yield lambda event, line: print(line, file=file)
            file.flush()
            os.fsync(file.fileno())
        part.rename(to)


def moment_of(text: str) -> datetime:
    """A day or a moment, in the house's time zone where none is said. Raises HosoError HS2156."""
    from django.utils import timezone

    from hoso.core.errors import HosoError

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise HosoError("HS2156", value=text[:40]) from None
    return moment if moment.tzinfo else timezone.make_aware(moment)


def _tell(report: "Report") -> None:
    for finding in report.findings:
        click.echo(f"✗ {finding.line()}")
    if report.more_findings:
        click.echo(f"✗ … {report.more_findings} nữa / more")
    for restore in report.restores:
        click.echo(f"! khôi phục đã khai báo / declared restore: {restore}")
    covered_at = report.covered_at.isoformat(timespec="seconds") if report.covered_at else "–"
    click.echo(
        f"{'✓' if report.is_clean else '✗'} {report.events:,} sự kiện / events, #{report.since + 1}–#{report.head}; "
        f"{report.removed:,} hết hạn / removed by retention\n"
        f"  điểm kiểm tra cuối / last checkpoint: #{report.covered} ({covered_at}), "
        f"khoá đầu / first key: {report.first_key or '–'}\n"
        f"  chưa được bảo vệ / not covered yet: {report.uncovered} trong chuỗi / in the chain, "
        f"{report.unsealed} chưa niêm phong / unsealed (cửa sổ / window {report.window})"
    )
