"""`hoso statistics`: the cube of reported figures held, built anew, compared; the yearbook."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hoso.cli.stopping import asked_to_stop
from hoso.cli.terminal import Progress, json_option, print_json, progress_bar
from hoso.cli.yearbook import yearbook

if TYPE_CHECKING:
    from hoso.core.facts.store import Store


@click.group(short_help="The cube of reported figures, the yearbook.")
def statistics() -> None:
    """Hold the cube of reported figures, build it anew, compare it; make the yearbook."""


@statistics.command(short_help="Hold the cube until stopped.")
def cube() -> None:
    """Hold the cube of reported figures and answer questions until told to stop. `hoso serve` runs this; where nobody does,
    figures are added up in the database, more slowly."""
    from hoso.cli.house import home, open_current_house

    open_current_house()
    from hoso.core.errors import HosoError
    from hoso.engines.statistics.cube.holder import Holder

    stopping = asked_to_stop()
    while not stopping():
        try:
            holder = Holder(home())
        except HosoError as error:
            if error.code != "HS1006":
                raise
            time.sleep(1.0)  # another process holds it, or builds it anew: whoever comes next goes on
        else:
            holder.run_until(stopping)


@statistics.command(short_help="Build the cube anew from the database.")
@click.option("--from-start", is_flag=True, help="Throw away what a stopped build had done.")
@json_option
def rebuild(from_start: bool, as_json: bool) -> None:
    """Build the cube anew from the values in the database; the old one answers meanwhile. Stopped, it goes on where it was.

    Where a process holds the cube, that one builds it, and this command shows how far it is.
    """
    from hoso.cli.house import home, open_current_house

    open_current_house()
    from hoso.core.errors import HosoError
    from hoso.core.facts.store import Store
    from hoso.engines.statistics.cube.facts import SHAPE, facts_folder

    folder, began = facts_folder(home()), time.monotonic()
    with progress_bar("figures") as progress:
        try:
            store = Store(folder, SHAPE)
        except HosoError as error:
            if error.code != "HS1006":
                raise
            facts = _watch(folder, progress)
        else:
            facts = _build(store, from_start, progress)
    summary = {"facts": facts, "seconds": round(time.monotonic() - began, 1)}
    if as_json:
        print_json(summary)
    else:
        click.echo(f"{facts:,} số liệu / figures")


def _build(store: "Store", from_start: bool, progress: Progress) -> int:
    import shutil

    from hoso.core.facts.building import Building
    from hoso.engines.statistics.cube.building import build

    if from_start:
        shutil.rmtree(Building(store).folder, ignore_errors=True)
    building = Building(store)
    build(building, progress)
    building.finish()
    facts = store.manifest.facts
    store.close()
    return facts


def _watch(folder: Path, progress: Progress) -> int:
    state = _ask(folder, "rebuild")
    while state["building"]:
        progress(state["done"], state["total"])
        time.sleep(0.3)
        state = _ask(folder, "state")
    return int(state["facts"])


def _ask(folder: Path, what: str) -> dict[str, Any]:
    from hoso.core.errors import HosoError
    from hoso.core.facts.asking import ask_holder

    told = ask_holder(folder, {"do": what})
    if told is None:
        raise HosoError("HS1006", folder=folder)
    return told


@statistics.command(short_help="A hash of every figure in the cube.")
@json_option
def digest(as_json: bool) -> None:
    """Print a hash of every figure in the cube, in a fixed order. The cube that followed every change and one that was built
    anew have the same."""
    from hoso.cli.house import home, open_current_house

    open_current_house()
    from hoso.engines.statistics.cube.comparing import digest_of

    told = digest_of(home())
    if as_json:
        print_json({"digest": told})
    else:
        click.echo(told)


statistics.add_command(yearbook)
