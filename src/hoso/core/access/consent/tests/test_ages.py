"""Birthdays at which the law's answer changes, and dates of birth that are not known to the day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.core.access.consent.ages import BirthSpan, age_band, ask_again_on, birthday

DAYS = st.dates(date(1930, 1, 1), date(2026, 11, 26))


@pytest.mark.parametrize(
    ("born", "years", "day"),
    [
        (date(2019, 11, 26), 7, date(2026, 11, 26)),
        (date(2020, 2, 29), 7, date(2027, 2, 28)),
        (date(2008, 2, 29), 18, date(2026, 2, 28)),
        (date(2004, 2, 29), 20, date(2024, 2, 29)),
    ],
)
def test_birthdays(born: date, years: int, day: date) -> None:
    assert birthday(born, years) == day


@pytest.mark.parametrize(
    ("born", "on", "band", "again"),
    [
        (date(2019, 11, 27), date(2026, 11, 26), "under_7", date(2026, 11, 27)),
        (date(2019, 11, 26), date(2026, 11, 26), "7_to_17", date(2037, 11, 26)),
        (date(2008, 11, 27), date(2026, 11, 26), "7_to_17", date(2026, 11, 27)),
        (date(2008, 11, 26), date(2026, 11, 26), "adult", None),
        (date(2026, 11, 26), date(2026, 11, 26), "under_7", date(2033, 11, 26)),
    ],
)
def test_the_steps(born: date, on: date, band: str, again: date | None) -> None:
    birth = BirthSpan(born, born)
    assert (age_band(birth, on), ask_again_on(birth, on)) == (band, again)


def test_a_year_alone_protects_the_child() -> None:
    """Seven as soon as it may be, of age only when it surely is."""
    birth = BirthSpan.of(date(2019, 1, 1), 1)
    assert (birth.earliest, birth.latest) == (date(2019, 1, 1), date(2019, 12, 31))
    assert age_band(birth, date(2025, 12, 31)) == "under_7"
    assert age_band(birth, date(2026, 1, 1)) == "7_to_17"
    assert age_band(birth, date(2037, 12, 30)) == "7_to_17"
    assert age_band(birth, date(2037, 12, 31)) == "adult"
    assert ask_again_on(birth, date(2037, 1, 1)) == date(2037, 12, 31)
    assert BirthSpan.of(date(2019, 2, 1), 2).latest == date(2019, 2, 28)


@given(DAYS, DAYS)
def test_against_counting_years_by_hand(born: date, on: date) -> None:
    if on < born:
        return
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    if (born.month, born.day) == (2, 29) and (on.month, on.day) == (2, 28) and not _leap(on.year):
        years += 1
    expected = "adult" if years >= 18 else "7_to_17" if years >= 7 else "under_7"
    assert age_band(BirthSpan(born, born), on) == expected


@given(DAYS, DAYS)
def test_on_the_day_asked_again_the_answer_is_another_one(born: date, on: date) -> None:
    birth = BirthSpan(born, born)
    again = ask_again_on(birth, on) if on >= born else None
    if again is not None:
        assert age_band(birth, again) != age_band(birth, again - timedelta(days=1))


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
