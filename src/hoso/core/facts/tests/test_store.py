"""The store against a dictionary: changes, compaction, opening again, building anew, readers beside a writer, kills."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from hoso.core.errors import HosoError
from hoso.core.facts import segments
from hoso.core.facts.building import Building
from hoso.core.facts.store import Store
from hoso.core.facts.tests import changes
from hoso.core.facts.tests.changes import SHAPE, held, held_after, take, written


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "facts", SHAPE)
    yield opened
    opened.close()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("facts_a_file", [20, 1_000_000])
def test_it_holds_what_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, facts_a_file: int
) -> None:
    monkeypatch.setattr(segments, "FACTS_A_FILE", facts_a_file)
    random, told, store = Random(seed), [], Store(tmp_path / "facts", SHAPE)
    for number in range(1, 25):
        take(store, seed * 1000 + number)
        told.append(seed * 1000 + number)
        if random.random() < 0.3:
            take(store, told[-1])  # twice is once
        if random.random() < 0.3:
            store.compact()
            assert store.changes_waiting() == 0
        if random.random() < 0.1:
            store.compact()
            store.close()
            store = Store(tmp_path / "facts", SHAPE)
            assert store.position == (told[-1], told[-1])
        expected = held_after(told)
        assert held(store) == expected
        items = random.sample(range(1, 7), 2)
        assert held(store, items) == {fact: amount for fact, amount in expected.items() if fact[0] in items}
    store.close()


def test_what_was_not_compacted_is_taken_again_after_the_position(tmp_path: Path) -> None:
    store = Store(tmp_path / "facts", SHAPE)
    take(store, 1)
    store.compact()
    take(store, 2)
    store.close()
    store = Store(tmp_path / "facts", SHAPE)
    assert store.position == (1, 1) and held(store) == held_after([1])
    store.close()


def test_built_anew_it_is_the_same(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "FACTS_A_FILE", 50)
    for number in range(1, 20):
        take(store, number)
        if number % 4 == 0:
            store.compact()
    before, expected = store.digest(), held_after(range(1, 20))
    building = Building(store)
    building.begin((19, 19), "19")
    path = store.folder / "piece.csv"
    first = {fact: one for fact, one in expected.items() if fact[0] <= 2}
    building.add([1, 2], written(path, {**first, (2, 9, 9): None}), {})  # one was taken back
    building = Building(store)  # stopped here, gone on with
    assert building.begun and building.done == [1, 2] and building.position == (19, 19)
    building.add([3, 4, 5], written(path, {fact: one for fact, one in expected.items() if fact[0] > 2}), {"odd": [3]})
    assert held(store) == expected  # the old one answers meanwhile
    building.finish()
    assert held(store) == expected and store.digest() == before and store.manifest.notes == {"odd": [3]}
    assert len(list(store.folder.glob("*.parquet"))) == len(store.manifest.segments) > 1
    take(store, 20)
    assert store.digest() != before


def test_the_digest_tells_any_difference(store: Store, tmp_path: Path) -> None:
    empty = store.digest()
    store.take(written(tmp_path / "one.csv", {(1, 1, 1): (5, 0)}))
    one = store.digest()
    store.take(written(tmp_path / "two.csv", {(1, 1, 1): (5, 1)}))
    other = store.digest()
    store.take(written(tmp_path / "three.csv", {(1, 1, 1): None}))
    assert len({empty, one, other}) == 3 and store.digest() == empty


def test_a_reader_keeps_what_it_began_with(store: Store) -> None:
    take(store, 1)
    store.compact()
    with store.view() as view:
        take(store, 2)
        store.compact()
        assert {row[:3]: row[3:] for row in view.connection.execute(view.rows).fetchall()} == held_after([1])
    assert held(store) == held_after([1, 2])
    assert len(list(store.folder.glob("*.parquet"))) == len(store.manifest.segments)


def test_only_one_process_holds_it(store: Store) -> None:
    with pytest.raises(HosoError) as refused:
        Store(store.folder, SHAPE)
    assert refused.value.code == "HS1006"


@pytest.mark.faults
@pytest.mark.slow
def test_killed_at_any_moment_nothing_is_lost_or_counted_twice(tmp_path: Path) -> None:
    folder, positions = tmp_path / "facts", []
    for kill in range(8):
        process = subprocess.Popen(
            [sys.executable, "-m", changes.__name__, str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None and process.stdout.readline().startswith("begun")
        time.sleep(0.05 + 0.2 * kill)
        process.kill()
        told = process.communicate()[0].split()
        store = Store(folder, SHAPE)
        positions.append(store.position[0])
        # What was compacted may be of later changes than the position tells: all of them are taken again.
        last = max(positions[-1], int(told[-1]) if told else 0) + 1
        for number in range(positions[-1] + 1, last + 1):
            take(store, number)
        assert held(store) == held_after(range(1, last + 1))
        assert len(list(folder.glob("*.parquet"))) == len(store.manifest.segments)
        assert not list(folder.glob("*.part"))
        store.close()
    assert positions == sorted(positions) and positions[-1] > 0
