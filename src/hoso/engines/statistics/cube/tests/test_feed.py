"""Following the values: acts that commit late, out of their order, twice; a position that never passes one that may come."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from django.db import connections
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.facts.store import Store
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.cube.facts import SHAPE, UNFIT
from hoso.engines.statistics.cube.feed import Feed
from hoso.engines.statistics.cube.holder import as_facts_service
from hoso.engines.statistics.cube.tests.slow_cube import SlowCube
from hoso.engines.statistics.cube.tests.world import World, make_world, report

Held = dict[tuple[int, int, int, int], float]


@pytest.fixture
def world(own_database: Database, actor: Callable[..., Actor]) -> World:
    with acting_transaction(_officer(actor), "statistics"):
        return make_world(read_catalogue())


def _officer(actor: Callable[..., Actor]) -> int:
    return actor("statistics_officer").account_id


def _settle(feed: Feed, store: Store, behind: tuple[int, int]) -> None:
    """Until the position passes: transactions of other databases of the same server hold it up as well."""
    until = time.monotonic() + 120
    while store.position <= behind and time.monotonic() < until:
        time.sleep(0.05)
        with as_facts_service():
            assert feed.catch_up() == []
    assert store.position > behind


def _in_store(store: Store) -> Held:
    with store.view() as view:
        rows = view.connection.execute(
            f"SELECT element, unit, place, split, sum(mantissa::DOUBLE / 10 ** scale) FROM ({view.rows}) GROUP BY ALL"
        ).fetchall()
    return {row[:4]: round(row[4], 3) for row in rows}


def _in_database() -> Held:
    found: Held = {}
    for one in SlowCube().rows:
        key = (one.element, one.unit, one.place, one.split)
        found[key] = found.get(key, 0.0) + float(one.number)
    return {key: round(number, 3) for key, number in found.items()}


def test_late_commits_are_not_passed_over(world: World, actor: Callable[..., Actor], tmp_path: Path) -> None:
    officer, written, go_on = _officer(actor), threading.Event(), threading.Event()

    def late() -> None:
        with acting_transaction(officer, "statistics"):
            report(world, Random(1), 0.2, 1)
            written.set()
            go_on.wait(30)
        connections.close_all()

    thread = threading.Thread(target=late)
    thread.start()
    assert written.wait(30)
    store = Store(tmp_path / "facts", SHAPE)
    feed = Feed(store)
    with as_facts_service():
        assert feed.catch_up() == [] and store.position == (0, 0)
    go_on.set()
    thread.join()
    with as_facts_service():
        assert feed.catch_up() and _in_store(store) == _in_database() != {}
    _settle(feed, store, (0, 0))
    position = store.position
    with acting_transaction(officer, "statistics"):
        report(world, Random(2), 0.2, 3)
    with as_facts_service():
        assert feed.catch_up() and _in_store(store) == _in_database()
        assert feed.catch_up() == []
    _settle(feed, store, position)
    store.close()


def test_what_commits_beside_an_older_transaction_is_seen_at_once(
    world: World, actor: Callable[..., Actor], tmp_path: Path
) -> None:
    officer, begun, go_on = _officer(actor), threading.Event(), threading.Event()

    def older() -> None:
        """Some long import of something else."""
        with acting_transaction(officer, "statistics"), connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
            begun.set()
            go_on.wait(30)
        connections.close_all()

    thread = threading.Thread(target=older)
    thread.start()
    assert begun.wait(30)
    store = Store(tmp_path / "facts", SHAPE)
    feed = Feed(store)
    try:
        for seed in range(3):
            with acting_transaction(officer, "statistics"):
                report(world, Random(seed), 0.1, 2)
            with as_facts_service():
                assert feed.catch_up() and feed.catch_up() == []
                assert _in_store(store) == _in_database() and store.position == (0, 0)
    finally:
        go_on.set()
        thread.join()
    _settle(feed, store, (0, 0))
    with as_facts_service():
        assert Feed(store).fits() and UNFIT not in store.manifest.notes
    store.close()
