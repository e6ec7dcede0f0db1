"""What a person decided, asked for and restricted goes along when two persons are found to be one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.access.consent import actions as consents
from hoso.core.access.consent import queries
from hoso.core.access.consent.actions import Answer
from hoso.core.access.consent.ages import BirthSpan
from hoso.core.access.consent.models import Subject
from hoso.core.access.rights import actions as rights
from hoso.core.access.rights.tests.conftest import new_request
from hoso.core.database.session import acting_transaction
from hoso.core.places.facilities import ensure_facility
from hoso.engines.intake.conflicts import decide_conflict
from tests.claim_packages import sample_3176
from tests.intaking import Asker, Intake, asker, one, person_of, sign_in, undone


@dataclass(frozen=True)
class Two:
    """The known person, the provisional one with the same number, and the contradiction between them."""

    known: int
    provisional: int
    conflict: int
    doctor: Asker


@pytest.fixture(scope="module")
def two(filled: Callable[[], Intake]) -> Iterator[Two]:
    claim = sample_3176()
    filled().file(claim, claim.with_(MA_LK="SYN.2", HO_TEN="LÊ VĂN HÙNG", GIOI_TINH="1"))
    known, provisional = person_of(claim.ma_lk), person_of("SYN.2")
    assert known != provisional
    yield Two(known, provisional, one("SELECT id FROM people_conflict"), asker("doctor", "01000"))


def _actor(role: str, facility: str | None = None) -> Actor:
    account = sign_in(role, facility)
    return Actor(account.pk, account.username, "test")


def _join(two: Two) -> None:
    decide_conflict(_actor("intake_officer"), two.conflict, "same_person", "giấy tờ")


def _subject(person: int) -> Subject:
    return Subject(person, person, "x", 0, BirthSpan.of(timezone.localdate(), 1))


def test_a_restriction_is_not_lost(two: Two) -> None:
    with undone():
        officer = _actor("privacy_officer")
        request = rights.receive(
            officer, new_request("restrict", subject=_subject(two.provisional), purposes=("treatment",))
        )
        rights.reply(officer, request)
        rights.carry_out(officer, request)
        assert two.doctor.person(two.known) is not None
        _join(two)
        assert two.doctor.person(two.known) is None
    with undone():
        _join(two)
        assert two.doctor.person(two.known) is not None


def test_consents_go_along_withdrawn_ones_too(two: Two) -> None:
    with undone():
        desk = _actor("receptionist", "01000")
        facility = ensure_facility("01000").pk
        given, withdrawn = consents.record_answers(
            desk,
            Subject(two.provisional, two.provisional, "x", 0, BirthSpan.of(timezone.localdate().replace(year=1980), 3)),
            [Answer(purpose, True, facility, "BV Mẫu", "desk") for purpose in ("reminders", "research")],
        )
        consents.withdraw(desk, withdrawn.id)
        _join(two)
        with acting_transaction(desk.account_id, consents.PURPOSE):
            found = {each.id for each in queries.consents(two.known)}
            assert found == {given.id, withdrawn.id} and queries.consents(two.provisional) == []
