"""Sealing: one at a time, in the order of commits, signed in time, going on after a kill; months end as the terms say."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.database import Database

from hoso.core.audit import retention, sealer
from hoso.core.audit.canonical import NAMES, SELECTED, encode, shelf_of
from hoso.core.audit.checkpoints import Ledger, last_line, read_lines
from hoso.core.audit.paths import checkpoints_folder
from hoso.core.audit.sealing import installation_of
from hoso.core.audit.tests.chains import kinds, look, owners_hand, seal_all, write_events
from hoso.core.audit.writer import connect_writer, take_turn

# A second implementation: the database itself tells the row, the standard library writes it.
SLOW = """
    SELECT (to_jsonb(e) - 'at' - 'spooled_at' - 'transaction_id') || jsonb_build_object(
        'at', round(extract(epoch FROM at) * 1000000), 'transaction_id', transaction_id::text::bigint,
        'spooled_at', round(extract(epoch FROM spooled_at) * 1000000))
    FROM audit_event e ORDER BY transaction_id, id"""


def test_the_encoding_is_what_the_document_says(own_database: Database) -> None:
    write_events(3)
    with psycopg.connect(own_database.admin_url) as admin:
        admin.execute(
            "INSERT INTO audit_event (spooled_at, actor_id, actor_name, role, purpose, action, route, outcome, reason)"
            " VALUES (now(), 1, 'Nguyễn \"A\" \\ b', '', '', 'read', '', 'done', E'dòng\\n\\t\\x07 </script> 😀')"
        )
        fast = [
            encode(row)
            for row in admin.execute(f"SELECT {SELECTED} FROM audit_event e ORDER BY transaction_id, id").fetchall()
        ]
        slow = [row[0] for row in admin.execute(SLOW).fetchall()]
    assert len(fast) == 4
    assert fast == [json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() for row in slow]


@given(st.datetimes(min_value=datetime(1990, 1, 1)), st.sampled_from(["record", "security"]))
def test_the_shelf_is_the_month_in_vietnam(moment: datetime, store: str) -> None:
    aware = moment.replace(tzinfo=UTC)
    microseconds = int((aware - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
    row: list[Any] = [None] * len(NAMES)
    row[NAMES.index("at")], row[NAMES.index("store")] = microseconds, store
    there = aware.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    assert shelf_of(row) == int(f"{there:%Y%m}{1 if store == 'record' else 2}")


def test_one_sealer_at_a_time(own_database: Database) -> None:
    with connect_writer() as first:
        assert take_turn(first)
        with connect_writer() as second:
            assert not take_turn(second)
    with connect_writer() as third:
        assert take_turn(third)


def test_a_checkpoint_for_each_thousand_events(own_database: Database) -> None:
    with psycopg.connect(own_database.admin_url) as admin:
        admin.execute(
            "INSERT INTO audit_event (actor_id, actor_name, role, purpose, action, route, outcome)"
            " SELECT 1, 'x', '', '', 'read', '', 'done' FROM generate_series(1, 2500)"
        )
    seal_all(sign=False)
    signed = [line.sequence for line in read_lines(checkpoints_folder()) if line.kind == "checkpoint"]
    assert signed == [1000, 2000]
    assert (look().uncovered, look().is_clean) == (500, True)


def test_a_checkpoint_within_a_minute(own_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sealer.CHECKPOINT_SECONDS < 60
    now = 0.0
    monkeypatch.setattr("hoso.core.audit.sealer.time.monotonic", lambda: now)
    write_events(1)
    with connect_writer() as connection:
        work = sealer.Sealer(connection)
        deadline = time.time() + 60
        while not work.round():
            assert time.time() < deadline
            time.sleep(0.02)
        now = 49.0
        work.round()
        assert work.signed == 0
        now = 51.0
        work.round()
        assert work.signed == 1


def test_a_killed_sealer_goes_on_where_it_stopped(own_database: Database) -> None:
    """SIGKILL again and again while events come in: each event sealed once, the chain clean."""
    command = [sys.executable, "-c", "from hoso.cli import main; main()", "audit", "seal"]
    environment = {**os.environ, **own_database.environment}
    for turn in range(3):
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 60
            before = look().head
            while look().head <= before and time.monotonic() < deadline:
                write_events(20, first_person=turn * 1000)
                time.sleep(0.1)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert look().head > before
    seal_all()
    report = look()
    assert report.is_clean
    with psycopg.connect(own_database.admin_url) as admin:
        assert admin.execute("SELECT count(*) FROM audit_event").fetchone() == (report.events,)


def test_a_stopped_sealer_signs_what_it_sealed(own_database: Database) -> None:
    command = [sys.executable, "-c", "from hoso.cli import main; main()", "audit", "seal"]
    process = subprocess.Popen(command, env={**os.environ, **own_database.environment}, stderr=subprocess.DEVNULL)
    write_events(5)
    deadline = time.monotonic() + 60
    while look().head < 5 and time.monotonic() < deadline:
        time.sleep(0.1)
    process.terminate()
    assert process.wait(30) == 0
    assert (look().covered, look().is_clean) == (5, True)


@pytest.mark.parametrize(
    ("months", "month", "today", "expected"),
    [
        (12, date(2025, 1, 1), date(2026, 1, 31), False),
        (12, date(2025, 1, 1), date(2026, 2, 1), True),
        (360, date(1996, 10, 1), date(2026, 10, 31), False),
        (360, date(1996, 10, 1), date(2026, 11, 1), True),
    ],
)
def test_a_month_is_due_when_its_last_day_is(months: int, month: date, today: date, expected: bool) -> None:
    assert retention.due("record", months, month, today) is expected


def test_the_terms_are_at_least_what_the_law_says() -> None:
    terms = {term.store: term.months for term in retention.terms()}
    assert terms["security"] >= 12
    assert terms["record"] >= 60
    assert terms["record"] >= 360, "a death lengthens the record's term to 30 years, and its accesses with it"


@pytest.fixture
def two_old_months(own_database: Database) -> Callable[[], None]:
    """A month of each store from long ago, sealed, beside today's events."""
    long_ago = date.today().replace(day=1) - timedelta(days=366 * 31)
    with psycopg.connect(own_database.admin_url) as admin:
        admin.execute("SELECT audit_prepare_months(%s, %s)", [long_ago, long_ago])
        admin.execute(
            """
            INSERT INTO audit_event (store, at, actor_id, actor_name, role, purpose, action, route, outcome)
            SELECT store, %s::date + time '12:00', 1, 'x', '', '', 'read', '', 'done'
            FROM unnest(ARRAY['record', 'security']) store, generate_series(1, 4)
            """,
            [long_ago.replace(day=15)],
        )
    write_events(2)
    seal_all()

    def end() -> None:
        with connect_writer() as connection:
            removed = retention.end_what_is_due(connection, Ledger(installation_of(connection)), date.today())
        assert sorted(removed) == [f"{long_ago:%Y-%m} record", f"{long_ago:%Y-%m} security"]

    return end


def test_months_that_ended_leave_and_the_chain_stays_whole(
    own_database: Database, two_old_months: Callable[[], None]
) -> None:
    two_old_months()
    report = look()
    assert (report.findings, report.events, report.removed) == ([], 2, 8)
    assert {line.kind for line in read_lines(checkpoints_folder())} == {"key", "checkpoint", "retention"}


def test_more_than_the_ended_month_is_noticed(own_database: Database, two_old_months: Callable[[], None]) -> None:
    two_old_months()
    with owners_hand(own_database) as owner:
        owner.execute("DELETE FROM audit_chain WHERE sequence = 2")
    assert "more removed than retention says" in kinds(look())
    newest = last_line(checkpoints_folder())
    assert newest is not None
    assert newest.kind == "retention"
