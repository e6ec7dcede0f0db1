"""The period tables of DHIS2. Where its JavaScript library contradicts its server HoSo follows the server."""

import json
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from hoso.core.errors import HosoError
from hoso.core.periods.kinds import DHIS2_NAMES, MONTHS, WEEKS, PeriodType, iso_duration
from hoso.core.periods.periods import parse_period, period_of

TABLE = json.loads((Path(__file__).parent / "periods" / "gregorian_periods.json").read_bytes())

KINDS = {
    "DAILY": PeriodType.DAY,
    "WEEKLY": PeriodType.WEEK,
    "WEEKLYWED": PeriodType.WEEK_WEDNESDAY,
    "WEEKLYTHU": PeriodType.WEEK_THURSDAY,
    "WEEKLYSAT": PeriodType.WEEK_SATURDAY,
    "WEEKLYSUN": PeriodType.WEEK_SUNDAY,
    "BIWEEKLY": PeriodType.TWO_WEEK,
    "MONTHLY": PeriodType.MONTH,
    "BIMONTHLY": PeriodType.TWO_MONTH,
    "QUARTERLY": PeriodType.QUARTER,
    "QUARTERLYJUL": PeriodType.QUARTER_JULY,
    "QUARTERLYNOV": PeriodType.QUARTER_NOVEMBER,
    "SIXMONTHLY": PeriodType.SIX_MONTH,
    "SIXMONTHLYAPR": PeriodType.SIX_MONTH_APRIL,
    "SIXMONTHLYJUL": PeriodType.SIX_MONTH_JULY,
    "SIXMONTHLYNOV": PeriodType.SIX_MONTH_NOVEMBER,
    "YEARLY": PeriodType.YEAR,
    "FYAPR": PeriodType.YEAR_APRIL,
    "FYJUL": PeriodType.YEAR_JULY,
    "FYOCT": PeriodType.YEAR_OCTOBER,
    "FYNOV": PeriodType.YEAR_NOVEMBER,
}
# The library names these by the year they begin in and writes "November" in full; the server by the year they end in.
NOVEMBER = {"QUARTERLYNOV": "NovemberQ", "SIXMONTHLYNOV": "NovemberS", "FYNOV": "Nov"}
# (kind, day): what the library says, what the server says. The 8 of the 40 cases by day.
CONTRADICTED = {
    ("BIWEEKLY", "2021-01-01"): ("2020BiW26", "2020BiW27"),
    ("QUARTERLYNOV", "2022-10-31"): ("2021NovemberQ4", "2022NovQ4"),
    ("QUARTERLYNOV", "2022-11-01"): ("2022NovemberQ1", "2023NovQ1"),
    ("SIXMONTHLYNOV", "2022-01-01"): ("2021NovemberS1", "2022NovS1"),
    ("SIXMONTHLYNOV", "2022-05-01"): ("2021NovemberS2", "2022NovS2"),
    ("SIXMONTHLYNOV", "2022-11-01"): ("2022NovemberS1", "2023NovS1"),
    ("FYNOV", "2022-01-01"): ("2021Nov", "2022Nov"),
    ("FYNOV", "2022-11-01"): ("2022Nov", "2023Nov"),
}


def as_the_server(kind: str, written: str) -> str:
    """The id of a table row as the server writes it: November kinds carry the year they end in."""
    if kind in NOVEMBER:
        return f"{int(written[:4]) + 1}{written[4:].replace('November', 'Nov')}"
    return written


@pytest.mark.parametrize("row", TABLE["by_date"], ids=lambda row: f"{row['periodType']}-{row['date']}")
def test_the_period_of_a_day(row: dict[str, str]) -> None:
    told = period_of(KINDS[row["periodType"]], date.fromisoformat(row["date"])).id
    of_library, of_server = CONTRADICTED.get((row["periodType"], row["date"]), (row["expected"], row["expected"]))
    assert row["expected"] == of_library
    assert told == of_server


def test_the_cases_that_contradict_are_eight() -> None:
    assert len(TABLE["by_date"]) == 40 and len(CONTRADICTED) == 8
    assert CONTRADICTED.keys() <= {(row["periodType"], row["date"]) for row in TABLE["by_date"]}


@pytest.mark.parametrize("row", TABLE["fixed"], ids=lambda row: row["id"])
def test_the_days_of_an_id(row: dict[str, str]) -> None:
    kind = row.get("periodType") or ("FYNOV" if row["id"].endswith("Nov") else "")
    period = parse_period(as_the_server(kind, row["id"]))
    if "startDate" in row:
        assert (str(period.start), str(period.end)) == (row["startDate"], row["endDate"])
    elif " - 20" in row["name"] and row["name"].startswith("Week"):
        assert row["name"].endswith(f"{period.start} - {period.end}")
    elif " - " in row["name"]:
        assert row["name"] == f"{period.start:%B %Y} - {period.end:%B %Y}"
    else:
        assert (period.type, str(period.start)) == (PeriodType.YEAR, f"{row['name']}-01-01")


@pytest.mark.parametrize("row", TABLE["counts"], ids=lambda row: f"{row['periodType']}-{row['year']}")
def test_how_many_periods_a_year_has(row: dict[str, Any]) -> None:
    kind, year = KINDS[row["periodType"]], int(row["year"])
    # Of years the library lists ten, up to the asked one.
    years = range(year - 9, year + 1) if row["periodType"] in ("YEARLY", "FYNOV") else [year]
    period, found = period_of(kind, date(years[0] - 1, 6, 15)), []
    while int(period.id[:4]) <= year:
        found += [period] if int(period.id[:4]) in years else []
        period = period.next()
    assert len({one.id for one in found}) == len(found) == row["count"]
    assert all(one.end + timedelta(days=1) == other.start for one, other in pairwise(found))


@pytest.mark.parametrize("row", TABLE["generated"], ids=lambda row: row["iso"])
def test_the_periods_of_a_year_in_turn(row: dict[str, str]) -> None:
    name = row["periodType"].upper()
    period = parse_period(as_the_server(name, row["iso"]))
    assert period.type is KINDS[name]
    if "Week " in row["label"]:
        assert row["label"].endswith(f"{period.start} - {period.end}")
    elif period.type in MONTHS and period.type is not PeriodType.YEAR:
        assert row["label"].endswith(f"{period.end:%B %Y}") and row["label"].startswith(f"{period.start:%B}")


@pytest.mark.parametrize("row", TABLE["iso_type"], ids=lambda row: row["iso"])
def test_the_kind_of_an_id(row: dict[str, str]) -> None:
    named = DHIS2_NAMES[parse_period(row["iso"]).type]
    assert named.upper() == row["type"].replace("_", "")


@pytest.mark.parametrize("row", TABLE["iso_invalid"], ids=lambda row: row["iso"])
def test_what_is_no_id(row: dict[str, str]) -> None:
    with pytest.raises(HosoError, match="HS1101"):
        parse_period(row["iso"])


@pytest.mark.parametrize("row", TABLE["iso_duration"], ids=lambda row: row["iso"])
def test_the_duration_of_a_kind(row: dict[str, str]) -> None:
    assert iso_duration(parse_period(row["iso"]).type) == row["duration"]


def test_all_kinds_of_the_server_are_there() -> None:
    assert len(DHIS2_NAMES) == len(set(DHIS2_NAMES.values())) == 24
    assert set(PeriodType) == {PeriodType.DAY, *WEEKS, *MONTHS}
