"""Guessing a code of one-time sharing, many at once: however many guesses, five are judged, none opens, all are logged.

`make prove-sharing` makes 100,000 of them.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections

from hoso.core.access.sharing import actions, offers
from hoso.core.access.sharing.tests.clinic import Clinic, last_code, make_clinic, subject
from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from tests.database import Database

TABS = 8
pytestmark = pytest.mark.slow


@pytest.fixture
def committed(own_database: Database, settings: Any, account_with_role: Callable[..., Account]) -> Iterator[Clinic]:
    settings.SMS_GATEWAY = "hoso.gateways.sms.simulated.SimulatedSms"
    yield make_clinic(account_with_role)


def _one(statement: str, *values: Any) -> Any:
    """Past row security, as the owner of the data sees it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def _in_tabs(work: Callable[[int], Counter[str]]) -> Counter[str]:
    """The same work in several windows at once, each with a connection of its own."""

    def one(tab: int) -> Counter[str]:
        try:
            return work(tab)
        finally:
            connection.close()

    with ThreadPoolExecutor(TABS) as pool:
        return sum(pool.map(one, range(TABS)), Counter())


def _try(clinic: Clinic, share_id: Any, code: str) -> str:
    try:
        actions.verify(clinic.doctor, share_id, code)
    except HosoError as error:
        return error.code
    return "opened"


def test_guesses_at_once_are_judged_five_times(committed: Clinic, request: pytest.FixtureRequest) -> None:
    guesses = int(request.config.getoption("--guesses"))
    share_id = offers.offer(committed.doctor, committed.offer())
    right = int(last_code())

    def guess(tab: int) -> Counter[str]:
        # The first codes are wrong; once the tries are gone, the right one is among the rest as well.
        codes = range(tab, guesses, TABS)
        return Counter(_try(committed, share_id, f"{(right + 1 + number) % 1_000_000:06}") for number in codes)

    outcomes = _in_tabs(guess)
    outcomes += Counter([_try(committed, share_id, f"{right:06}")])
    assert outcomes == {"HS2302": 4, "HS2305": guesses + 1 - 4}
    assert _one("SELECT attempts FROM sharing_share WHERE id = %s", share_id) == 5
    assert _one("SELECT count(*) FROM access_grant") == _one("SELECT count(*) FROM consent_decision") == 0
    refused = _one("SELECT count(*) FROM audit_event WHERE object = %s AND outcome = 'refused'", f"Share/{share_id}")
    assert refused == guesses + 1
    with pytest.raises(HosoError, match="HS2306"):
        offers.offer(committed.doctor, committed.offer())


def test_the_right_code_in_many_windows_opens_once(committed: Clinic) -> None:
    share_id = offers.offer(committed.doctor, committed.offer())
    code = last_code()
    outcomes = _in_tabs(lambda tab: Counter([_try(committed, share_id, code)]))
    assert outcomes == {"opened": 1, "HS2303": TABS - 1}
    assert _one("SELECT count(*) FROM access_grant") == _one("SELECT count(*) FROM consent_decision") == 1


def test_offers_in_many_windows_keep_to_the_limit(committed: Clinic) -> None:
    def ask(tab: int) -> Counter[str]:
        outcomes: Counter[str] = Counter()
        for _ in range(4):
            try:
                offers.offer(committed.doctor, committed.offer(subject=subject(7005)))
                outcomes["offered"] += 1
            except HosoError as error:
                outcomes[error.code] += 1
        return outcomes

    assert _in_tabs(ask) == {"offered": 10, "HS2306": 4 * TABS - 10}
    assert _one("SELECT count(*) FROM sharing_share WHERE state = 'offered'") == 1


def test_revoking_while_the_code_is_entered_leaves_nothing_open(committed: Clinic) -> None:
    for number in range(10):
        share_id = offers.offer(committed.doctor, committed.offer(subject=subject(8000 + number)))
        code = last_code()

        def act(tab: int, share_id: Any = share_id, code: str = code) -> Counter[str]:
            if tab % 2:
                return Counter([_try(committed, share_id, code)])
            try:
                actions.revoke(committed.doctor, share_id)
            except HosoError as error:
                return Counter([error.code])
            return Counter(["revoked"])

        outcomes = _in_tabs(act)
        assert outcomes["opened"] <= 1 and outcomes["revoked"] <= 1 + outcomes["opened"]
        with acting_transaction(committed.doctor.account_id, offers.PURPOSE):
            state = committed.share(share_id).state
        living = _one("SELECT count(*) FROM access_grant WHERE person_id = %s AND revoked_at IS NULL", 8000 + number)
        assert living == (1 if state == "active" else 0)
