"""Giving, refusing, withdrawing: per purpose, by whoever the law names, told to others in the same transaction."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from fhir.resources.R4B import get_fhir_model_class

from hoso.core.access.actor import Actor
from hoso.core.access.consent import actions, queries
from hoso.core.access.consent.actions import PURPOSE, Answer
from hoso.core.access.consent.models import Behalf, Consent
from hoso.core.access.consent.tests.conftest import born
from hoso.core.access.grants import NewGrant, open_grant
from hoso.core.accounts.machines import intake_service_id
from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError

ADULT = born(date(1980, 5, 5))
MOTHER = Behalf("Trần Thị Mẹ", "parent")


def in_force(desk: Actor, purpose: str, person_id: int = 7001) -> bool:
    now = timezone.now()
    with acting_transaction(desk.account_id, PURPOSE):
        return queries.in_force(person_id, purpose, now, timezone.localdate(now)) is not None


def changes() -> list[tuple[str, dict[str, Any]]]:
    with acting_transaction(intake_service_id(), "record_keeping"), connection.cursor() as cursor:
        cursor.execute("SELECT topic, payload::text FROM changes_change WHERE topic LIKE 'consent.%%' ORDER BY id")
        return [(topic, json.loads(payload)) for topic, payload in cursor.fetchall()]


def test_each_purpose_is_its_own_decision(desk: Actor, answer: Callable[..., Answer]) -> None:
    actions.record_answers(desk, ADULT, [answer("reminders", True), answer("research", False)])
    assert in_force(desk, "reminders")
    assert not in_force(desk, "research")
    assert not in_force(desk, "visit_sharing")  # nobody asked: silence is no consent
    assert [topic for topic, _ in changes()] == ["consent.given", "consent.refused"]


def test_the_newest_decision_counts(desk: Actor, answer: Callable[..., Answer]) -> None:
    for given in (True, False, True):
        actions.record_answers(desk, ADULT, [answer("research", given)])
        assert in_force(desk, "research") is given
    with acting_transaction(desk.account_id, PURPOSE):
        assert len(queries.consents(7001)) == 3


def test_withdrawing_is_one_step_ends_its_grants_and_is_told(
    desk: Actor, answer: Callable[..., Answer], account_with_role: Callable[..., Account]
) -> None:
    to_share = answer("visit_sharing", practitioner="BS. Mẫu", words={"encounter": "TD-1", "hours": "24"})
    consent, other = (actions.record_answers(desk, ADULT, [to_share])[0] for _ in range(2))
    doctor = account_with_role("doctor")
    with acting_transaction(desk.account_id, PURPOSE):
        for source in (consent, consent, other):
            open_grant(desk, _grant(doctor.pk, f"Consent/{source.id}"))
    actions.withdraw(desk, consent.id)
    assert in_force(desk, "visit_sharing")  # by the other
    with acting_transaction(desk.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT source, revoked_at IS NOT NULL FROM access_grant ORDER BY id")
        assert cursor.fetchall() == [
            (f"Consent/{consent.id}", True), (f"Consent/{consent.id}", True), (f"Consent/{other.id}", False),
        ]  # fmt: skip
    topic, told = changes()[-1]
    assert (topic, told["purpose"]) == ("consent.withdrawn", "visit_sharing")
    with pytest.raises(HosoError, match="HS2313"):
        actions.withdraw(desk, consent.id)


def _grant(account_id: int, source: str) -> NewGrant:
    return NewGrant(
        person_id=7001, kind="one_time", purpose="treatment", permissions=("record.read",), account_id=account_id,
        ends_at=timezone.now() + timedelta(hours=1), reason_code="shared_by_person", source=source,
    )  # fmt: skip


def test_withdrawing_is_not_retroactive(desk: Actor, answer: Callable[..., Answer]) -> None:
    (consent,) = actions.record_answers(desk, ADULT, [answer()])
    moment = timezone.now()
    actions.withdraw(desk, consent.id)
    with acting_transaction(desk.account_id, PURPOSE):
        kept = queries.consent(consent.id)
    assert kept is not None
    assert kept.in_force(moment, timezone.localdate(moment))
    assert not kept.in_force(timezone.now(), timezone.localdate())


def test_refusing_needs_nobody_and_agreeing_for_a_child_does(desk: Actor, answer: Callable[..., Answer]) -> None:
    with time_machine.travel("2026-11-26T09:00:00+07:00", tick=False):
        child = born(date(2015, 1, 1))
        actions.record_answers(desk, child, [answer("research", False)])
        with pytest.raises(HosoError, match="HS2310"):
            actions.record_answers(desk, child, [answer("research")])
        with pytest.raises(HosoError, match="HS2311"):
            actions.record_answers(desk, child, [answer("research", behalf=MOTHER)])
        # Reminders disclose nothing: the representative's word is enough.
        actions.record_answers(desk, child, [answer("reminders", behalf=MOTHER)])


@pytest.mark.parametrize(
    ("day_of_birth", "birthday"), [(date(2019, 12, 1), date(2026, 12, 1)), (date(2008, 12, 1), date(2026, 12, 1))]
)
def test_a_childs_consent_ends_on_the_birthday_and_is_asked_again(
    day_of_birth: date, birthday: date, desk: Actor, answer: Callable[..., Answer]
) -> None:
    child = born(day_of_birth)
    given = answer("research", behalf=Behalf("Trần Thị Mẹ", "parent", child_agreed=True))
    with time_machine.travel("2026-11-26T09:00:00+07:00", tick=False):
        actions.record_answers(desk, child, [given])
    with time_machine.travel("2026-11-30T23:59:59+07:00", tick=False):
        assert in_force(desk, "research")
        assert _to_ask(desk) == []
    with time_machine.travel("2026-12-01T00:00:00+07:00", tick=False):
        assert not in_force(desk, "research")
        assert [one.ask_again_on for one in _to_ask(desk)] == [birthday]
        actions.record_answers(desk, child, [answer("research", False)])
    with time_machine.travel("2026-12-02T09:00:00+07:00", tick=False):
        assert _to_ask(desk) == []


def _to_ask(desk: Actor) -> list[Consent]:
    with acting_transaction(desk.account_id, PURPOSE):
        return queries.to_ask_again(timezone.localdate())


def test_the_database_refuses_a_child_without_a_representative(desk: Actor, answer: Callable[..., Answer]) -> None:
    """Also where the code forgets to ask."""
    (consent,) = actions.record_answers(desk, ADULT, [answer("research")])
    columns = [name for name in queries.COLUMNS if name not in ("id", "age_band", "ask_again_on")]
    copy = (
        f"INSERT INTO consent_decision (id, age_band, ask_again_on, {', '.join(columns)})"
        f" SELECT gen_random_uuid(), %s, '2030-01-01', {', '.join(columns)} FROM consent_decision WHERE id = %s"
    )
    for band, right in (("adult", True), ("under_7", False), ("7_to_17", False)):
        with acting_transaction(desk.account_id, PURPOSE), connection.cursor() as cursor:
            if right:
                cursor.execute(copy, [band, consent.id])
            else:
                with pytest.raises(DatabaseError), transaction.atomic():
                    cursor.execute(copy, [band, consent.id])


def test_a_facility_keeps_its_decisions_to_itself(
    desk: Actor, answer: Callable[..., Answer], account_with_role: Callable[..., Account]
) -> None:
    from hoso.core.places.facilities import ensure_facility

    (consent,) = actions.record_answers(desk, ADULT, [answer()])
    stranger = account_with_role("receptionist", facility=ensure_facility("01002"))
    with acting_transaction(stranger.pk, PURPOSE):
        assert queries.consent(consent.id) is None
    with pytest.raises(HosoError, match="HS2313"):
        actions.withdraw(Actor(stranger.pk, "x", "test"), consent.id)


@pytest.mark.parametrize("given", [True, False])
def test_it_is_a_valid_fhir_r4_consent(given: bool, desk: Actor, answer: Callable[..., Answer]) -> None:
    (consent,) = actions.record_answers(desk, ADULT, [answer("research", given)])
    body = json.loads(consent.fhir)
    get_fhir_model_class("Consent").model_validate(body)
    assert body["status"] == ("active" if given else "rejected")
    assert body["patient"] == {"reference": "Patient/patient-7001"}
    assert body["provision"]["type"] == ("permit" if given else "deny")
