"""Who decides for whom: a child's age in the law's steps, from a date of birth known to the day, month or year only.

A child is represented until 18; from 7 disclosing private life takes the child's agreement as well (Luật 91/2025 and
NĐ 356/2025 with Luật Trẻ em 2016 Đ21). Where the date is not known to the day, a child counts as 7 from the first day
it may be 7, and as of age only when it surely is.
"""

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Literal

AgeBand = Literal["under_7", "7_to_17", "adult"]
OWN_SAY, OF_AGE = 7, 18


@dataclass(frozen=True)
class BirthSpan:
    """The first and the last day on which the person may have been born."""

    earliest: date
    latest: date

    @classmethod
    def of(cls, day: date, precision: int) -> "BirthSpan":
        """From a date of birth and how exactly it is known: 1 the year, 2 the month, 3 or more the day."""
        if precision >= 3:
            return cls(day, day)
        first = day.replace(day=1) if precision == 2 else day.replace(month=1, day=1)
        month = day.month if precision == 2 else 12
        return cls(first, date(day.year, month, calendar.monthrange(day.year, month)[1]))


def birthday(born: date, years: int) -> date:
    """The day on which so many years are full; of 29 February, 28 February where there is none (Bộ luật Dân sự Đ148.3)."""
    last = calendar.monthrange(born.year + years, born.month)[1]
    return date(born.year + years, born.month, min(born.day, last))


def age_band(birth: BirthSpan, on: date) -> AgeBand:
    """Who decides on that day: a representative, representative and child, or the person."""
    if on >= birthday(birth.latest, OF_AGE):
        return "adult"
    return "7_to_17" if on >= birthday(birth.earliest, OWN_SAY) else "under_7"


def ask_again_on(birth: BirthSpan, on: date) -> date | None:
    """The next birthday after the day on which a consent given for a child ends and is asked again; None for adults."""
    if age_band(birth, on) == "adult":
        return None
    steps = (birthday(birth.earliest, OWN_SAY), birthday(birth.earliest, OF_AGE), birthday(birth.latest, OF_AGE))
    return min(step for step in steps if step > on)
