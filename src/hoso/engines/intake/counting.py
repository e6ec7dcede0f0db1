"""What is odd about a package as a whole, its visits taken in all the same: SOLUONGHOSO and NGAYLAP of its envelopes.

Each file of a ZIP has its own envelope; a check-in file has none.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from hoso.core.errors import HosoError
from hoso.engines.intake.sent import PackageHeader, RawVisit


class CountedVisits:
    """Passes the visits on and counts them by envelope."""

    def __init__(self, visits: Iterator[RawVisit]) -> None:
        self.visits = visits
        self.counts: list[tuple[PackageHeader, int]] = []

    def __iter__(self) -> Iterator[RawVisit]:
        for visit in self.visits:
            if [part.name for part in visit.parts] == ["XML0"]:
                pass
            elif self.counts and self.counts[-1][0] is visit.header:
                self.counts[-1] = (visit.header, self.counts[-1][1] + 1)
            else:
                self.counts.append((visit.header, 1))
            yield visit

    def remarks(self, received_on: date, left_later: int) -> list[dict[str, Any]]:
        """Coded errors: HS3013 where an envelope declares another number than it holds, HS3410 without a readable NGAYLAP,
        HS3411 with one later than the day of receipt, HS3412 for so many visits that ended after it."""
        return [error.as_dict() for error in self._remarks(received_on, left_later)]

    def _remarks(self, received_on: date, left_later: int) -> Iterator[HosoError]:
        wrong = [
            (header.stated_count, found) for header, found in self.counts if header.stated_count not in (None, found)
        ]
        if wrong:
            declared = ", ".join(str(stated) for stated, _ in wrong)
            yield HosoError("HS3013", declared=declared, found=", ".join(str(found) for _, found in wrong))
        days = [header.made_on for header, _ in self.counts]
        if None in days:
            yield HosoError("HS3410", day=f"{received_on:%d/%m/%Y}")
        if late := sorted({day for day in days if day and day > received_on}):
            stated = ", ".join(f"{day:%d/%m/%Y}" for day in late)
            yield HosoError("HS3411", stated=stated, day=f"{received_on:%d/%m/%Y}")
        if left_later:
            yield HosoError("HS3412", count=str(left_later))


def day_of_sending(made_on: date | None, received_on: date) -> date:
    """The day by which two sendings of a visit are told older and newer: NGAYLAP, but never a day to come.

    A slip of the keyboard (2099) would otherwise make every later correction look older than it, for good.
    """
    return min(made_on or received_on, received_on)
