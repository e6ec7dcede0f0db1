"""Relative periods: words such as LAST_12_MONTHS as the periods they mean on a day, after DHIS2's RelativePeriodEnum.

What is called last ends before the current period of its kind. The budget year of Viet Nam is the calendar year (Luật
Ngân sách nhà nước 2015 Đ14), and so is the financial year here.
"""

from datetime import date

from hoso.core.periods.kinds import PeriodType
from hoso.core.periods.periods import Period, period_of

_KINDS = {
    "DAY": PeriodType.DAY,
    "WEEK": PeriodType.WEEK,
    "BIWEEK": PeriodType.TWO_WEEK,
    "MONTH": PeriodType.MONTH,
    "BIMONTH": PeriodType.TWO_MONTH,
    "QUARTER": PeriodType.QUARTER,
    "SIX_MONTH": PeriodType.SIX_MONTH,
    "SIXMONTH": PeriodType.SIX_MONTH,
    "YEAR": PeriodType.YEAR,
    "FINANCIAL_YEAR": PeriodType.YEAR,
}
_RUNS = (
    *((f"LAST_{count}_DAYS", "DAY", count) for count in (3, 7, 14, 30, 60, 90, 180)),
    *((f"LAST_{count}_WEEKS", "WEEK", count) for count in (4, 12, 52)),
    *((f"LAST_{count}_MONTHS", "MONTH", count) for count in (3, 6, 12)),
    ("LAST_4_BIWEEKS", "BIWEEK", 4),
    ("LAST_6_BIMONTHS", "BIMONTH", 6),
    ("LAST_4_QUARTERS", "QUARTER", 4),
    ("LAST_2_SIXMONTHS", "SIXMONTH", 2),
    *((f"LAST_{count}_{word}S", word, count) for word in ("YEAR", "FINANCIAL_YEAR") for count in (5, 10)),
)
# word: kind, how many periods, whether the current one is the last of them
_FROM_NOW = (
    {"TODAY": (PeriodType.DAY, 1, True), "YESTERDAY": (PeriodType.DAY, 1, False)}
    | {f"THIS_{word}": (kind, 1, True) for word, kind in _KINDS.items() if word not in ("DAY", "SIXMONTH")}
    | {f"LAST_{word}": (kind, 1, False) for word, kind in _KINDS.items() if word not in ("DAY", "SIXMONTH")}
    | {name: (_KINDS[word], count, False) for name, word, count in _RUNS}
)
# word: kind, years before this one
_OF_YEAR = {f"{word}S_THIS_YEAR": (_KINDS[word], 0) for word in ("WEEK", "MONTH", "BIMONTH", "QUARTER")} | {
    f"{word}S_LAST_YEAR": (_KINDS[word], 1) for word in ("MONTH", "QUARTER")
}
RELATIVE_WORDS = frozenset({*_FROM_NOW, *_OF_YEAR})


def relative_periods(word: str, today: date) -> list[Period]:
    """The periods of a word on a day, the earliest first. Raises KeyError for a word that is none."""
    if word in _OF_YEAR:
        kind, before = _OF_YEAR[word]
        return _of_year(kind, today.year - before)
    kind, count, with_current = _FROM_NOW[word]
    period = period_of(kind, today)
    found = [period if with_current else period.previous()]
    while len(found) < count:
        found.insert(0, found[0].previous())
    return found


def _of_year(kind: PeriodType, year: int) -> list[Period]:
    """All periods of the year; weeks are those whose number is of that year (ISO 8601)."""
    period = period_of(kind, date(year, 1, 4) if kind is PeriodType.WEEK else date(year, 1, 1))
    found = []
    while period.id.startswith(f"{year:04}"):
        found.append(period)
        period = period.next()
    return found
