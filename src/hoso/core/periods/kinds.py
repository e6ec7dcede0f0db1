"""The kinds of reporting period as rules: all of DHIS2, and those that Vietnamese reports have beside them.

Ids follow the DHIS2 server where it has the kind. Types that begin in November carry the year they end in there, while
DHIS2's own JavaScript library names them by the year they begin in; the server decides. DHIS2 has no nine months (TT
37/2019/TT-BYT: 1 January to 30 September), no quarter from the 15th to the 14th (TT 05/2023/TT-BYT) and no year from
15 September (its yearly table of PrEP); their ids here are ``2025N9``, ``2025Q1D15`` and ``2025Sep15``. Two years have
no id of their own at DHIS2 (it would be that of a year); here they are ``2024Y2``, begun in the even year.
"""

from dataclasses import dataclass
from enum import StrEnum


class PeriodType(StrEnum):
    """The kinds of period. Without a weekday in its name a week begins on Monday (ISO 8601)."""

    DAY = "day"
    WEEK = "week"
    WEEK_WEDNESDAY = "week_wednesday"
    WEEK_THURSDAY = "week_thursday"
    WEEK_FRIDAY = "week_friday"
    WEEK_SATURDAY = "week_saturday"
    WEEK_SUNDAY = "week_sunday"
    TWO_WEEK = "two_week"
    MONTH = "month"
    TWO_MONTH = "two_month"
    QUARTER = "quarter"
    QUARTER_JULY = "quarter_july"
    QUARTER_NOVEMBER = "quarter_november"
    QUARTER_15TH = "quarter_15th"
    SIX_MONTH = "six_month"
    SIX_MONTH_APRIL = "six_month_april"
    SIX_MONTH_JULY = "six_month_july"
    SIX_MONTH_NOVEMBER = "six_month_november"
    NINE_MONTH = "nine_month"
    YEAR = "year"
    YEAR_FEBRUARY = "year_february"
    YEAR_APRIL = "year_april"
    YEAR_JULY = "year_july"
    YEAR_AUGUST = "year_august"
    YEAR_SEPTEMBER = "year_september"
    YEAR_15_SEPTEMBER = "year_15_september"
    YEAR_OCTOBER = "year_october"
    YEAR_NOVEMBER = "year_november"
    TWO_YEAR = "two_year"


@dataclass(frozen=True, slots=True)
class WeekRule:
    """Weeks counted from a weekday (Monday is 0). Week 1 is the first with at least four days of the year."""

    first_day: int
    mark: str
    weeks: int = 1


@dataclass(frozen=True, slots=True)
class MonthRule:
    """Whole months counted from a month of the year, or from a day of it; an id is year, mark, number, suffix."""

    length: int
    mark: str = ""
    first_month: int = 1
    first_day: int = 1
    named_by_end: bool = False
    digits: int = 1
    suffix: str = ""

    @property
    def cycle(self) -> int:
        """Months after which the numbers begin again."""
        return max(12, self.length)

    @property
    def count(self) -> int:
        """Periods of the kind in one cycle; a single one has no number in its id."""
        return self.cycle // self.length


WEEKS = {
    PeriodType.WEEK: WeekRule(0, "W"),
    PeriodType.WEEK_WEDNESDAY: WeekRule(2, "WedW"),
    PeriodType.WEEK_THURSDAY: WeekRule(3, "ThuW"),
    PeriodType.WEEK_FRIDAY: WeekRule(4, "FriW"),
    PeriodType.WEEK_SATURDAY: WeekRule(5, "SatW"),
    PeriodType.WEEK_SUNDAY: WeekRule(6, "SunW"),
    PeriodType.TWO_WEEK: WeekRule(0, "BiW", weeks=2),
}
MONTHS = {
    PeriodType.MONTH: MonthRule(1, digits=2),
    PeriodType.TWO_MONTH: MonthRule(2, digits=2, suffix="B"),
    PeriodType.QUARTER: MonthRule(3, "Q"),
    PeriodType.QUARTER_JULY: MonthRule(3, "JulyQ", 7),
    PeriodType.QUARTER_NOVEMBER: MonthRule(3, "NovQ", 11, named_by_end=True),
    PeriodType.QUARTER_15TH: MonthRule(3, "Q", 12, 15, named_by_end=True, suffix="D15"),
    PeriodType.SIX_MONTH: MonthRule(6, "S"),
    PeriodType.SIX_MONTH_APRIL: MonthRule(6, "AprilS", 4),
    PeriodType.SIX_MONTH_JULY: MonthRule(6, "JulyS", 7),
    PeriodType.SIX_MONTH_NOVEMBER: MonthRule(6, "NovS", 11, named_by_end=True),
    PeriodType.NINE_MONTH: MonthRule(9, "N9"),
    PeriodType.YEAR: MonthRule(12),
    PeriodType.YEAR_FEBRUARY: MonthRule(12, "Feb", 2),
    PeriodType.YEAR_APRIL: MonthRule(12, "April", 4),
    PeriodType.YEAR_JULY: MonthRule(12, "July", 7),
    PeriodType.YEAR_AUGUST: MonthRule(12, "Aug", 8),
    PeriodType.YEAR_SEPTEMBER: MonthRule(12, "Sep", 9),
    PeriodType.YEAR_15_SEPTEMBER: MonthRule(12, "Sep15", 9, 15, named_by_end=True),
    PeriodType.YEAR_OCTOBER: MonthRule(12, "Oct", 10),
    PeriodType.YEAR_NOVEMBER: MonthRule(12, "Nov", 11, named_by_end=True),
    PeriodType.TWO_YEAR: MonthRule(24, "Y2"),
}

# The names of DHIS2's PeriodType; the other kinds are unknown to it.
DHIS2_NAMES = {
    PeriodType.DAY: "Daily",
    PeriodType.WEEK: "Weekly",
    PeriodType.WEEK_WEDNESDAY: "WeeklyWednesday",
    PeriodType.WEEK_THURSDAY: "WeeklyThursday",
    PeriodType.WEEK_FRIDAY: "WeeklyFriday",
    PeriodType.WEEK_SATURDAY: "WeeklySaturday",
    PeriodType.WEEK_SUNDAY: "WeeklySunday",
    PeriodType.TWO_WEEK: "BiWeekly",
    PeriodType.MONTH: "Monthly",
    PeriodType.TWO_MONTH: "BiMonthly",
    PeriodType.QUARTER: "Quarterly",
    PeriodType.QUARTER_NOVEMBER: "QuarterlyNov",
    PeriodType.SIX_MONTH: "SixMonthly",
    PeriodType.SIX_MONTH_APRIL: "SixMonthlyApril",
    PeriodType.SIX_MONTH_NOVEMBER: "SixMonthlyNov",
    PeriodType.YEAR: "Yearly",
    PeriodType.YEAR_FEBRUARY: "FinancialFeb",
    PeriodType.YEAR_APRIL: "FinancialApril",
    PeriodType.YEAR_JULY: "FinancialJuly",
    PeriodType.YEAR_AUGUST: "FinancialAug",
    PeriodType.YEAR_SEPTEMBER: "FinancialSep",
    PeriodType.YEAR_OCTOBER: "FinancialOct",
    PeriodType.YEAR_NOVEMBER: "FinancialNov",
    PeriodType.TWO_YEAR: "TwoYearly",
}


def iso_duration(kind: PeriodType) -> str:
    """The length of a kind as an ISO 8601 duration (P1D, P7D, P3M, P1Y), as DHIS2 gives it."""
    if kind is PeriodType.DAY:
        return "P1D"
    if kind in WEEKS:
        return f"P{7 * WEEKS[kind].weeks}D"
    length = MONTHS[kind].length
    return f"P{length // 12}Y" if length % 12 == 0 else f"P{length}M"
