"""The month's report counts what happened in the month, by facility and tier, and what became of the cases."""

import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking, read
from hoso.core.errors import HosoError
from hoso.engines.oversight.reporting import Report, Use, Yield, month_report
from hoso.engines.oversight.spent import Cost, time_spent
from hoso.engines.oversight.tests.a_march import have_a_march

Make = Callable[..., Actor]
MONTH = date(2026, 3, 1)


@pytest.fixture
def overseer(own_database: Database, actor: Make) -> Actor:
    overseer, other = actor("overseer"), actor("overseer")
    have_a_march(own_database, overseer, other, MONTH.year)
    return overseer


def told(actor: Actor, first: date) -> Report:
    def query(scope: Scope) -> Report:
        return month_report(scope, first)

    return read(actor, "oversight", Asking("case.handle", "search", object="oversight report"), query)


def test_what_happened_in_the_month_and_nothing_beside_it(overseer: Actor) -> None:
    found = told(overseer, MONTH)
    assert found.last == date(2026, 3, 31)
    assert found.uses == (Use("", "T1", 1, 1, 1, 0), Use("", "T3", 2, 2, 2, 2))
    assert (found.opened, found.closed, found.open_now) == (2, 1, 1)
    assert (found.to_detect, found.to_close) == (timedelta(days=6), timedelta(days=2))
    assert found.yields == (Yield("S6", 1, 1, 0, 0, 0, 0), Yield("S8", 2, 1, 0, 0, 0, 1))
    assert [one.closed for one in found.yields] == [1, 1]
    assert (found.cost.accounts, found.cost.seconds) == (2, 0) and found.cost.octets > 0


def test_what_watching_costs_is_added_up_and_told_per_thousand_accounts(overseer: Actor) -> None:
    for task in ("oversight.collect", "oversight.collect", "oversight.look_over"):
        with pytest.raises(ZeroDivisionError), time_spent(task):
            time.sleep(0.05)
            _ = 1 / 0
    today = date.today()
    found = told(overseer, today.replace(day=1)).cost
    assert found.accounts == 0 and found.seconds_per_thousand is None and 0.15 <= found.seconds < 60
    assert Cost(250, 10, 5_000).seconds_per_thousand == 40 and Cost(250, 10, 5_000).octets_per_thousand == 20_000
    assert told(overseer, MONTH).cost.seconds == 0


def test_an_empty_month_and_a_system_that_never_sent(overseer: Actor) -> None:
    found = told(overseer, date(2026, 6, 1))
    assert (found.uses, found.yields, found.opened, found.to_detect, found.to_close) == ((), (), 0, None, None)
    assert found.open_now == 1 and found.oldest is not None and found.oldest < timezone.now()
    assert [one.key for one in found.silent] == ["hoso"]


def test_a_doctor_gets_none(overseer: Actor, actor: Make) -> None:
    with pytest.raises(HosoError, match="HS2001"):
        told(actor("doctor"), MONTH)
