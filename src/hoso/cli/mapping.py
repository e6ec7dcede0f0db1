"""`hoso mapping`: counts local codes of what is filed already, and files again what waits for a mapping."""

import click

from hoso.cli.terminal import json_option, print_json, progress_bar


@click.group(short_help="Local codes of hospitals and their mappings.")
def mapping() -> None:
    """The mapping desk: codes of hospitals that no catalogue has."""


@mapping.command(short_help="Count the codes of what is filed already.")
@json_option
def collect(as_json: bool) -> None:
    """Count the codes of every visit that is not counted by the catalogues of its day, from the kept originals.

    Needed once after an upgrade, and after a catalogue was published for days that have gone by. Stopped or killed, the same
    command goes on where it was.
    """
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.engines.intake.jobs import intake_service
    from hoso.engines.intake.local_codes.collecting import collect as count_them

    with progress_bar("hồ sơ") as progress:
        counted = count_them(intake_service("command:mapping collect"), progress)
    if as_json:
        print_json({"counted": counted})
        return
    click.echo(f"{counted} hồ sơ đã đếm / visits counted")


@mapping.command(short_help="File again what waits for a mapping.")
@json_option
def refile(as_json: bool) -> None:
    """File the visits that carry a code of an approved mapping once more, from the kept originals; the worker does it by itself.

    Stopped or killed, the same command goes on where it was.
    """
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.engines.intake.jobs import intake_service
    from hoso.engines.intake.local_codes.refiling import refile_waiting

    with progress_bar("hồ sơ") as progress:
        done = refile_waiting(intake_service("command:mapping refile"), progress)
    if as_json:
        print_json({"visits": done.visits, "changed": done.changed})
        return
    click.echo(f"{done.visits} hồ sơ lưu lại / visits filed again, {done.changed} thay đổi / changed")
