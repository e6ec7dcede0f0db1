"""A person, two facilities with a doctor each, a desk, and a telephone that keeps what it receives."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from hoso.core.access.actor import Actor
from hoso.core.access.consent.ages import BirthSpan
from hoso.core.access.consent.models import Subject
from hoso.core.access.sharing.models import Share
from hoso.core.access.sharing.offers import PURPOSE, Offer, Practitioner
from hoso.core.access.sharing.queries import share
from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.messages.simulated_sms import last_messages
from hoso.core.places.facilities import ensure_facility

PHONE = "0901234567"


def subject(person_id: int = 7001, born: date = date(1980, 5, 5)) -> Subject:
    return Subject(person_id, person_id, f"patient-{person_id}", 0, BirthSpan(born, born))


@dataclass(frozen=True)
class Clinic:
    """What the tests share with: `doctor` and `desk` at the hospital, `stranger` at another one."""

    facility_id: int
    doctor: Actor
    colleague: Actor
    desk: Actor
    stranger: Actor

    def offer(self, **changed: Any) -> Offer:
        made: dict[str, Any] = {
            "subject": subject(), "facility_id": self.facility_id, "facility_name": "BV Mẫu", "encounter": "TD-1",
            "practitioner": Practitioner(self.doctor.account_id, self.doctor.name), "phone": PHONE, **changed,
        }  # fmt: skip
        return Offer(**made)

    def share(self, share_id: UUID) -> Share:
        with acting_transaction(self.desk.account_id, PURPOSE):
            found = share(share_id)
        assert found is not None
        return found


def make_clinic(account_with_role: Callable[..., Account]) -> Clinic:
    here, there = ensure_facility("01001"), ensure_facility("01002")

    def actor(role: str, facility: Any) -> Actor:
        account = account_with_role(role, facility=facility)
        return Actor(account.pk, account.full_name, "test", source="127.0.0.1:1", device="test")

    return Clinic(
        here.pk, actor("doctor", here), actor("doctor", here), actor("receptionist", here), actor("doctor", there)
    )


def last_code() -> str:
    """The code of the newest message."""
    found = re.search(r"\b\d{6}\b", last_messages(1)[0].text)
    assert found
    return found[0]


def wrong(code: str, by: int = 1) -> str:
    """Another code than this one."""
    return f"{(int(code) + by) % 1_000_000:06}"


@contextmanager
def refused(code: str) -> Iterator[None]:
    """What runs inside must be refused with this error."""
    with pytest.raises(HosoError) as caught:
        yield
    assert caught.value.code == code
