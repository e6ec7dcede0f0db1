"""Reporting periods: day, week, month, quarter, six months, nine months, year.

Their ids are those of DHIS2 (``20250131``, ``2025W3``, ``202501``, ``2025Q1``, ``2025S1``, ``2025``). DHIS2 has no
nine-month period, which Vietnamese statistics use (TT 37/2019/TT-BYT: 1 January to 30 September); its id here is
``2025N9``.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from hoso.core.errors import HosoError

ONE_DAY = timedelta(days=1)


class PeriodType(StrEnum):
    """The kinds of period; weeks are ISO weeks, Monday to Sunday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    SIX_MONTH = "six_month"
    NINE_MONTH = "nine_month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """One period, both days included. Make it with ``parse_period`` or ``period_of``."""

    type: PeriodType
    start: date
    end: date

    @property
    def id(self) -> str:
        """The id of the period, as DHIS2 writes it: weeks without a leading zero."""
        year, month = self.start.year, self.start.month
        match self.type:
            case PeriodType.DAY:
                return f"{self.start:%Y%m%d}"
            case PeriodType.WEEK:
                week = self.start.isocalendar()
                return f"{week.year:04}W{week.week}"
            case PeriodType.MONTH:
                return f"{self.start:%Y%m}"
            case PeriodType.QUARTER:
                return f"{year:04}Q{(month + 2) // 3}"
            case PeriodType.SIX_MONTH:
                return f"{year:04}S{(month + 5) // 6}"
            case PeriodType.NINE_MONTH:
                return f"{year:04}N9"
            case PeriodType.YEAR:
                return f"{year:04}"

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def next(self) -> "Period":
        """Give the period of the same kind that follows; after nine months comes the next year's nine."""
        if self.type is PeriodType.NINE_MONTH:
            return _nine_months(self.start.year + 1)
        return period_of(self.type, self.end + ONE_DAY)

    def previous(self) -> "Period":
        """Give the period of the same kind before this one."""
        if self.type is PeriodType.NINE_MONTH:
            return _nine_months(self.start.year - 1)
        return period_of(self.type, self.start - ONE_DAY)


def period_of(kind: PeriodType, day: date) -> Period:
    """Give the period of a kind that holds the day. Raises HosoError HS1101 for nine months after September."""
    match kind:
        case PeriodType.DAY:
            return Period(kind, day, day)
        case PeriodType.WEEK:
            monday = day - ONE_DAY * day.weekday()
            return Period(kind, monday, monday + ONE_DAY * 6)
        case PeriodType.NINE_MONTH:
            if day.month > 9:
                raise HosoError("HS1101", period=f"{day.year:04}N9 ({day:%d/%m/%Y})")
            return _nine_months(day.year)
        case _:
            return _months(kind, day.year, day.month)


def parse_period(text: str) -> Period:
    """Read the id of a period; a week may have a leading zero. Raises HosoError HS1101 for anything else."""
    for pattern, kind in _PATTERNS:
        found = pattern.fullmatch(text)
        if found:
            try:
                return _read(kind, *map(int, found.groups()))
            except ValueError:
                break
    raise HosoError("HS1101", period=text)


_PATTERNS = (
    (re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})"), PeriodType.DAY),
    (re.compile(r"([0-9]{4})W(0?[1-9]|[1-4][0-9]|5[0-3])"), PeriodType.WEEK),
    (re.compile(r"([0-9]{4})([0-9]{2})"), PeriodType.MONTH),
    (re.compile(r"([0-9]{4})Q([1-4])"), PeriodType.QUARTER),
    (re.compile(r"([0-9]{4})S([12])"), PeriodType.SIX_MONTH),
    (re.compile(r"([0-9]{4})N(9)"), PeriodType.NINE_MONTH),
    (re.compile(r"([0-9]{4})"), PeriodType.YEAR),
)
_MONTHS = {PeriodType.MONTH: 1, PeriodType.QUARTER: 3, PeriodType.SIX_MONTH: 6, PeriodType.YEAR: 12}


def _read(kind: PeriodType, year: int, number: int = 1, day: int = 1) -> Period:
    if kind is PeriodType.DAY:
        return period_of(kind, date(year, number, day))
    if kind is PeriodType.WEEK:
        return period_of(kind, date.fromisocalendar(year, number, 1))
    if kind is PeriodType.NINE_MONTH:
        return _nine_months(year)
    return _months(kind, year, (number - 1) * _MONTHS[kind] + 1)


def _months(kind: PeriodType, year: int, month: int) -> Period:
    """Give the month, quarter, half year or year that holds the month."""
    length = _MONTHS[kind]
    first = (month - 1) // length * length + 1
    last = first + length
    after = date(year + last // 13, (last - 1) % 12 + 1, 1)
    return Period(kind, date(year, first, 1), after - ONE_DAY)


def _nine_months(year: int) -> Period:
    return Period(PeriodType.NINE_MONTH, date(year, 1, 1), date(year, 9, 30))
