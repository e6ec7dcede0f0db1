"""Visits as the rows of a timeline: year marks, visits, and the gaps between them made visible."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from hoso.engines.records.models import TimelineVisit
from hoso.web.ages import whole_months

GAP_MONTHS = 6


@dataclass(frozen=True)
class Row:
    """One row; exactly one of the three is set."""

    year: int | None = None
    gap_months: int | None = None
    visit: TimelineVisit | None = None


def timeline_rows(visits: Sequence[TimelineVisit], later: date, *, first: bool = True) -> list[Row]:
    """Rows of visits, newest first. `later`: today, or with `first=False` the day of the visit shown just above."""
    return list(_rows(visits, later, None if first else later.year))


def _rows(visits: Sequence[TimelineVisit], later: date, year: int | None) -> Iterator[Row]:
    for visit in visits:
        started = timezone.localtime(visit.started).date()
        ended = timezone.localtime(visit.ended).date() if visit.ended else started
        months = whole_months(ended, later)
        if months >= GAP_MONTHS:
            yield Row(gap_months=months)
        if started.year != year:
            year = started.year
            yield Row(year=year)
        yield Row(visit=visit)
        later = started
