from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.core.errors import HosoError
from hoso.core.periods.periods import Period, PeriodType, parse_period, period_of

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
kinds = st.sampled_from(PeriodType)


def _period(kind: PeriodType, day: date) -> Period:
    return period_of(kind, day.replace(month=min(day.month, 9), day=1) if kind is PeriodType.NINE_MONTH else day)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("20250131", "2025-01-31", "2025-01-31"),
        ("2025W3", "2025-01-13", "2025-01-19"),
        ("2025W1", "2024-12-30", "2025-01-05"),
        ("2020W53", "2020-12-28", "2021-01-03"),
        ("202402", "2024-02-01", "2024-02-29"),
        ("202512", "2025-12-01", "2025-12-31"),
        ("2025Q1", "2025-01-01", "2025-03-31"),
        ("2025Q4", "2025-10-01", "2025-12-31"),
        ("2025S1", "2025-01-01", "2025-06-30"),
        ("2025S2", "2025-07-01", "2025-12-31"),
        ("2025N9", "2025-01-01", "2025-09-30"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("2025FriW1", "2025-01-03", "2025-01-09"),
        ("2020BiW26", "2020-12-14", "2020-12-27"),
        ("2020BiW27", "2020-12-28", "2021-01-03"),
        ("2021BiW1", "2021-01-04", "2021-01-17"),
        ("202506B", "2025-11-01", "2025-12-31"),
        ("2025NovQ1", "2024-11-01", "2025-01-31"),
        ("2025NovS2", "2025-05-01", "2025-10-31"),
        ("2025Nov", "2024-11-01", "2025-10-31"),
        ("2025Feb", "2025-02-01", "2026-01-31"),
        ("2025Aug", "2025-08-01", "2026-07-31"),
        ("2025Sep", "2025-09-01", "2026-08-31"),
        ("2024Y2", "2024-01-01", "2025-12-31"),
        ("2025Q1D15", "2024-12-15", "2025-03-14"),
        ("2025Q4D15", "2025-09-15", "2025-12-14"),
        ("2025Sep15", "2024-09-15", "2025-09-14"),
    ],
)
def test_an_id_names_its_days(text: str, start: str, end: str) -> None:
    period = parse_period(text)
    assert (str(period.start), str(period.end), period.id) == (start, end, text)


def test_a_week_may_have_a_leading_zero() -> None:
    assert parse_period("2025W03") == parse_period("2025W3")


def test_a_day_and_a_month_may_have_hyphens() -> None:
    assert parse_period("2025-01-31") == parse_period("20250131")
    assert parse_period("2025-01") == parse_period("202501")


@pytest.mark.parametrize(("first", "last"), [("20250914", "2025Sep15"), ("20250915", "2026Sep15")])
def test_the_15th_of_september_begins_the_next_year(first: str, last: str) -> None:
    assert period_of(PeriodType.YEAR_15_SEPTEMBER, parse_period(first).start).id == last


@pytest.mark.parametrize(
    "text",
    ["", "201", "202513", "20250230", "2025W54", "2025W53", "2025W0", "2025Q5", "2025S3", "2025N1", "2025-1", "٢٠٢٥",
     "2025 ", "0000", "2025AprilS3", "2025NovemberQ1", "202513B", "2025BiW27", "2025Y2", "9999", "0001Nov", "2025Q0D15"],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(HosoError, match="HS1101"):
        parse_period(text)


@given(kinds, days)
def test_reading_an_id_gives_the_period_back(kind: PeriodType, day: date) -> None:
    period = _period(kind, day)
    assert parse_period(period.id) == period


@given(kinds, days)
def test_periods_of_a_kind_follow_each_other(kind: PeriodType, day: date) -> None:
    period = _period(kind, day)
    assert period.next().previous() == period
    assert period.start in period and period.end in period
    if kind is not PeriodType.NINE_MONTH:
        assert day in period
        assert period.next().start == period.end + timedelta(days=1)


def test_there_are_no_nine_months_after_september() -> None:
    with pytest.raises(HosoError, match="HS1101"):
        period_of(PeriodType.NINE_MONTH, date(2025, 10, 1))
