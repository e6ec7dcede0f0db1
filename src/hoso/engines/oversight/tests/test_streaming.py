"""Sensed as it comes: a single look becomes a case without the hourly look, which afterwards doubles nothing; what was not sensed to
the end is sensed again."""

from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from time import monotonic, sleep

import psycopg
from django.db import DatabaseError, connection
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.accounts.models import Account
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.engines.oversight import streaming
from hoso.engines.oversight.alarms import look_over
from hoso.engines.oversight.jobs import collect
from hoso.engines.oversight.sensing import sensors
from hoso.engines.oversight.tests.taking_over import take_looks_over

Make = Callable[..., Actor]


def open_labelled(actor: Actor, *persons: int) -> None:
    """A look at labelled content that nothing explains (S11), taken over."""
    for person in persons:
        with acting_transaction(actor.account_id, "treatment"):
            record_event(AuditEvent(actor, "doctor", "treatment", "read", person, "timeline", sensitive=True, found=1))
    take_looks_over()


def rows(database: Database, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database.admin_url) as admin:
        return admin.execute(question).fetchall()


EVIDENCE = "SELECT sensor, person_id FROM oversight_evidence ORDER BY person_id"
HITS = "SELECT h.sensor, e.person_id FROM oversight_hit h JOIN oversight_event e ON e.number = h.event ORDER BY 2"


def test_a_single_look_becomes_a_case_by_the_stream_alone(own_database: Database, actor: Make) -> None:
    doctor, careful = actor("doctor"), actor("doctor")
    Account.objects.bulk_create(
        Account(username=f"many.{number}", full_name="x", kind=Account.Kind.CLINICAL, password="!")
        for number in range(5)
    )
    with psycopg.connect(own_database.admin_url) as admin:
        admin.execute(
            "INSERT INTO access_care_team (person_id, source_person_id, encounter, account_id, kind, starts_at, added_by)"
            " VALUES (7, 7, 'e1', %(id)s, 'own', now() - interval '1 day', %(id)s)", {"id": careful.account_id},
        )  # fmt: skip
    open_labelled(careful, 7)
    open_labelled(doctor, 7)
    collect(0)  # the worker's task of every minute
    assert rows(own_database, EVIDENCE) == [("S11", 7)]
    assert not streaming.waits()
    assert look_over().raised == ()
    assert rows(own_database, EVIDENCE) == [("S11", 7)] and rows(own_database, HITS) == []
    open_labelled(doctor, 8)
    collect(0)
    assert sorted(rows(own_database, HITS) + rows(own_database, EVIDENCE)) == [("S11", 7), ("S11", 8)]
    look_over()
    assert sorted(rows(own_database, HITS) + rows(own_database, EVIDENCE)) == [("S11", 7), ("S11", 8)]


def test_what_was_killed_is_sensed_again(own_database: Database, actor: Make) -> None:
    open_labelled(actor("doctor"), 7, 8, 9)
    with (
        psycopg.connect(own_database.admin_url) as held,
        psycopg.connect(own_database.admin_url, autocommit=True) as admin,
    ):
        held.execute("LOCK TABLE oversight_hit IN ACCESS EXCLUSIVE MODE")  # the place has moved when it waits here
        sensing = Thread(target=sense_and_close)
        sensing.start()
        waiting: list[tuple[object, ...]] = []
        deadline = monotonic() + 60
        while not waiting and monotonic() < deadline:
            waiting = admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND relation = 'oversight_hit'::regclass"
            ).fetchall()
            sleep(0.05)
        sensing.join(60)
        held.rollback()
    assert waiting == [(True,)]
    assert rows(own_database, HITS) == [] and streaming.waits()
    taken = 0
    while streaming.waits():
        streaming.sense_next(most=1)
        taken += 1
    assert taken >= len({7, 8, 9})
    assert sorted(rows(own_database, HITS) + rows(own_database, EVIDENCE)) == [("S11", 7), ("S11", 8), ("S11", 9)]
    assert len(sensors()) > sum(one.on_stream for one in sensors()) > 0


def sense_and_close() -> None:
    try:
        with suppress(DatabaseError):
            streaming.sense_next()
    finally:
        connection.close()
