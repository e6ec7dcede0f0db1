"""What row security knows of an actor is looked up once in a transaction: it cannot be made up, nor outlive its cause."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.access.grants import NewGrant, open_grant, revoke_grant
from hoso.core.access.tests.consenting import consent_row
from hoso.core.accounts.machines import intake_service_id
from hoso.core.accounts.models import Account, Assignment
from hoso.core.database.session import acting_transaction, set_actor
from hoso.core.places.facilities import ensure_facility

Actors = Callable[..., Actor]
PERSON, HERE, THERE = 7101, "91101", "91102"
CONSENT = UUID(int=7101)
ADD = """INSERT INTO people_person (person_id, source_person_id, patient_id, name, folded_name, name_sort, birth_precision,
             sex, as_of, facility_id, sensitivity, package_id)
         VALUES (%s, %s, 'p-7101', 'X', 'x', 'x', 0, 3, now(), %s, 0, 1)"""
CARE = "INSERT INTO access_care_relation VALUES (%s, %s, %s, 'visit', '2025-01-01', '2025-01-02', 1)"


def add_person() -> None:
    """A person whom HERE alone knows."""
    here = ensure_facility(HERE).pk
    with acting_transaction(intake_service_id(), "record_keeping"), connection.cursor() as cursor:
        cursor.execute(ADD, [PERSON, PERSON, here])
        cursor.execute(CARE, [PERSON, PERSON, here])


def kept() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('hoso.scope', true)")
        return str(cursor.fetchone()[0] or "")


def keep(scope: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('hoso.scope', %s, true)", [scope])


def sees() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_person WHERE person_id = %s", [PERSON])
        return bool(cursor.fetchone()[0])


@contextmanager
def asking(actor: Actor) -> Iterator[None]:
    with acting_transaction(actor.account_id, "treatment"):
        yield


@pytest.fixture
def ours(actor: Actors) -> Actor:
    return actor("doctor", facility=ensure_facility(HERE))


@pytest.fixture
def stranger(actor: Actors) -> Actor:
    found = actor("doctor", facility=ensure_facility(THERE))
    consent_row(found.account_id, ensure_facility(THERE).pk, PERSON, CONSENT)
    return found


@pytest.fixture
def person(db: None) -> None:
    add_person()


def test_the_first_question_looks_up_and_the_next_ones_read_what_was_kept(person: None, ours: Actor) -> None:
    with asking(ours):
        assert kept() == ""
        assert sees()
        first = kept()
        assert first.startswith(first[:64] + "(") and sees() and kept() == first


@pytest.mark.parametrize("seal", ["theirs", "none", "zeros"])
def test_a_scope_with_another_facility_written_in_is_not_believed(
    seal: str, person: None, ours: Actor, stranger: Actor
) -> None:
    with asking(stranger):
        assert not sees()
        sealed = kept()
        there, here = ensure_facility(THERE).pk, ensure_facility(HERE).pk
        widened = sealed[64:].replace(f"{{{there}}}", f"{{{here}}}")
        assert widened != sealed[64:]
        keep({"theirs": sealed[:64], "none": "", "zeros": "0" * 64}[seal] + widened)
        assert not sees()


def test_the_scope_of_another_actor_counts_for_that_actor_alone(person: None, ours: Actor, stranger: Actor) -> None:
    with asking(ours):
        assert sees()
        theirs = kept()
        set_actor(stranger.account_id, "treatment")
        keep(theirs)
        assert not sees()
        set_actor(ours.account_id, "record_keeping")
        keep(theirs)
        assert not sees()


@pytest.mark.parametrize("nonsense", ["x", "(1,2)", "0" * 64, "0" * 64 + "(", "\u1ea1" * 80])
def test_nonsense_is_passed_over(nonsense: str, person: None, ours: Actor) -> None:
    with asking(ours):
        keep(nonsense)
        assert sees()


def test_what_a_transaction_does_itself_counts_at_once(person: None, stranger: Actor) -> None:
    with asking(stranger):
        assert not sees()
        number = open_grant(stranger, _grant(stranger.account_id))
        assert sees()
        revoke_grant(stranger, number, "over")
        assert not sees()


def test_a_step_that_is_undone_takes_its_scope_along(person: None, stranger: Actor) -> None:
    with asking(stranger):
        with transaction.atomic():
            open_grant(stranger, _grant(stranger.account_id))
            assert sees()
            transaction.set_rollback(True)
        assert not sees()


def test_who_acts_for_nobody_keeps_no_scope(person: None) -> None:
    keep("")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('hoso.actor', '', true)")
    assert not sees()
    assert kept() == ""


def test_a_scope_of_one_transaction_is_none_in_the_next(own_database: Database) -> None:
    add_person()
    doctor = _doctor(HERE)
    with asking(doctor):
        assert sees()
        earlier = kept()
    _end_roles(own_database, doctor)
    with asking(doctor):
        keep(earlier)
        assert not sees()


def test_another_hand_ends_it_at_the_next_transaction_and_within_a_second_of_a_running_one(
    own_database: Database,
) -> None:
    add_person()
    doctor = _doctor(HERE)
    with asking(doctor), connection.cursor() as cursor:
        assert sees()
        _end_roles(own_database, doctor)
        cursor.execute("SELECT pg_sleep(1.05)")
        assert not sees()
    with asking(doctor):
        assert not sees()


def _doctor(facility: str) -> Actor:
    from hoso.core.accounts.machines import as_operator

    account = Account.objects.create_user("doctor.of.scope", full_name="x", kind=Account.Kind.CLINICAL)
    with as_operator():
        Assignment.objects.create(
            account=account, role="doctor", facility=ensure_facility(facility), valid_from="2020-01-01"
        )
    return Actor(account.pk, account.username, "test")


def _end_roles(database: Database, actor: Actor) -> None:
    with psycopg.connect(database.admin_url) as other:
        ended: Any = other.execute(
            "UPDATE accounts_assignment SET valid_to = current_date WHERE account_id = %s", [actor.account_id]
        )
        assert ended.rowcount == 1


def _grant(account: int) -> NewGrant:
    return NewGrant(
        person_id=PERSON, kind="one_time", purpose="treatment", permissions=("record.read",), account_id=account,
        ends_at=datetime.now(UTC) + timedelta(hours=1), reason_code="shared_by_person", source=f"Consent/{CONSENT}",
    )  # fmt: skip
