"""One event for each question, with who, why, about whom and with what result; nobody changes one afterwards."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.access.reading import Asking, read
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError

Make = Callable[..., Actor]


def events(actor: Actor, purpose: str = "treatment") -> list[tuple[Any, ...]]:
    """What the actor's own events say."""
    with acting_transaction(actor.account_id, purpose), connection.cursor() as cursor:
        cursor.execute(
            "SELECT actor_name, role, purpose, action, route, person_id, object, outcome, reason, found, request_id"
            " FROM audit_event WHERE actor_id = %s ORDER BY id",
            [actor.account_id],
        )
        return list(cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize(("answer", "found"), [(None, 0), ([], 0), (["a", "b"], 2), (7, 1)])
def test_a_read_leaves_one_event(answer: object, found: int, actor: Make) -> None:
    doctor = actor("doctor", route="people")
    asking = Asking("record.read", person_id=42, object="timeline", reason="khám")
    assert read(doctor, "treatment", asking, lambda scope: answer) == answer
    assert events(doctor) == [
        (doctor.name, "doctor", "treatment", "read", "people", 42, "timeline", "done", "khám", found, doctor.request_id)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(("permission", "purpose"), [("account.manage", "treatment"), ("record.read", "oversight")])
def test_a_refusal_is_an_event_too_and_nothing_is_asked(permission: str, purpose: str, actor: Make) -> None:
    doctor = actor("doctor")
    with pytest.raises(HosoError, match="HS2001"):
        read(doctor, purpose, Asking(permission, person_id=42), lambda scope: pytest.fail("asked"))
    assert [(row[3], row[5], row[7], row[8]) for row in events(doctor)] == [("refuse", 42, "refused", permission)]


def test_a_refusal_survives_what_its_caller_undoes(own_database: Database, actor: Make) -> None:
    doctor = actor("doctor")
    with pytest.raises(HosoError, match="HS2001"):
        read(doctor, "oversight", Asking("audit.read"), lambda scope: None)
    with psycopg.connect(own_database.admin_url) as admin:
        assert admin.execute("SELECT action FROM audit_event").fetchall() == [("refuse",)]


@pytest.mark.django_db
def test_a_question_that_fails_tells_nothing_and_leaves_no_event(actor: Make) -> None:
    doctor = actor("doctor")
    with pytest.raises(ZeroDivisionError):
        read(doctor, "treatment", Asking("record.read"), lambda scope: 1 / 0)
    assert events(doctor) == []


def test_nobody_changes_an_event(own_database: Database, actor: Make) -> None:
    read(actor("doctor"), "treatment", Asking("record.read"), lambda scope: None)
    statements = ("UPDATE audit_event SET reason = ''", "DELETE FROM audit_event", "TRUNCATE audit_event")
    refused = (psycopg.errors.InsufficientPrivilege, psycopg.errors.RaiseException)
    with psycopg.connect(own_database.admin_url) as admin:
        for role in ("hoso_app", "hoso_owner", "hoso_audit", "hoso_reader", "administrator"):
            for statement in statements:
                with pytest.raises(refused), admin.transaction():
                    if role != "administrator":
                        admin.execute(f"SET LOCAL ROLE {role}")
                    admin.execute(statement)
        assert admin.execute("SELECT count(*) FROM audit_event").fetchone() == (1,)


@pytest.mark.django_db
def test_an_actor_sees_their_own_events_and_the_overseer_all(actor: Make) -> None:
    doctor, other, overseer = actor("doctor"), actor("doctor"), actor("overseer")
    for one in (doctor, other):
        read(one, "treatment", Asking("record.read", person_id=42), lambda scope: None)
    assert len(events(doctor)) == 1
    with acting_transaction(doctor.account_id, "treatment"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event")
        assert cursor.fetchone() == (1,)
    with acting_transaction(overseer.account_id, "oversight"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event WHERE person_id = 42")
        assert cursor.fetchone() == (2,)
