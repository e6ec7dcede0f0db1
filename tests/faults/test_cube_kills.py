"""Entries, corrections, moved units, values taken back, and kills of whoever holds the cube at any moment: at the end its hash is
that of a cube built anew. CUBE_KILLS says how many kills (`make prove-cube-kills`)."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from hoso.cli.processes import cube_command
from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.facts.asking import ask_holder
from hoso.core.facts.building import Building
from hoso.core.facts.store import Store
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.cube.building import build
from hoso.engines.statistics.cube.comparing import digest_of
from hoso.engines.statistics.cube.facts import SHAPE, facts_folder
from hoso.engines.statistics.cube.tests.holding import wait_until_ready
from hoso.engines.statistics.cube.tests.world import World, make_world, report
from tests.database import Database

KILLS = int(os.environ.get("CUBE_KILLS", "5"))


def _hold(database: Database) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(cube_command(), env={**os.environ, **database.environment})


def _digest(home: Path, seconds: float = 120.0) -> str:
    """Of the cube once it has caught up: on a busy machine it may say first that it is behind."""
    until = time.monotonic() + seconds
    while True:
        try:
            return digest_of(home)
        except HosoError as error:
            if error.code != "HS5420" or time.monotonic() > until:
                raise
        time.sleep(0.2)


def _disturb(process: "subprocess.Popen[bytes]", random: Random, home: Path) -> None:
    """End the holder: at once, while it writes its segments, or while it builds anew; sometimes in good order."""
    how = random.choice(["at once", "while stopping", "while building", "in order"])
    if how == "while building":
        ask_holder(facts_folder(home), {"do": "rebuild"})
    if how in ("while stopping", "in order"):
        process.send_signal(signal.SIGTERM)
    if how != "in order":
        time.sleep(random.uniform(0, 0.3))
        process.kill()
    process.wait(60)


def _work(officer: int, world: World, random: Random, share: float) -> None:
    for _ in range(3):
        with acting_transaction(officer, "statistics"):
            report(world, random, share, random.randint(1, 3), moving=0.1)


@pytest.mark.faults
@pytest.mark.slow
def test_after_any_kills_the_cube_is_that_of_the_database(
    own_database: Database, actor: Callable[..., Actor], tmp_path: Path
) -> None:
    officer, random = actor("statistics_officer").account_id, Random(KILLS)
    with acting_transaction(officer, "statistics"):
        world = make_world(read_catalogue())
    hashes = set()
    for kill in range(KILLS):
        process = _hold(own_database)
        try:
            if random.random() < 0.7:
                wait_until_ready(own_database.home)
            _work(officer, world, random, 0.2 if kill == 0 else 0.03)
            if kill % 3 == 2:
                wait_until_ready(own_database.home)
                hashes.add(_digest(own_database.home))
            time.sleep(random.uniform(0, 0.5))
            _disturb(process, random, own_database.home)
        finally:
            process.kill()  # nothing is left of one that a failing test began
            process.wait(60)
    process = _hold(own_database)
    try:
        wait_until_ready(own_database.home)
        live = _digest(own_database.home)
    finally:
        process.terminate()
        process.wait(60)
    anew = Store(tmp_path / "anew", SHAPE)
    building = Building(anew)
    assert build(building)
    building.finish()
    assert anew.digest() == live == _digest(own_database.home)
    assert anew.manifest.facts > 200 and len(hashes | {live}) > 1  # it was not the same all the time
    anew.close()
