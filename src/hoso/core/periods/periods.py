"""Reporting periods: their ids read and written, the period of a day, the one before and after."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from hoso.core.errors import HosoError
from hoso.core.periods.kinds import MONTHS, WEEKS, MonthRule, PeriodType, WeekRule

ONE_DAY = timedelta(days=1)
ONE_WEEK = timedelta(days=7)

__all__ = ["Period", "PeriodType", "parse_period", "period_of"]


@dataclass(frozen=True, slots=True)
class Period:
    """One period, both days included. Make it with ``parse_period`` or ``period_of``."""

    type: PeriodType
    start: date
    end: date

    @property
    def id(self) -> str:
        """The id of the period, as DHIS2 writes it: weeks without a leading zero."""
        if self.type in WEEKS:
            rule = WEEKS[self.type]
            year, week = _week_number(rule, self.start)
            return f"{year:04}{rule.mark}{(week + rule.weeks - 1) // rule.weeks}"
        if self.type in MONTHS:
            return _month_id(MONTHS[self.type], self.start)
        return f"{self.start:%Y%m%d}"

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def next(self) -> "Period":
        """Give the period of the same kind that follows; after nine months comes the next year's nine."""
        if self.type is PeriodType.NINE_MONTH:
            return period_of(self.type, self.start.replace(year=self.start.year + 1))
        return period_of(self.type, self.end + ONE_DAY)

    def previous(self) -> "Period":
        """Give the period of the same kind before this one."""
        if self.type is PeriodType.NINE_MONTH:
            return period_of(self.type, self.start.replace(year=self.start.year - 1))
        return period_of(self.type, self.start - ONE_DAY)


def period_of(kind: PeriodType, day: date) -> Period:
    """Give the period of a kind that holds the day. Raises HosoError HS1101 for nine months after September."""
    if kind in WEEKS:
        rule = WEEKS[kind]
        year, week = _week_number(rule, day)
        return _weeks(kind, year, (week + rule.weeks - 1) // rule.weeks)
    if kind in MONTHS:
        return _months_of(kind, day)
    return Period(kind, day, day)


def parse_period(text: str) -> Period:
    """Read the id of a period; a week may have a leading zero, a day or month its hyphens.

    Raises HosoError HS1101 for anything else.
    """
    for pattern, kind in _PATTERNS:
        found = pattern.fullmatch(text)
        if found:
            try:
                return _read(kind, *map(int, found.groups()))
            except (ValueError, OverflowError):
                break
    raise HosoError("HS1101", period=text)


def _read(kind: PeriodType, year: int, number: int = 1, day: int = 1) -> Period:
    if kind in WEEKS:
        return _weeks(kind, year, number)
    if kind in MONTHS:
        rule = MONTHS[kind]
        if kind is PeriodType.TWO_YEAR and year % 2:
            raise ValueError("two years begin in an even year")
        return _months(kind, year - rule.named_by_end, number - 1)
    return period_of(kind, date(year, number, day))


def _week_number(rule: WeekRule, day: date) -> tuple[int, int]:
    """The year and number of the week that holds the day; the fourth day of a week tells its year."""
    first = day - ONE_DAY * ((day.weekday() - rule.first_day) % 7)
    fourth = first + ONE_DAY * 3
    return fourth.year, (fourth.timetuple().tm_yday - 1) // 7 + 1


def _weeks(kind: PeriodType, year: int, number: int) -> Period:
    """Give the number-th week, or pair of weeks, of the year.

    In a year of 53 weeks the last pair (27) is one week long: no day is counted in two periods.
    Raises ValueError when the year has no such week.
    """
    rule = WEEKS[kind]
    fourth = date(year, 1, 4)
    start = fourth - ONE_DAY * ((fourth.weekday() - rule.first_day) % 7) + ONE_WEEK * rule.weeks * (number - 1)
    if _week_number(rule, start)[0] != year:
        raise ValueError(f"year {year} has no week {number}")
    end = start + ONE_WEEK * rule.weeks - ONE_DAY
    return Period(kind, start, end if _week_number(rule, end)[0] == year else start + ONE_WEEK - ONE_DAY)


def _months_of(kind: PeriodType, day: date) -> Period:
    rule = MONTHS[kind]
    year = _cycle_year(rule, day)
    past = (day.year - year) * 12 + day.month - rule.first_month - (day.day < rule.first_day)
    if past // rule.length >= rule.count:
        raise HosoError("HS1101", period=f"{year:04}{rule.mark} ({day:%d/%m/%Y})")
    return _months(kind, year, past // rule.length)


def _cycle_year(rule: MonthRule, day: date) -> int:
    """The year in which the cycle that holds the day began."""
    year = day.year - ((day.month, day.day) < (rule.first_month, rule.first_day))
    return year - year % (rule.cycle // 12)


def _months(kind: PeriodType, year: int, place: int) -> Period:
    """Give the period at a place (from 0) of the cycle that begins in the year."""
    rule = MONTHS[kind]
    start = _first_day(rule, year, place * rule.length)
    return Period(kind, start, _first_day(rule, year, (place + 1) * rule.length) - ONE_DAY)


def _first_day(rule: MonthRule, year: int, months: int) -> date:
    later = rule.first_month - 1 + months
    return date(year + later // 12, later % 12 + 1, rule.first_day)


def _month_id(rule: MonthRule, start: date) -> str:
    year = _cycle_year(rule, start)
    place = ((start.year - year) * 12 + start.month - rule.first_month) // rule.length
    number = f"{place + 1:0{rule.digits}}" if rule.count > 1 else ""
    return f"{year + rule.named_by_end:04}{rule.mark}{number}{rule.suffix}"


def _pattern_of(rule: MonthRule) -> str:
    numbers = "|".join(f"{number:0{rule.digits}}" for number in range(1, rule.count + 1))
    return rf"([0-9]{{4}}){rule.mark}" + (f"({numbers})" if rule.count > 1 else "") + rule.suffix


_PATTERNS = [
    (re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})"), PeriodType.DAY),
    (re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})"), PeriodType.DAY),
    (re.compile(r"([0-9]{4})-([0-9]{2})"), PeriodType.MONTH),
    *((re.compile(rf"([0-9]{{4}}){rule.mark}(0?[1-9]|[1-4][0-9]|5[0-3])"), kind) for kind, rule in WEEKS.items()),
    *((re.compile(_pattern_of(rule)), kind) for kind, rule in MONTHS.items()),
]
