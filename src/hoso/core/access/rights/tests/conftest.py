from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from hoso.core.access.actor import Actor
from hoso.core.access.consent.ages import BirthSpan
from hoso.core.access.consent.models import Subject
from hoso.core.access.rights.actions import NewRequest
from hoso.core.accounts.models import Account

PERSON = 7001


@pytest.fixture
def officer(db: None, account_with_role: Callable[..., Account]) -> Actor:
    """The province's personal data protection officer."""
    account = account_with_role("privacy_officer")
    return Actor(account.pk, account.full_name, "test")


def new_request(kind: str = "see", **more: Any) -> NewRequest:
    day = date(1980, 5, 5)
    subject = Subject(PERSON, PERSON, "patient-7001", 0, BirthSpan(day, day))
    return NewRequest(
        **{"subject": subject, "person_name": "TRẦN THỊ MẪU", "kind": kind, "details": "Xin xem hồ sơ", **more}
    )
