from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hoso.core.access.actor import Actor
from hoso.core.access.consent.actions import Answer
from hoso.core.access.consent.ages import BirthSpan
from hoso.core.access.consent.models import Subject
from hoso.core.accounts.models import Account
from hoso.core.places.facilities import ensure_facility


@pytest.fixture
def desk(db: None, settings: Any, tmp_path: Path, account_with_role: Callable[..., Account]) -> Actor:
    """The reception of facility 01001; keys of proof are the test's own."""
    settings.HOSO_HOME = tmp_path
    account = account_with_role("receptionist", facility=ensure_facility("01001"))
    return Actor(account.pk, account.full_name, "test", source="127.0.0.1:1", device="Firefox")


@pytest.fixture
def answer() -> Callable[..., Answer]:
    """What an adult said to one purpose at that reception."""

    def make(purpose: str = "reminders", given: bool = True, **more: Any) -> Answer:
        facility = ensure_facility("01001")
        return Answer(purpose, given, facility.pk, "BV Mẫu", "desk", **more)

    return make


def born(day: date, person_id: int = 7001) -> Subject:
    return Subject(person_id, person_id, f"patient-{person_id}", 0, BirthSpan(day, day))
