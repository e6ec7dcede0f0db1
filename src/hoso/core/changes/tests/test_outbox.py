"""The outbox: in order, once, and no change passed over because its transaction ended late."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import psycopg
import pytest
from tests.database import Database

from hoso.core.accounts.machines import intake_service_id
from hoso.core.changes.outbox import announce, confirm, drain, read_changes, replay
from hoso.core.database.session import acting_transaction

PURPOSE = "record_keeping"
PATIENCE = 60  # seconds; the wait ends as soon as the change is there


@contextmanager
def following() -> Iterator[None]:
    with acting_transaction(intake_service_id(), PURPOSE):
        yield


def tell(key: str) -> None:
    with following():
        announce("test", key, {"key": key})


def seen(consumer: str = "follower", *, count: int = 0, limit: int = 1000) -> list[str]:
    """What the consumer gets, waited for until it is at least so much: a transaction that runs anywhere on the server,
    in another test's database too, holds back what is younger."""
    found: list[str] = []
    deadline = monotonic() + PATIENCE
    while True:
        with following():
            found += [change.key for change in drain(consumer, limit)]
        if len(found) >= count or monotonic() > deadline:
            return found
        sleep(0.02)


def _other(own: Database) -> psycopg.Connection:
    """A second session of the application, as the intake service."""
    other = psycopg.connect(own.app_url)
    other.execute(
        "SELECT set_config('hoso.actor', %s, false), set_config('hoso.purpose', %s, false)",
        [str(intake_service_id()), PURPOSE],
    )
    other.commit()
    return other


def _tell(connection: psycopg.Connection, key: str) -> None:
    connection.execute("INSERT INTO changes_change (topic, key, payload) VALUES ('test', %s, '{}')", [key])


def test_a_change_that_commits_late_is_not_passed_over(own_database: Database) -> None:
    slow, fast = _other(own_database), _other(own_database)
    _tell(slow, "slow 1")
    _tell(fast, "fast 1")
    fast.commit()
    _tell(fast, "fast 2")
    fast.commit()
    assert seen() == []  # the older transaction still runs: nothing behind it is shown yet
    _tell(slow, "slow 2")
    slow.commit()
    assert seen(count=4) == ["slow 1", "slow 2", "fast 1", "fast 2"]
    assert seen() == []
    slow.close()
    fast.close()


def test_what_is_rolled_back_holds_nothing_up_any_longer(own_database: Database) -> None:
    slow, fast = _other(own_database), _other(own_database)
    _tell(slow, "slow")
    _tell(fast, "fast")
    fast.commit()
    with following():
        assert read_changes("follower") == []
    slow.rollback()
    assert seen(count=1) == ["fast"]
    slow.close()
    fast.close()


def test_each_change_comes_once_and_again_only_on_replay(own_database: Database) -> None:
    for key in "abc":
        tell(key)
    assert (seen(count=3), seen()) == (["a", "b", "c"], [])
    tell("d")
    assert (seen(count=1), seen("another", count=4)) == (["d"], ["a", "b", "c", "d"])
    with following():
        replay("follower")
    assert seen(count=4) == ["a", "b", "c", "d"]


def test_what_fails_to_take_effect_comes_again(own_database: Database) -> None:
    tell("a")
    tell("b")
    assert seen("scout", count=2) == ["a", "b"]
    with pytest.raises(RuntimeError), following():
        for change in read_changes("follower"):
            confirm("follower", change.position)
            if change.key == "b":
                raise RuntimeError
    assert seen(count=2) == ["a", "b"]


def test_a_rolled_back_change_never_was(own_database: Database) -> None:
    with pytest.raises(RuntimeError), following():
        announce("test", "gone", {})
        raise RuntimeError
    tell("kept")
    assert seen(count=1) == ["kept"]


def test_small_helpings_lose_nothing(own_database: Database) -> None:
    with following():
        for number in range(25):
            announce("test", str(number), {})
    assert seen(count=25, limit=4) == [str(number) for number in range(25)]
