"""`hoso practitioners`: takes lists of practitioners in, and hands out their template."""

from datetime import datetime
from pathlib import Path

import click

from hoso.cli.given_lists import take_in_list
from hoso.cli.terminal import json_option


@click.group(short_help="Take lists of practitioners in.")
def practitioners() -> None:
    """The register of practitioners: lists (CSV or XLSX) with licences, scope and places of practice."""


@practitioners.command("import", short_help="Take a list in.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day on which the list is true (today).")
@json_option
def import_(file: Path, day: datetime | None, as_json: bool) -> None:
    """Take in FILE: every right row, once however often it is given; every refused row is named with what to do.

    Stopped or killed, the same command goes on where the last acknowledged row stands.
    """
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.engines.intake.jobs import intake_service
    from hoso.engines.intake.practitioners.importing import take_list
    from hoso.engines.intake.practitioners.kind import PRACTITIONERS

    take_in_list(PRACTITIONERS, take_list, intake_service("command:practitioners import"), file, day, as_json)


@practitioners.command(short_help="Write an empty list to fill in.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def template(file: Path) -> None:
    """Write the template of the list of practitioners to FILE (CSV)."""
    from hoso.engines.intake.practitioners.sheet import write_practitioner_template

    write_practitioner_template(file)
