"""`hoso folders`: which folders are watched. `hoso watch`: looks at them until told to stop."""

from pathlib import Path

import click

from hoso.cli.terminal import json_option, print_json, print_table

VERSIONS = ("qd4210", "qd130", "qd4750", "qd3176")


@click.group(short_help="Folders into which hospitals drop packages.")
def folders() -> None:
    """Add, list and end watched folders; who runs this is named in the audit. `hoso worker` looks there once a minute."""


@folders.command(short_help="Watch a folder for a facility.")
@click.argument("facility")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--version", type=click.Choice(VERSIONS), help="State the decision instead of finding it out.")
@click.option(
    "--settle", type=click.IntRange(0, 3600), default=30, show_default=True, help="Seconds a file must rest unchanged."
)
def add(facility: str, path: Path, version: str | None, settle: int) -> None:
    """Watch PATH for the facility with the code FACILITY. Results lie in its subfolders done and refused."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.accounts.actions import operator
    from hoso.core.places.facilities import facility_by_code
    from hoso.engines.intake.folders.registered import add_folder

    found = facility_by_code(facility)
    if found is None:
        raise click.BadParameter(f"{facility}: không có cơ sở này / no such facility", param_hint="FACILITY")
    click.echo(add_folder(operator("folders add"), found, path, version, settle))


@folders.command("list", short_help="List them.")
@json_option
def list_(as_json: bool) -> None:
    """Every folder that is watched, when it was looked at last, and what is wrong there."""
    from dataclasses import asdict

    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.engines.intake.folders.registered import watched_folders

    found = watched_folders()
    if as_json:
        print_json({"folders": [asdict(one) for one in found]})
        return
    rows = [
        (str(one.id), one.facility_code, one.path, f"{one.looked_at:%d/%m %H:%M:%S}" if one.looked_at else "–", one.trouble)
        for one in found
    ]  # fmt: skip
    print_table(("#", "cơ sở / facility", "thư mục / folder", "xem lúc / looked at", "lỗi / trouble"), rows)


@folders.command(short_help="Watch one no more.")
@click.argument("number", type=click.IntRange(1))
def end(number: int) -> None:
    """Watch the folder with this NUMBER no more; what lies there stays."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.accounts.actions import operator
    from hoso.engines.intake.folders.registered import end_folder

    end_folder(operator("folders end"), number)


@click.command(short_help="Look at the watched folders until stopped.")
@click.option("--every", type=click.FloatRange(0.2, 3600), default=5, show_default=True, help="Seconds between looks.")
@click.option("--once", is_flag=True, help="Look once and end.")
@json_option
def watch(every: float, once: bool, as_json: bool) -> None:
    """Take what is dropped into the watched folders and lay the results beside it. A worker must run as well.

    It may be stopped or killed at any moment: nothing is lost and nothing is taken twice.
    """
    import signal
    import threading

    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.engines.intake.folders.taking import look_at_all

    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    taken = look_at_all()
    while not once and not stopping.wait(every):
        taken += look_at_all()
    if as_json:
        print_json({"files": taken})
    else:
        click.echo(f"{taken:>12,}  tệp đã lấy / files taken")
