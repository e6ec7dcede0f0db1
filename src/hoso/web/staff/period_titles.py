"""What a reporting period is called on screen: “Tháng 5/2026”, “Quý 3/2026 (từ ngày 15)”."""

import re

from hoso.core.periods.kinds import PeriodType
from hoso.core.periods.periods import Period, parse_period

# {n} is the number of the period in its year, {y} the year.
TITLES = {
    PeriodType.WEEK: ("Tuần {n}/{y}", "Week {n}/{y}"),
    PeriodType.MONTH: ("Tháng {n}/{y}", "Month {n}/{y}"),
    PeriodType.TWO_MONTH: ("2 tháng thứ {n}/{y}", "Two months {n}/{y}"),
    PeriodType.QUARTER: ("Quý {n}/{y}", "Quarter {n}/{y}"),
    PeriodType.QUARTER_15TH: ("Quý {n}/{y} (từ ngày 15)", "Quarter {n}/{y} (from the 15th)"),
    PeriodType.SIX_MONTH: ("6 tháng, kỳ {n}/{y}", "Six months {n}/{y}"),
    PeriodType.NINE_MONTH: ("9 tháng {y}", "Nine months {y}"),
    PeriodType.YEAR: ("Năm {y}", "Year {y}"),
    PeriodType.YEAR_15_SEPTEMBER: ("Năm {y} (từ 15/9)", "Year {y} (from 15 September)"),
}
NUMBER = re.compile(r"([0-9]{4})[A-Za-z]*([0-9]*)")


def period_title(period: Period) -> tuple[str, str]:
    """Vietnamese and English; the id for a kind that has no name of its own."""
    found = NUMBER.match(period.id)
    if period.type not in TITLES or found is None:
        return period.id, period.id
    vi, en = TITLES[period.type]
    words = {"y": found.group(1), "n": found.group(2).lstrip("0")}
    return vi.format_map(words), en.format_map(words)


def title_of_id(text: str) -> tuple[str, str]:
    """Of a period by its id."""
    return period_title(parse_period(text))
