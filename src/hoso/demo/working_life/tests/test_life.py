"""A working life is the same for the same seed, everybody acts within their time, and the truth stands apart."""

import csv
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hoso.demo.working_life.life import live
from hoso.demo.working_life.lookalikes import LOOKALIKES
from hoso.demo.working_life.misuse import INTENSITIES, KINDS
from hoso.demo.working_life.settings import Settings
from hoso.demo.working_life.world import World

SMALL = Settings(seed=7, accounts=120, days=40)


@pytest.fixture(scope="module")
def world() -> World:
    return live(SMALL)


def _bytes(world: World, folder: Path) -> dict[str, bytes]:
    world.write(folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_seed_gives_the_same_bytes_and_another_others(world: World, tmp_path: Path) -> None:
    files = _bytes(world, tmp_path / "one")
    assert files == _bytes(live(SMALL), tmp_path / "two")
    assert files["events.csv"] != _bytes(live(replace(SMALL, seed=8)), tmp_path / "three")["events.csv"]


def test_every_kind_at_every_intensity_and_every_lookalike_is_planted(world: World) -> None:
    planted = Counter((case.kind, case.intensity) for case in world.planted)
    wanted = {(kind, intensity) for kind in KINDS for intensity in INTENSITIES}
    assert len(KINDS) == 19 and len(LOOKALIKES) >= 12
    assert planted == Counter(wanted | {(name, "benign") for name in LOOKALIKES})
    assert all(case.events for case in world.planted)


def test_a_quiet_look_is_one(world: World) -> None:
    of_many = {"volume", "scanning", "credentials", "query_and_drop", "figures", "proxies"}
    quiet = {case.kind: len(case.events) for case in world.planted if case.intensity == "quiet"}
    assert {kind for kind, events in quiet.items() if events > 1} == of_many


def test_the_truth_is_in_no_other_file(world: World, tmp_path: Path) -> None:
    world.write(tmp_path)
    for name in ("events", "facts", "accounts", "persons", "shifts"):
        head = (tmp_path / f"{name}.csv").read_text().splitlines()[0]
        assert not {"case", "intensity", "planted"} & set(head.split(","))
    with (tmp_path / "truth.csv").open() as file:
        told = Counter(row["case"] for row in csv.DictReader(file))
    assert told == Counter({str(case.id): len(case.events) for case in world.planted})


def test_who_left_acts_no_more_unless_it_is_planted(world: World) -> None:
    planted = {id(event) for case in world.planted for event in case.events}
    ends = {account.id: account.ends for account in world.accounts if account.ends}
    late = [
        event
        for event in world.events
        if event.account in ends and event.moment.date() > ends[event.account] and id(event) not in planted
    ]
    assert len(ends) > 1
    # A result may be looked up until three days after the visit.
    assert all((event.moment.date() - ends[event.account]).days <= 3 and event.object == "result" for event in late)


def test_without_misuse_only_lookalikes_are_planted() -> None:
    world = live(replace(SMALL, misuse=False, days=30))
    assert {case.intensity for case in world.planted} == {"benign"}


def test_merged_wards_have_no_shift_and_no_staff_from_their_day_on() -> None:
    merged = live(replace(SMALL, reorganised=20))
    closed = merged.settings.start + timedelta(days=20)
    wards = {(shift.ward, shift.first.date() >= closed) for shift in merged.shifts}
    assert {("nhi", False), ("san", True)} <= wards and ("nhi", True) not in wards
    assert not {account.ward for account in merged.accounts} & {"nhi", "nhiem"}
    visits = {(fact.ward, fact.first.date() >= closed) for fact in merged.facts if fact.kind == "visit"}
    assert ("nhi", False) in visits and ("nhi", True) not in visits
