"""`hoso facilities`: takes a list of health facilities in, and hands out its template."""

from pathlib import Path

import click

from hoso.cli.terminal import json_option, print_json, print_refusals


@click.group(short_help="Take in the list of facilities.")
def facilities() -> None:
    """Take in the list of facilities (CSV or XLSX); the template names its columns."""


@facilities.command("import", short_help="Take a list in.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
def import_(file: Path, as_json: bool) -> None:
    """Take in FILE: every right row, once however often it is given; every refused row is named with what to do."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from django.db import transaction

    from hoso.core.accounts.actions import operator
    from hoso.core.audit.events import AuditEvent, record_event
    from hoso.core.places.facilities import import_facilities

    with transaction.atomic():
        report = import_facilities(file)
        actor = operator("facilities import")
        record_event(AuditEvent(actor, "", "administration", "update", object="facilities", found=report.rows))
    if as_json:
        print_json(report.as_dict())
        return
    print_refusals(report.refusals)
    click.echo(
        f"{report.rows} dòng / rows: {report.created} mới / new, {report.updated} đổi / changed, "
        f"{report.unchanged} như cũ / unchanged, {len(report.refused_rows)} bị từ chối / refused"
    )


@facilities.command(short_help="Write an empty list to fill in.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def template(file: Path) -> None:
    """Write the template of the list to FILE (CSV)."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.places.facilities import write_facility_template

    write_facility_template(file)
