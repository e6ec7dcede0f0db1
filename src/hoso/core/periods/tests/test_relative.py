"""Relative periods on chosen days."""

from datetime import date, timedelta

import pytest

from hoso.core.periods.relative import RELATIVE_WORDS, relative_periods

DAY = date(2026, 2, 17)  # a Tuesday


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("TODAY", ["20260217"]),
        ("YESTERDAY", ["20260216"]),
        ("THIS_MONTH", ["202602"]),
        ("LAST_MONTH", ["202601"]),
        ("LAST_3_MONTHS", ["202511", "202512", "202601"]),
        ("LAST_4_QUARTERS", ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]),
        ("THIS_SIX_MONTH", ["2026S1"]),
        ("LAST_2_SIXMONTHS", ["2025S1", "2025S2"]),
        ("QUARTERS_LAST_YEAR", ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]),
        ("LAST_5_YEARS", ["2021", "2022", "2023", "2024", "2025"]),
        ("THIS_FINANCIAL_YEAR", ["2026"]),
        ("LAST_WEEK", ["2026W7"]),
        ("LAST_BIMONTH", ["202506B"]),
    ],
)
def test_words_mean_periods(word: str, ids: list[str]) -> None:
    assert [period.id for period in relative_periods(word, DAY)] == ids


def test_dhis2_has_45_words_and_each_runs_without_a_gap() -> None:
    assert len(RELATIVE_WORDS) == 45
    for word in RELATIVE_WORDS:
        for one, after in zip(found := relative_periods(word, DAY), found[1:], strict=False):
            assert after.start == one.end + timedelta(days=1), word


def test_the_weeks_of_a_year_are_52_or_53() -> None:
    assert len(relative_periods("WEEKS_THIS_YEAR", date(2026, 5, 1))) == 53
    assert len(relative_periods("WEEKS_THIS_YEAR", date(2025, 5, 1))) == 52


def test_another_word_is_none() -> None:
    with pytest.raises(KeyError):
        relative_periods("LAST_12_MONTH", DAY)
