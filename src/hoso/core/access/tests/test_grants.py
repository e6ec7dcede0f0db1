"""Grants: what they open, for whom, until when, and what the database refuses whatever the code says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, connections, transaction

from hoso.core.access.actor import Actor
from hoso.core.access.grants import NewGrant, end_grants, move_grants, open_grant, revoke_grant
from hoso.core.access.labels import mask_of
from hoso.core.access.tests.consenting import consent_row
from hoso.core.accounts.machines import intake_service_id
from hoso.core.database.session import acting_transaction, set_actor
from hoso.core.errors import HosoError
from hoso.core.places.facilities import ensure_facility

pytestmark = pytest.mark.django_db
PERSON, OTHER, HOME = 7001, 7002, "91001"
CONSENTS = {PERSON: UUID(int=1), OTHER: UUID(int=2)}
SECOND, REFUSED_BY_PERSON, RUNS_OUT, TO_REMINDERS = (UUID(int=number) for number in (3, 4, 5, 6))
Actors = Callable[..., Actor]
HOURS = timedelta(hours=1)
ADD = """INSERT INTO people_person (person_id, source_person_id, patient_id, name, folded_name, name_sort, birth_precision,
             sex, as_of, facility_id, sensitivity, package_id)
         VALUES (%(id)s, %(id)s, 'p-' || %(id)s, 'X', 'x', 'x', 0, 3, now(), %(facility)s, %(mask)s, 1)"""


@pytest.fixture(autouse=True)
def persons() -> None:
    """Two persons of a hospital where none of the actors works."""
    facility = ensure_facility(HOME).pk
    with acting_transaction(intake_service_id(), "record_keeping"), connection.cursor() as cursor:
        cursor.execute(ADD, {"id": PERSON, "facility": facility, "mask": 0})
        cursor.execute(ADD, {"id": OTHER, "facility": facility, "mask": mask_of(["psychiatry"])})


@pytest.fixture(autouse=True)
def consents(persons: None, actor: Actors) -> None:
    """Both persons agreed to share; one more time, one refusal, one for an hour less, one to something else."""
    facility = ensure_facility("91002")
    desk = actor("receptionist", facility=facility).account_id
    for person, id_ in CONSENTS.items():
        consent_row(desk, facility.pk, person, id_)
    consent_row(desk, facility.pk, PERSON, SECOND)
    consent_row(desk, facility.pk, PERSON, REFUSED_BY_PERSON, given=False)
    consent_row(desk, facility.pk, PERSON, RUNS_OUT, until=now() + HOURS / 2)
    consent_row(desk, facility.pk, PERSON, TO_REMINDERS, purpose="reminders")


@pytest.fixture
def doctor(actor: Actors) -> Actor:
    return actor("doctor", facility=ensure_facility("91002"))


def now() -> datetime:
    return datetime.now(UTC)


def shared(account: int | None, **changes: object) -> NewGrant:
    """A one-time grant of an hour."""
    grant = NewGrant(
        person_id=PERSON, kind="one_time", purpose="treatment", permissions=("record.read",),
        ends_at=now() + HOURS, reason_code="shared_by_person", account_id=account,
    )  # fmt: skip
    grant = replace(grant, **changes)  # type: ignore[arg-type]
    asked = "source" in changes or grant.kind != "one_time"
    return grant if asked else replace(grant, source=f"Consent/{CONSENTS.get(grant.person_id, SECOND)}")


def opened(opener: Actor, grant: NewGrant) -> int:
    with acting_transaction(opener.account_id, "treatment"):
        return open_grant(opener, grant)


def seen(asker: Actor, purpose: str = "treatment") -> list[int]:
    with acting_transaction(asker.account_id, purpose), connection.cursor() as cursor:
        cursor.execute("SELECT person_id FROM people_person WHERE person_id = ANY (%s) ORDER BY 1", [[PERSON, OTHER]])
        return [row[0] for row in cursor.fetchall()]


def test_a_grant_opens_one_person_to_one_account_for_one_purpose(doctor: Actor, actor: Actors) -> None:
    colleague = actor("doctor", facility=ensure_facility("91002"))
    assert seen(doctor) == []
    opened(doctor, shared(doctor.account_id))
    assert seen(doctor) == [PERSON]
    assert seen(doctor, "record_keeping") == []
    assert seen(colleague) == []


def test_a_grant_opens_the_labels_it_names_and_no_others(doctor: Actor) -> None:
    opened(doctor, shared(doctor.account_id, person_id=OTHER, labels=mask_of(["hiv"])))
    assert seen(doctor) == []
    opened(doctor, shared(doctor.account_id, person_id=OTHER, labels=mask_of(["psychiatry"])))
    assert seen(doctor) == [OTHER]


def test_a_grant_to_a_facility_opens_to_those_who_treat_there(doctor: Actor, actor: Actors) -> None:
    facility = ensure_facility("91002")
    clerk = actor("facility_records_officer", facility=facility)
    elsewhere = actor("doctor", facility=ensure_facility("91003"))
    opened(doctor, shared(None, facility_id=facility.pk))
    assert seen(doctor) == [PERSON]
    assert seen(elsewhere) == []
    assert seen(clerk, "record_keeping") == seen(clerk) == []


def test_a_grant_gives_nothing_to_who_may_see_no_person(doctor: Actor, actor: Actors) -> None:
    administrator = actor("administrator")
    opened(doctor, shared(administrator.account_id, purpose="administration"))
    assert seen(administrator, "administration") == []


def test_a_grant_counts_from_its_start_to_its_end(doctor: Actor) -> None:
    opened(doctor, shared(doctor.account_id, starts_at=now() + HOURS, ends_at=now() + 2 * HOURS))
    opened(doctor, shared(doctor.account_id, starts_at=now() - 2 * HOURS, ends_at=now() - HOURS))
    assert seen(doctor) == []


def test_a_revoked_grant_opens_nothing_and_ends_once(doctor: Actor) -> None:
    number = opened(doctor, shared(doctor.account_id))
    with acting_transaction(doctor.account_id, "treatment"):
        revoke_grant(doctor, number, "visit over")
    assert seen(doctor) == []
    with pytest.raises(HosoError, match="HS2102"), acting_transaction(doctor.account_id, "treatment"):
        revoke_grant(doctor, number, "again")


def test_a_withdrawn_source_ends_all_that_rests_on_it(doctor: Actor) -> None:
    first = f"Consent/{CONSENTS[PERSON]}"
    for labels in ([], ["psychiatry"]):
        opened(doctor, shared(doctor.account_id, labels=mask_of(labels)))
    opened(doctor, shared(doctor.account_id, source=f"Consent/{SECOND}"))
    with acting_transaction(doctor.account_id, "treatment"):
        assert end_grants(doctor, first, "withdrawn") == 2
        assert end_grants(doctor, first, "withdrawn") == 0
    assert seen(doctor) == [PERSON]


def test_a_merge_takes_the_grant_along(doctor: Actor) -> None:
    opened(doctor, shared(doctor.account_id, labels=mask_of(["psychiatry"])))
    with pytest.raises(DatabaseError), acting_transaction(doctor.account_id, "treatment"):
        move_grants(PERSON, OTHER)
    with acting_transaction(intake_service_id(), "record_keeping"):
        move_grants(PERSON, OTHER)
    assert seen(doctor) == [OTHER]
    with acting_transaction(doctor.account_id, "treatment"), connection.cursor() as cursor:
        cursor.execute("SELECT person_id, source_person_id FROM access_grant")
        assert cursor.fetchall() == [(OTHER, PERSON)]


def test_every_opening_and_end_is_an_audit_event(doctor: Actor) -> None:
    number = opened(doctor, shared(doctor.account_id, labels=mask_of(["hiv"])))
    with acting_transaction(doctor.account_id, "treatment"):
        revoke_grant(doctor, number, "over")
    with connection.cursor() as cursor:
        set_actor(doctor.account_id, "own_account")
        cursor.execute("SELECT action, person_id, sensitive FROM audit_event WHERE object = %s", [f"Grant/{number}"])
        assert cursor.fetchall() == [("create", PERSON, True), ("update", PERSON, False)]


WORDS = "unconscious, nobody to ask"
REFUSED: dict[str, dict[str, object]] = {
    "break_glass_of_five_hours": {"kind": "break_glass", "reason": WORDS, "ends_at": now() + 5 * HOURS},
    "one_time_of_two_days": {"ends_at": now() + 48 * HOURS},
    "temporary_of_two_years": {"kind": "temporary", "reason": WORDS, "ends_at": now() + 24 * 731 * HOURS},
    "break_glass_without_words": {"kind": "break_glass", "reason": "urgent"},
    "break_glass_on_donors": {"kind": "break_glass", "reason": WORDS, "labels": mask_of(["art_donor"])},
    "fetal_sex": {"labels": mask_of(["fetal_sex"])},
    "nobody": {"account_id": None},
    "person_nobody": {"person_id": 0},
    "no_permission": {"permissions": ()},
    "no_reason": {"reason_code": ""},
    "before_it_starts": {"starts_at": now(), "ends_at": now() - HOURS},
    "approved_for_oneself": {"kind": "temporary", "reason": WORDS},
    "one_time_without_a_source": {"source": ""},
    "one_time_by_a_consent_that_never_was": {"source": "Consent/1"},
    "one_time_by_somebody_elses_consent": {"source": f"Consent/{CONSENTS[OTHER]}"},
    "one_time_where_the_person_refused": {"source": f"Consent/{REFUSED_BY_PERSON}"},
    "one_time_past_the_consent": {"source": f"Consent/{RUNS_OUT}"},
    "one_time_by_consent_to_something_else": {"source": f"Consent/{TO_REMINDERS}"},
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_the_database_refuses(case: str, doctor: Actor) -> None:
    with pytest.raises(HosoError, match="HS2101"):
        opened(doctor, shared(doctor.account_id, **REFUSED[case]))
    assert seen(doctor) == []


def test_break_glass_is_opened_for_oneself_and_temporary_access_by_who_may_approve(
    doctor: Actor, actor: Actors
) -> None:
    broken = shared(doctor.account_id, kind="break_glass", reason=WORDS, source="", permissions=("record.read",))
    other = actor("doctor", facility=ensure_facility("91002"))
    for grant in (
        replace(broken, account_id=other.account_id),
        replace(broken, kind="temporary", account_id=other.account_id),
    ):
        with pytest.raises(HosoError, match="HS2101"):
            opened(doctor, grant)
    made = opened(doctor, broken)
    with acting_transaction(doctor.account_id, "treatment"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_review (grant_id, opened_by, due_on) VALUES (%s, %s, current_date)",
            [made, doctor.account_id],
        )
    assert seen(doctor) == [PERSON]


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE access_grant SET ends_at = ends_at + interval '1 minute'", "UPDATE access_grant SET labels = 1",
     "DELETE FROM access_grant", "TRUNCATE access_grant"],
)  # fmt: skip
def test_not_even_the_owner_changes_or_removes_a_grant(statement: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_grant (person_id, source_person_id, account_id, kind, purpose, permissions, ends_at,"
            " opened_by, reason_code, reason) VALUES (1, 1, %s, 'temporary', 'treatment', '{record.read}', now() + '1 hour', 0, 'x', 'x')",
            [intake_service_id()],
        )
        cursor.execute("UPDATE access_grant SET person_id = 2")  # a merge may
        with pytest.raises(DatabaseError, match="grant"), transaction.atomic("owner"):
            cursor.execute(statement)
