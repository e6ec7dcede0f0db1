"""Break-glass: what it opens, who is told, who reviews, and what happens when nobody does."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, connections

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.access.break_glass import break_glass, break_glass_rules, escalate_overdue_reviews
from hoso.core.access.labels import labels_in, mask_of
from hoso.core.access.reading import Asking, read
from hoso.core.access.reviews import Review, give_verdict, reviews
from hoso.core.accounts.machines import intake_service_id
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.messages.notices import unread_notices
from hoso.core.periods.calendar import working_days_between
from hoso.core.places.facilities import ensure_facility

pytestmark = pytest.mark.django_db
PERSON = 7101
WORDS = "Hôn mê, không có người nhà"
Actors = Callable[..., Actor]


@pytest.fixture(autouse=True)
def person() -> None:
    with acting_transaction(intake_service_id(), "record_keeping"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_person (person_id, source_person_id, patient_id, name, folded_name, name_sort,"
            " birth_precision, sex, as_of, facility_id, sensitivity, package_id)"
            " VALUES (%s, %s, 'bg', 'X', 'x', 'x', 0, 3, now(), 1, %s, 1)",
            [PERSON, PERSON, mask_of(["hiv"])],
        )


@pytest.fixture
def doctor(actor: Actors) -> Actor:
    return actor("doctor", facility=ensure_facility("91002"))


def broken(doctor: Actor, ago: timedelta = timedelta(0), **how: str) -> int:
    with acting_transaction(doctor.account_id, "treatment"):
        return break_glass(
            doctor, PERSON, how.get("reason", "unconscious"), how.get("words", WORDS), datetime.now(UTC) - ago
        )


def seen(asker: Actor) -> bool:
    def query(scope: policy.Scope) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT person_id FROM people_person p WHERE p.person_id = %s AND {scope.persons('p')}", [PERSON]
            )
            return [row[0] for row in cursor.fetchall()]

    return bool(read(asker, "treatment", Asking("record.read", person_id=PERSON), query))


def waiting(overseer: Actor) -> list[Review]:
    return read(overseer, "oversight", Asking("grant.review"), reviews)


def test_it_opens_the_record_to_one_for_four_hours(doctor: Actor, actor: Actors) -> None:
    colleague = actor("doctor", facility=ensure_facility("91002"))
    assert not seen(doctor)
    broken(doctor, ago=timedelta(hours=4, seconds=1))
    assert not seen(doctor)
    broken(doctor, ago=timedelta(hours=3, minutes=59))
    assert seen(doctor)
    assert not seen(colleague)


def test_donors_and_the_sex_of_a_fetus_stay_closed() -> None:
    closed = {
        label.key
        for label in labels_in(mask_of(["art_donor", "fetal_sex", "hiv", "psychiatry"]) & ~break_glass_rules().opens)
    }
    assert closed == {"art_donor", "fetal_sex"}


def test_every_look_by_break_glass_says_so_and_names_the_rule(doctor: Actor) -> None:
    broken(doctor)
    seen(doctor)
    with acting_transaction(doctor.account_id, "own_account"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT action, break_glass, sensitive, reason FROM audit_event WHERE person_id = %s ORDER BY id", [PERSON]
        )
        opened, looked = cursor.fetchall()
    assert opened[:3] == ("create", True, True)
    assert looked[:2] == ("read", True)
    assert looked[3] == "rule opened_for_care"


def test_who_reviews_is_told_at_once_without_personal_data(doctor: Actor, actor: Actors) -> None:
    overseer, other = actor("overseer"), actor("administrator")
    number = broken(doctor)
    (notice,) = unread_notices(overseer)
    assert str(number) in notice.text_vi and WORDS not in notice.text_vi
    assert unread_notices(other) == []


@pytest.mark.parametrize(("reason", "words"), [("curiosity", WORDS), ("unconscious", "gấp"), ("unconscious", " " * 40)])
def test_a_reason_of_the_list_and_words_are_needed(reason: str, words: str, doctor: Actor) -> None:
    with pytest.raises(HosoError, match="HS2104"):
        broken(doctor, reason=reason, words=words)
    assert not seen(doctor)


@pytest.mark.parametrize("role", ["administrator", "overseer", "student", "facility_records_officer", "intake_officer"])
def test_not_everybody_may(role: str, actor: Actors) -> None:
    with pytest.raises(HosoError, match="HS2001"):
        broken(actor(role))


def test_the_review_is_due_in_three_working_days_and_given_once_by_another(doctor: Actor, actor: Actors) -> None:
    number = broken(doctor)
    seen(doctor)
    overseer = actor("overseer")
    (one,) = waiting(overseer)
    assert (one.grant_id, one.looks, one.late) == (number, 1, False)
    assert working_days_between(one.opened_at.date(), one.due_on) == 3
    with pytest.raises(HosoError, match="HS2105"):
        give_verdict(overseer, number, "not_justified", "no")
    give_verdict(overseer, number, "justified", "")
    assert waiting(overseer) == []
    with pytest.raises(HosoError, match="HS2105"):
        give_verdict(overseer, number, "not_justified", "on second thoughts")
    with pytest.raises(HosoError, match="HS2001"):
        give_verdict(doctor, number, "justified", "")


def test_nobody_reviews_their_own_opening(actor: Actors, account_with_role: Callable[..., object]) -> None:
    from hoso.core.accounts.machines import as_operator
    from hoso.core.accounts.models import Assignment

    both = actor("doctor", facility=ensure_facility("91002"))
    with as_operator():
        Assignment.objects.create(account_id=both.account_id, role="overseer", valid_from=date(2020, 1, 1))
    number = broken(Actor(both.account_id, both.name, "test"))
    with pytest.raises(HosoError, match="HS2105"):
        give_verdict(Actor(both.account_id, both.name, "test"), number, "justified", "it was me")


def test_a_late_review_is_told_once_more_and_one_step_up(doctor: Actor, actor: Actors) -> None:
    overseer, approver = actor("overseer"), actor("access_approver")
    broken(doctor)
    (one,) = waiting(overseer)
    assert escalate_overdue_reviews(one.due_on) == 0
    assert escalate_overdue_reviews(one.due_on + timedelta(days=1)) == 1
    assert escalate_overdue_reviews(one.due_on + timedelta(days=2)) == 0
    assert len(unread_notices(overseer)) == 2
    assert len(unread_notices(approver)) == 1


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_database_takes_no_break_glass_without_its_review() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_grant (person_id, source_person_id, account_id, kind, purpose, permissions, ends_at,"
            " opened_by, reason_code, reason) VALUES (1, 1, %s, 'break_glass', 'treatment', '{record.read}',"
            " now() + interval '1 hour', %s, 'x', 'long enough words')",
            [intake_service_id()] * 2,
        )
        with pytest.raises(DatabaseError, match="without a review"):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
