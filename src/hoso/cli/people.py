"""`hoso people`: takes lists of households in."""

from datetime import datetime
from pathlib import Path

import click

from hoso.cli.given_lists import take_in_list
from hoso.cli.terminal import json_option, print_json, progress_bar


@click.group(short_help="Take lists of households in.")
def people() -> None:
    """The people index: lists of households (CSV or XLSX), from which every resident has a record."""


@people.command("import-households", short_help="Take a list of households in.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day on which the list is true (today).")
@json_option
def import_households(file: Path, day: datetime | None, as_json: bool) -> None:
    """Take in FILE: every right row, once however often it is given; every refused row is named with what to do.

    Stopped or killed, the same command goes on where the last acknowledged row stands.
    """
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.engines.intake.households.importing import take_list
    from hoso.engines.intake.households.lists import HOUSEHOLDS
    from hoso.engines.intake.jobs import intake_service

    take_in_list(HOUSEHOLDS, take_list, intake_service("command:people import-households"), file, day, as_json)


@people.command(short_help="Find records of one human.")
@json_option
def link(as_json: bool) -> None:
    """Compare everybody with everybody: who surely is one human is joined, who may be waits at the review desk.

    Doing it again joins nobody twice; what a person kept apart or parted is not joined again.
    """
    from hoso.cli.house import open_current_house

    open_current_house()
    from dataclasses import asdict

    from hoso.engines.intake.jobs import intake_service
    from hoso.engines.intake.linking import link_everybody

    with progress_bar("cặp") as progress:
        report = link_everybody(intake_service("command:people link"), progress)
    if as_json:
        print_json(asdict(report))
        return
    click.echo(
        f"{report.persons} người / persons: {report.pairs} cặp / pairs, {report.joined} đã ghép / joined, "
        f"{report.waiting} chờ xem / waiting, {report.decided} đã rõ / decided before"
    )


@people.command(short_help="Write an empty list to fill in.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def template(file: Path) -> None:
    """Write the template of the list of households to FILE (CSV)."""
    from hoso.engines.intake.households.sheet import write_household_template

    write_household_template(file)
