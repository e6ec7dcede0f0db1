"""Every field of the list LG1 is written down; what says when and in which order an event came is not the writer's."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.access.reading import Asking, read
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.audit.shown import note_labels, watching_labels
from hoso.core.database.session import acting_transaction

Make = Callable[..., Actor]


def test_every_field_of_the_list(own_database: Database, actor: Make) -> None:
    request = uuid4()
    doctor = replace(
        actor("doctor", route="person"), source="192.0.2.7", source_port=47011, device="Firefox", request_id=request
    )
    record_event(
        AuditEvent(
            doctor, "doctor", "treatment", "read", 42, "timeline", 7, "done", "cấp cứu", True, 3, break_glass=True
        )
    )
    with psycopg.connect(own_database.admin_url) as admin:
        row = admin.execute(
            "SELECT store, actor_name, account_kind, role, source, source_port, device, action, object, person_id, purpose,"
            " reason, outcome, sensitive, break_glass, found, facility_id, request_id FROM audit_event"
        ).fetchone()
        assert row == (
            "record", doctor.name, "clinical", "doctor", "192.0.2.7", 47011, "Firefox", "read", "timeline", 42, "treatment",
            "cấp cứu", "done", True, True, 3, 7, request,
        )  # fmt: skip
        assert admin.execute("SELECT abs(extract(epoch FROM now() - at)) < 60 FROM audit_event").fetchone() == (True,)


@pytest.mark.parametrize(
    ("purpose", "store"), [("treatment", "record"), ("own_account", "security"), ("administration", "security")]
)
def test_two_stores(purpose: str, store: str, own_database: Database, actor: Make) -> None:
    record_event(AuditEvent(actor("doctor"), "doctor", purpose, "read"))
    with psycopg.connect(own_database.admin_url) as admin:
        assert admin.execute("SELECT store FROM audit_event").fetchone() == (store,)
        part = admin.execute("SELECT tableoid::regclass::text FROM audit_event").fetchone()
    assert part is not None
    assert part[0].startswith(f"audit_event_{store}_20")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        (
            "INSERT INTO audit_event (at, actor_id, actor_name, role, purpose, action, route, outcome)"
            " VALUES (now() - interval '1 year', 1, 'x', '', '', 'read', '', 'done')"
        ),
        (
            "INSERT INTO audit_event (transaction_id, actor_id, actor_name, role, purpose, action, route, outcome)"
            " VALUES ('1', 1, 'x', '', '', 'read', '', 'done')"
        ),
        (
            "INSERT INTO audit_chain (sequence, transaction_id, event_id, shelf, leaf, hash)"
            " VALUES (1, '1', 1, 2026111, sha256(''), sha256(''))"
        ),
        "SELECT audit_drop_month('record', '2000-01-01')",
        "SELECT audit_prepare_months('2020-01-01', '2020-01-01')",
    ],
)
def test_the_application_chooses_neither_time_nor_order_nor_seals(statement: str) -> None:
    with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize(("masks", "sensitive"), [((), False), ((0, 0), False), ((0, 4), True)])
def test_an_answer_with_labels_is_a_sensitive_event(masks: tuple[int, ...], sensitive: bool, actor: Make) -> None:
    doctor = actor("doctor")
    read(doctor, "treatment", Asking("record.read", person_id=42), lambda scope: note_labels(masks))
    with acting_transaction(doctor.account_id, "treatment"), connection.cursor() as cursor:
        cursor.execute("SELECT sensitive FROM audit_event WHERE actor_id = %s", [doctor.account_id])
        assert cursor.fetchall() == [(sensitive,)]


def test_labels_of_one_question_do_not_reach_the_next() -> None:
    note_labels([8])  # outside of any question
    with watching_labels() as first:
        note_labels([1])
        with watching_labels() as inner:
            note_labels([2])
        note_labels([4])
    with watching_labels() as second:
        pass
    assert (first.labels, inner.labels, second.labels) == (5, 2, 0)


def test_months_are_prepared_once_and_kept_as_long_as_the_law_says(own_database: Database) -> None:
    with psycopg.connect(own_database.admin_url, autocommit=True) as admin:
        admin.execute("SET ROLE hoso_audit")

        def prepare() -> int:
            row = admin.execute("SELECT audit_prepare_months('2019-11-15', '2020-01-03')").fetchone()
            assert row is not None
            return int(row[0])

        assert (prepare(), prepare()) == (6, 0)
        admin.execute("SELECT audit_drop_month('record', '2019-12-01')")
        for store, months in (("record", 59), ("security", 11)):
            with pytest.raises(psycopg.errors.RaiseException, match="still to be kept"):
                admin.execute(
                    "SELECT audit_drop_month(%s, date_trunc('month', now() - make_interval(months => %s))::date)",
                    [store, months],
                )
