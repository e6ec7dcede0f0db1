"""Who is told what and when; nobody twice on one day, nobody on a day off, nobody of what came."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import OPERATOR, operator_id
from hoso.core.errors import HosoError
from hoso.core.messages.notices import unread_notices
from hoso.core.places.models import Place
from hoso.engines.statistics.completion import Registration, register
from hoso.engines.statistics.deadlines.reminding import remind_by_the_clock, remind_unit, reminder_days
from hoso.engines.statistics.forms import forms
from hoso.engines.statistics.tests.reporting import MONTH, communes, unit_uid
from hoso.engines.statistics.uids import uid_of

pytestmark = pytest.mark.django_db
MakeActor = Callable[..., Actor]
DUE = date(2026, 2, 6)  # of January's reports of a commune


@pytest.fixture
def place() -> Place:
    (found,) = communes("80", 1)
    return found


@pytest.fixture
def officer(actor: MakeActor, place: Place) -> Actor:
    return actor("statistics_officer", place=place)


def _clock(day: date) -> int:
    return remind_by_the_clock(Actor(operator_id(), OPERATOR, "test"), day)


def test_on_the_last_day_and_never_twice_on_it(officer: Actor) -> None:
    assert _clock(DUE) >= 1 and _clock(DUE) >= 1
    (notice,) = unread_notices(officer)
    assert "hạn 06/02/2026" in notice.text_vi and notice.link == "/statistics/"
    _clock(DUE + timedelta(days=3))  # Monday, the first working day after it
    assert len(unread_notices(officer)) == 2


@pytest.mark.parametrize("day", [date(2026, 2, 3), date(2026, 2, 7), date(2026, 2, 17)])
def test_not_on_other_days_nor_on_days_off(officer: Actor, day: date) -> None:
    """Two days before; a Saturday; Tết."""
    assert reminder_days() == {-1, 0, 1, 5, 10}
    _clock(day)
    assert unread_notices(officer) == []


def test_not_in_a_year_whose_holidays_are_not_known(officer: Actor) -> None:
    assert _clock(date(2050, 2, 8)) == 0


def test_what_came_is_not_reminded_of(officer: Actor, place: Place) -> None:
    monthly = [
        key for key, form in forms().items() if form.rows and "commune" in form.tiers and "month" in form.periods
    ]
    for key in monthly:
        register(officer, [Registration(uid_of(f"form:{key}"), MONTH, unit_uid(place))])
    _clock(DUE)
    assert not any("kỳ 202601" in one.text_vi for one in unread_notices(officer))


def test_others_are_not_told(actor: MakeActor, officer: Actor) -> None:
    """Neither who only approves, nor whose role is of no unit."""
    province, ministry = actor("statistics_approver", place=communes("80", 1)[0].parent), actor("statistics_officer")
    _clock(DUE)
    assert unread_notices(province) == [] and unread_notices(ministry) == [] and len(unread_notices(officer)) == 1


def test_an_approver_reminds_a_unit_in_reach(actor: MakeActor, officer: Actor, place: Place) -> None:
    tay_ninh = actor("statistics_approver", place=place.parent)
    assert remind_unit(tay_ninh, unit_uid(place)) == 1 and remind_unit(tay_ninh, unit_uid(place)) == 1
    assert len(unread_notices(officer)) == 1
    refused = {
        unit_uid(communes("80", 2)[1]): "HS7050",  # nobody enters its figures
        unit_uid(communes("01", 1)[0]): "HS7011",
        "nothere1234": "HS7003",
    }
    for unit, code in refused.items():
        with pytest.raises(HosoError) as error:
            remind_unit(tay_ninh, unit)
        assert error.value.code == code
    with pytest.raises(HosoError) as error:
        remind_unit(officer, unit_uid(place))
    assert error.value.code == "HS2001"
