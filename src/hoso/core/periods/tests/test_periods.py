import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.core.definitions import definitions_folder
from hoso.core.errors import HosoError
from hoso.core.periods.periods import Period, PeriodType, parse_period, period_of

SHARED = definitions_folder().parents[1] / "shared" / "dhis2" / "periods" / "gregorian_periods.json"
SAME_AS_DHIS2 = {
    "DAILY": PeriodType.DAY,
    "WEEKLY": PeriodType.WEEK,
    "MONTHLY": PeriodType.MONTH,
    "QUARTERLY": PeriodType.QUARTER,
    "SIXMONTHLY": PeriodType.SIX_MONTH,
    "YEARLY": PeriodType.YEAR,
}
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
    ],
)
def test_an_id_names_its_days(text: str, start: str, end: str) -> None:
    period = parse_period(text)
    assert (str(period.start), str(period.end), period.id) == (start, end, text)


def test_a_week_may_have_a_leading_zero() -> None:
    assert parse_period("2025W03") == parse_period("2025W3")


@pytest.mark.parametrize(
    "text",
    ["", "201", "202513", "20250230", "2025W54", "2025W53", "2025W0", "2025Q5", "2025S3", "2025N1", "2025-01", "٢٠٢٥",
     "2025 ", "0000", "2025AprilS1"],
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


def test_ids_are_those_of_dhis2() -> None:
    if not SHARED.exists():
        pytest.skip("no table of DHIS2 periods beside the checkout")
    table = json.loads(SHARED.read_bytes())
    known = [row for row in table["by_date"] if row["periodType"] in SAME_AS_DHIS2]
    assert len(known) >= 10
    for row in known:
        assert period_of(SAME_AS_DHIS2[row["periodType"]], date.fromisoformat(row["date"])).id == row["expected"]
    for row in table["fixed"]:
        if row.get("periodType") in SAME_AS_DHIS2:
            period = parse_period(row["iso"])
            assert (str(period.start), str(period.end)) == (row["startDate"], row["endDate"])
