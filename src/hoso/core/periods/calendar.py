"""Working days in Viet Nam: Monday to Friday, without public holidays, with the Saturdays worked in exchange.

Holidays are data, one file for each year in ``definitions/calendar``; a year without a file is an error, never a
guess (Bộ luật Lao động 2019 Đ112; the days of Tết and swaps are announced for each year).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.errors import HosoError

ONE_DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class YearCalendar:
    """The days off of one year with their Vietnamese names, and the weekend days that are worked."""

    year: int
    evidence: str
    days_off: dict[date, str]
    make_up_days: frozenset[date]


@cache
def year_calendar(year: int) -> YearCalendar:
    """Read the calendar of a year. Raises HosoError HS1102 when there is none."""
    path = definitions_folder() / "calendar" / f"holidays-{year}.yaml"
    if not path.exists():
        raise HosoError("HS1102", year=year)
    given = read_definition(path)
    return YearCalendar(
        year=given["year"],
        evidence=given["evidence"],
        days_off={date.fromisoformat(one["date"]): one["name_vi"] for one in given["days_off"]},
        make_up_days=frozenset(map(date.fromisoformat, given["make_up_working_days"])),
    )


def is_working_day(day: date) -> bool:
    """Tell whether offices work on the day. Raises HosoError HS1102 for a year without a calendar."""
    calendar = year_calendar(day.year)
    if day in calendar.make_up_days:
        return True
    return day.weekday() < SATURDAY and day not in calendar.days_off


def add_working_days(day: date, count: int) -> date:
    """Give the working day that is ``count`` working days after ``day``; before it when ``count`` is negative.

    The day itself does not count: one working day after a Friday is Monday. With 0 the answer is the day itself,
    or the next working day. Raises HosoError HS1102 for a year without a calendar.
    """
    step = ONE_DAY if count >= 0 else -ONE_DAY
    left = abs(count)
    while left or not is_working_day(day):
        day += step
        if left and is_working_day(day):
            left -= 1
    return day


def working_days_between(start: date, end: date) -> int:
    """Count the working days after ``start``, up to and with ``end``; negative when ``end`` comes first.

    It undoes ``add_working_days``. Raises HosoError HS1102 for a year without a calendar.
    """
    if end < start:
        return -sum(is_working_day(end + ONE_DAY * number) for number in range((start - end).days))
    return sum(is_working_day(start + ONE_DAY * number) for number in range(1, (end - start).days + 1))
