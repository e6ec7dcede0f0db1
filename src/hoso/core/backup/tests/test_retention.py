"""What is kept: every moment of the wanted days can be restored, nothing older stays, the newest copy always does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hoso.core.backup.retention import remove_outlived
from hoso.core.backup.schedule import copy_is_due
from hoso.core.backup.store import DATABASE_FILE, Base, Store

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def add(store: Store, days_ago: float, segment: int) -> Base:
    ended = NOW - timedelta(days=days_ago)
    name = ended.strftime("%Y%m%dT%H%M%SZ")
    base = Base(name, ended, ended, f"{1:08X}{0:08X}{segment:08X}", "18.6", ("age1",), 1, "", 1)
    store.folder_of(name).mkdir(parents=True)
    (store.folder_of(name) / DATABASE_FILE).touch()
    store.add_base(base)
    return base


def keep_segment(store: Store, number: int) -> None:
    store.wal.mkdir(exist_ok=True, parents=True)
    (store.wal / f"{1:08X}{0:08X}{number:08X}.{'0' * 16}.{'0' * 16}.gz.age").touch()


def test_what_the_wanted_days_need_stays(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for days, segment in ((40, 4), (20, 8), (9, 12), (5, 16), (1, 20)):
        add(store, days, segment)
    for number in range(4, 24):
        keep_segment(store, number)
    removed = remove_outlived(store, 7, NOW)
    # The copy of 9 days ago leads to the moments from 7 days ago on.
    assert [base.first_segment[-2:] for base in store.bases()] == ["0C", "10", "14"]
    assert (len(removed.bases), removed.segments) == (2, 8)
    assert min(store.segments()).endswith("0C")
    assert remove_outlived(store, 7, NOW).bases == []


@given(st.lists(st.floats(0, 100), max_size=8, unique=True), st.integers(1, 60))
def test_every_wanted_moment_after_the_first_copy_has_a_copy(tmp_path_factory, ages: list[float], keep: int) -> None:  # type: ignore[no-untyped-def]
    store = Store(tmp_path_factory.mktemp("backup"))
    days = sorted({round(age, 2) for age in ages}, reverse=True)
    for number, age in enumerate(days):
        add(store, age, number + 1)
    remove_outlived(store, keep, NOW)
    left = [(NOW - base.ended_at) / timedelta(days=1) for base in store.bases()]
    for age in days:
        wanted = min(age, keep)
        if any(day >= wanted for day in days):
            assert any(day >= wanted - 0.001 for day in left)
    assert (min(left) - min(days)) < 0.001 if days else left == []


def test_a_broken_copy_goes_once_a_later_one_is_whole(tmp_path: Path) -> None:
    store = Store(tmp_path)
    broken = store.bases_folder / "20260101T000000Z"
    broken.mkdir(parents=True)
    remove_outlived(store, 7, NOW)
    assert broken.exists()
    add(store, 1, 3)
    keep_segment(store, 3)
    (store.wal / "arriving-x").touch()
    remove_outlived(store, 7, NOW)
    assert not broken.exists()
    assert not (store.wal / "arriving-x").exists()
    assert len(store.segments()) == 1


def test_a_copy_is_due_once_the_newest_is_old(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert copy_is_due(store, 24, NOW)
    assert not copy_is_due(store, 0, NOW)
    add(store, 0.5, 3)
    assert not copy_is_due(store, 24, NOW)
    assert copy_is_due(store, 12, NOW)
