from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.errors import HosoError
from hoso.core.periods.calendar import add_working_days, is_working_day, working_days_between, year_calendar
from hoso.core.periods.tests.lunar import lunar_date, lunar_new_year

FOLDER = definitions_folder() / "calendar"
YEARS = range(2018, 2028)
GIVEN = {year: read_definition(FOLDER / f"holidays-{year}.yaml", FOLDER / "schema" / "holidays.json") for year in YEARS}
days = st.dates(date(2018, 6, 1), date(2027, 6, 1))


def _days(year: int, kind: str, holiday: str | None = None) -> list[date]:
    rows = GIVEN[year]["days_off"]
    return [date.fromisoformat(r["date"]) for r in rows if r["kind"] == kind and holiday in (None, r["holiday"])]


def slow_is_working_day(day: date) -> bool:
    """The obvious way: look through the lines of the file."""
    year = GIVEN[day.year]
    if str(day) in year["make_up_working_days"]:
        return True
    return day.isoweekday() <= 5 and all(row["date"] != str(day) for row in year["days_off"])


@pytest.mark.parametrize("year", YEARS)
def test_a_year_has_the_days_off_of_its_labour_code(year: int) -> None:
    assert GIVEN[year]["year"] == year
    assert {day.year for kind in ("holiday", "compensation", "swap") for day in _days(year, kind)} == {year}
    assert len(_days(year, "holiday")) == 10 + (year >= 2021) + (year >= 2026)
    for month, number in ((1, 1), (4, 30), (5, 1), (9, 2)):
        assert date(year, month, number) in _days(year, "holiday")


@pytest.mark.parametrize("year", YEARS)
def test_tet_and_the_hung_kings_follow_the_moon(year: int) -> None:
    assert lunar_new_year(year) in _days(year, "holiday", "tet")
    assert _days(year, "holiday", "hung_kings") == [lunar_date(year, 3, 10)]


@pytest.mark.parametrize("year", YEARS)
def test_every_holiday_on_a_weekend_is_given_back_on_a_weekday(year: int) -> None:
    given_back = _days(year, "compensation")
    assert len(given_back) == sum(day.weekday() >= 5 for day in _days(year, "holiday"))
    assert all(day.weekday() < 5 for day in given_back)


def test_every_swapped_day_is_worked_on_a_saturday_nearby() -> None:
    free = [day for year in YEARS for day in _days(year, "swap")]
    worked = [date.fromisoformat(text) for year in YEARS for text in GIVEN[year]["make_up_working_days"]]
    assert len(free) == len(worked)
    for one, other in zip(sorted(free), sorted(worked), strict=True):
        assert one.weekday() < 5 and other.weekday() == 5 and abs(one - other) < timedelta(days=14)


@given(days)
def test_working_days_agree_with_the_slow_way(day: date) -> None:
    assert is_working_day(day) == slow_is_working_day(day)


@given(days, st.integers(-60, 60))
def test_counting_undoes_adding(day: date, count: int) -> None:
    there = add_working_days(day, count)
    assert is_working_day(there)
    if count > 0 or is_working_day(day):
        assert working_days_between(day, there) == count


def test_five_working_days_after_the_end_of_january_2025_skip_tet() -> None:
    assert add_working_days(date(2025, 1, 24), 5) == date(2025, 2, 7)


def test_a_saturday_worked_in_exchange_counts() -> None:
    assert add_working_days(date(2025, 4, 25), 1) == date(2025, 4, 26)
    assert not is_working_day(date(2025, 5, 2))


def test_nothing_added_gives_the_day_or_the_next_working_day() -> None:
    assert add_working_days(date(2025, 3, 10), 0) == date(2025, 3, 10)
    assert add_working_days(date(2025, 3, 8), 0) == date(2025, 3, 10)


def test_a_year_without_a_calendar_is_an_error() -> None:
    with pytest.raises(HosoError, match="HS1102"):
        is_working_day(date(2017, 12, 29))
    with pytest.raises(HosoError, match="2028"):
        add_working_days(date(2027, 12, 30), 5)


def test_a_year_that_is_not_announced_yet_is_marked() -> None:
    assert [year for year in YEARS if year_calendar(year).evidence == "unverified"] == [2027]
