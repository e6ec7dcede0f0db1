"""Our own audit is taken over in its order, each event once, whatever is told twice or commits late."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

import psycopg
import pytest
from django.db import connection
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.access.reading import Asking, read
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.engines.oversight import queries
from hoso.engines.oversight.collecting import collect_all, collect_behind, collect_own
from hoso.engines.oversight.queries import Look

Make = Callable[..., Actor]
PATIENCE = 300  # seconds; a transaction that runs anywhere on the server holds back what is younger


def look(actor: Actor, person_id: int) -> None:
    with acting_transaction(actor.account_id, "treatment"):
        record_event(AuditEvent(actor, "doctor", "treatment", "read", person_id, "timeline", reason="đau bụng"))


def collect_about(database: Database, persons: dict[int, int]) -> None:
    """Collect until that many events about each of these persons were taken over; what else waits may come before or after."""
    deadline = monotonic() + PATIENCE
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        while True:
            collect_all()
            counts: dict[int, int] = dict(
                admin.execute("SELECT person_id, count(*) FROM oversight_event WHERE person_id IS NOT NULL GROUP BY 1")
            )
            if all(counts.get(person, 0) >= wanted for person, wanted in persons.items()):
                return
            assert monotonic() < deadline, f"taken over: {counts}, waited for: {persons}"
            sleep(0.05)


def who_saw(overseer: Actor, person_id: int) -> list[Look]:
    asking = Asking("audit.read", person_id=person_id, object="who-saw")
    since = datetime.now(UTC) - timedelta(days=3650)
    return read(overseer, "oversight", asking, lambda scope: queries.who_saw(scope, person_id, since))


def test_each_event_once_and_again_after_the_place_was_lost(own_database: Database, actor: Make) -> None:
    doctor, overseer = actor("doctor"), actor("overseer")
    for person in (7, 8, 7):
        look(doctor, person)
    collect_about(own_database, {7: 2, 8: 1})
    assert [(one.account, one.object) for one in who_saw(overseer, 7)] == [(doctor.name, "timeline")] * 2
    collect_about(own_database, {7: 3, 8: 1})  # the overseer's own question too
    with psycopg.connect(own_database.admin_url) as admin:
        admin.execute("UPDATE oversight_source SET transaction_id = '0', event_id = 0")
    assert collect_own().seen >= 4
    with psycopg.connect(own_database.admin_url) as admin:
        told = admin.execute(
            "SELECT person_id, count(*) FROM oversight_event WHERE person_id IN (7, 8) GROUP BY 1 ORDER BY 1"
        )
        assert told.fetchall() == [(7, 3), (8, 1)]


def test_what_commits_late_is_not_passed_over(own_database: Database, actor: Make) -> None:
    doctor, overseer = actor("doctor"), actor("overseer")
    with psycopg.connect(own_database.app_url) as slow:
        slow.execute(
            "INSERT INTO audit_event (actor_id, actor_name, role, purpose, action, route, person_id, outcome)"
            " VALUES (%s, 'x', 'doctor', 'treatment', 'read', 'r', 5, 'done')",
            [doctor.account_id],
        )
        look(doctor, 6)
        collect_all()
        assert who_saw(overseer, 6) == []
        slow.commit()
    collect_about(own_database, {5: 1, 6: 2})
    assert (len(who_saw(overseer, 5)), len(who_saw(overseer, 6))) == (1, 2)


def test_a_kill_before_the_commit_takes_nothing_and_moves_nothing(own_database: Database, actor: Make) -> None:
    look(actor("doctor"), 7)
    with psycopg.connect(own_database.app_url) as other:
        other.execute("SELECT oversight_collect_own(100, 1000)")
        other.rollback()
    collect_about(own_database, {7: 1})


def test_a_backlog_does_not_stand_in_the_way_of_now(own_database: Database, actor: Make) -> None:
    doctor = actor("doctor")
    with psycopg.connect(own_database.admin_url) as admin:
        admin.execute(
            "INSERT INTO audit_event (actor_id, actor_name, role, purpose, action, route, person_id, outcome)"
            " SELECT %s, 'x', 'doctor', 'treatment', 'read', 'r', 8, 'done' FROM generate_series(1, 400)",
            [doctor.account_id],
        )
    _until(lambda: collect_own(batch=50, most_waiting=100).seen == 0 and _behind(own_database))
    look(doctor, 7)
    _until(lambda: collect_own(batch=50, most_waiting=100).taken > 0)
    with psycopg.connect(own_database.admin_url) as admin:
        told = admin.execute("SELECT DISTINCT person_id FROM oversight_event WHERE person_id IN (7, 8)").fetchall()
    assert told == [(7,)], "what waits was taken over before what happens now"
    assert collect_behind(batch=50).seen == 50
    with psycopg.connect(
        own_database.admin_url
    ) as admin:  # again too much at once: the stretch grows, and what it holds stays one
        admin.execute(
            "INSERT INTO audit_event (actor_id, actor_name, role, purpose, action, route, person_id, outcome)"
            " SELECT %s, 'x', 'doctor', 'treatment', 'read', 'r', 9, 'done' FROM generate_series(1, 150)",
            [doctor.account_id],
        )
    _until(lambda: collect_own(batch=50, most_waiting=100).seen == 0 and collect_behind(batch=50).seen > 0)
    collect_about(own_database, {7: 1, 8: 400, 9: 150})
    assert not _behind(own_database)


def test_two_systems_tell_the_first_events_of_a_year_at_once(own_database: Database) -> None:
    first_of_a_year = "SELECT oversight_prepare_years('2041-01-01 00:00+07', '2041-01-01 00:01+07')"
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with (
        psycopg.connect(own_database.admin_url) as one,
        psycopg.connect(own_database.admin_url) as other,
        psycopg.connect(own_database.admin_url, autocommit=True) as watcher,
        ThreadPoolExecutor(1) as pool,
    ):
        assert one.execute(first_of_a_year).fetchone() == (1,)
        asked = pool.submit(lambda: other.execute(first_of_a_year).fetchone())
        _until(lambda: watcher.execute(waiting).fetchone() == (1,))
        one.commit()
        assert asked.result(PATIENCE) == (0,)


def _behind(database: Database) -> bool:
    with psycopg.connect(database.admin_url) as admin:
        row = admin.execute("SELECT behind_upto IS NOT NULL FROM oversight_source WHERE key = 'hoso'").fetchone()
    return row is not None and bool(row[0])


def _until(done: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE
    while not done():
        assert monotonic() < deadline
        sleep(0.02)


def test_only_the_overseer_sees_and_nobody_changes(own_database: Database, actor: Make) -> None:
    doctor = actor("doctor")
    look(doctor, 7)
    collect_about(own_database, {7: 1})
    for account, purpose in ((doctor, "treatment"), (actor("administrator"), "administration"), (doctor, "oversight")):
        with acting_transaction(account.account_id, purpose), connection.cursor() as cursor:
            cursor.execute("SELECT (SELECT count(*) FROM oversight_event) + (SELECT count(*) FROM oversight_account)")
            assert cursor.fetchone() == (0,)
    for statement in ("UPDATE oversight_event SET role = ''", "DELETE FROM oversight_event"):
        with psycopg.connect(own_database.admin_url) as admin, pytest.raises(psycopg.errors.RaiseException):
            admin.execute(statement)
        with psycopg.connect(own_database.app_url) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement)


def test_what_somebody_wrote_stays_where_it_is(own_database: Database, actor: Make) -> None:
    look(actor("doctor"), 7)
    collect_about(own_database, {7: 1})
    with psycopg.connect(own_database.admin_url) as admin:
        told = admin.execute("SELECT e::text FROM oversight_event e WHERE person_id = 7").fetchone()
    assert told is not None and "đau bụng" not in told[0]


def test_years_are_partitions_and_the_question_looks_into_their_indexes(own_database: Database) -> None:
    with psycopg.connect(own_database.admin_url) as admin:
        admin.execute("SELECT oversight_prepare_years('2017-06-01', '2026-06-01')")
        admin.execute("SET enable_seqscan = off")
        plan = admin.execute(
            "EXPLAIN SELECT * FROM oversight_event WHERE person_id = 1 AND at >= '2017-01-01' ORDER BY at DESC LIMIT 10"
        ).fetchall()
    text = "\n".join(row[0] for row in plan)
    assert text.count("Index Scan") >= 10 and "Seq Scan" not in text
