"""SOLUONGHOSO against the visits that a package really holds; each file of a ZIP has its own."""

from collections.abc import Iterator
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
            if self.counts and self.counts[-1][0] is visit.header:
                self.counts[-1] = (visit.header, self.counts[-1][1] + 1)
            else:
                self.counts.append((visit.header, 1))
            yield visit

    def remark(self) -> dict[str, Any] | None:
        """The coded error HS3013 where an envelope declares another number than it holds; the visits are taken in."""
        wrong = [
            (header.stated_count, found) for header, found in self.counts if header.stated_count not in (None, found)
        ]
        if not wrong:
            return None
        declared = ", ".join(str(stated) for stated, _ in wrong)
        return HosoError("HS3013", declared=declared, found=", ".join(str(found) for _, found in wrong)).as_dict()
