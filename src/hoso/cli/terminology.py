"""`hoso terminology`: versions of code systems: taken in as a draft, compared, published."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from hoso.cli.terminal import json_option, print_json, print_refusals


@click.group(short_help="Versions of code systems.")
def terminology() -> None:
    """Versions of code systems (diagnoses, services …): take one in as a draft, compare it, publish it."""


@terminology.command(short_help="Write an empty list to fill in.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--of", "system", default="", help="The catalogue: thuoc, thiet-bi-y-te, vat-tu-y-te, xet-nghiem, yhct …")
def template(file: Path, system: str) -> None:
    """Write the template of a version to FILE (CSV); a catalogue has columns of its own."""
    from hoso.core.errors import HosoError
    from hoso.core.terminology.catalogues import catalogue_of
    from hoso.core.terminology.version_sheet import write_version_template

    catalogue = catalogue_of(system) if system else None
    if system and catalogue is None:
        raise HosoError("HS6006", system=system)
    write_version_template(file, catalogue)
    if catalogue and catalogue.shape != "official":
        click.echo(f"Mẫu không chính thức / unofficial template: {catalogue.source}", err=True)


@terminology.command(short_help="The versions of a system.")
@click.argument("system")
@json_option
def versions(system: str, as_json: bool) -> None:
    """List the versions of SYSTEM (as icd10-vn or its address), newest first, drafts too."""
    _open()
    from hoso.core.terminology.comparing import version_list

    lines = version_list(system)
    if as_json:
        print_json(
            {"versions": [{"version": line.version, "status": line.status, "codes": line.codes} for line in lines]}
        )
        return
    for line in lines:
        ends = f"{line.valid_to:%d/%m/%Y}" if line.valid_to else ""
        click.echo(
            f"{line.version}\t{line.status}\t{line.valid_from:%d/%m/%Y}–{ends}\t{line.codes}\t{line.origin}, {line.evidence}"
        )


@terminology.command("import", short_help="Take a version in as a draft.")
@click.argument("system")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--version", required=True, help="Name of the version, as the decision that brings it.")
@click.option("--from", "valid_from", required=True, type=click.DateTime(["%Y-%m-%d", "%d/%m/%Y"]), help="First day.")
@click.option("--source", required=True, help="Decision, article, where the list was obtained.")
@click.option("--official", is_flag=True, help="The list is the official print; without it the version is unverified.")
@json_option
def import_(
    system: str, file: Path, version: str, valid_from: datetime, source: str, official: bool, as_json: bool
) -> None:
    """Take FILE in as a draft version of SYSTEM: every right row; every refused row is named with what to do."""
    _open()
    from hoso.core.terminology.local_versions import draft_version

    with _recorded("create", f"{system}/{version}"):
        report = draft_version(
            file, system, version, valid_from.date(), source, "official" if official else "unverified"
        )
    if as_json:
        print_json(report.as_dict())
        return
    print_refusals(report.refusals)
    click.echo(
        f"{report.rows} dòng / rows: {report.taken} mã nháp / codes of the draft, "
        f"{report.packages} quy cách thêm / further packages, "
        f"{len(report.refused_rows)} bị từ chối / refused"
    )


@terminology.command(short_help="What a version changes.")
@click.argument("system")
@click.argument("before")
@click.argument("after")
@json_option
def compare(system: str, before: str, after: str, as_json: bool) -> None:
    """Say what version AFTER of SYSTEM has otherwise than version BEFORE: counts, then every code."""
    _open()
    from hoso.core.terminology.comparing import compare as compare_versions

    found = compare_versions(system, before, after, limit=1_000_000)
    if as_json:
        print_json({"counts": found.counts, "changes": [[one.kind, one.code] for one in found.changes]})
        return
    click.echo(", ".join(f"{kind} {number:,}" for kind, number in sorted(found.counts.items())))
    for one in found.changes:
        click.echo(f"{one.kind}\t{one.code}\t{one.before_vi}\t{one.after_vi}")


@terminology.command(short_help="Bring a draft into force.")
@click.argument("system")
@click.argument("version")
def publish(system: str, version: str) -> None:
    """Bring the draft VERSION of SYSTEM into force from its first day; the version before it ends on that day."""
    _open()
    from hoso.core.terminology.local_versions import publish_version

    with _recorded("update", f"{system}/{version}"):
        cases = publish_version(system, version)
    click.echo(f"{system} {version}: đã ban hành / published")
    if cases:
        click.echo(f"{cases} GTIN của sản phẩm khác, chờ quyết định / GTINs of other products wait for a decision")


@terminology.command(short_help="Take a version out of use.")
@click.argument("system")
@click.argument("version")
@click.option(
    "--from", "day", required=True, type=click.DateTime(["%Y-%m-%d", "%d/%m/%Y"]), help="First day without it."
)
def retire(system: str, version: str, day: datetime) -> None:
    """Let nobody use the published VERSION of SYSTEM from a day on; what its codes meant before stays."""
    _open()
    from hoso.core.terminology.local_versions import retire_version

    with _recorded("update", f"{system}/{version}"):
        retire_version(system, version, day.date())
    click.echo(f"{system} {version}: thôi dùng từ / retired from {day:%d/%m/%Y}")


def _open() -> None:
    from hoso.cli.house import open_current_house

    open_current_house()


@contextmanager
def _recorded(action: str, target: str) -> Iterator[None]:
    """The act and its audit event in one transaction."""
    from django.db import transaction

    from hoso.core.accounts.actions import operator
    from hoso.core.audit.events import AuditEvent, record_event
    from hoso.core.database.session import set_actor

    with transaction.atomic():
        actor = operator(f"terminology {action}")
        set_actor(actor.account_id, "administration")  # who brings a version into force stands in its row
        yield
        record_event(AuditEvent(actor, "", "administration", action, object=f"CodeSystem/{target}"))
