"""The period dimension of a question: ids, relative words, or a first and last day."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.http import QueryDict

from hoso.core.errors import HosoError
from hoso.core.periods.kinds import PeriodType
from hoso.core.periods.periods import Period, parse_period
from hoso.core.periods.relative import RELATIVE_WORDS, relative_periods


def read_periods(items: Sequence[str], today: date) -> dict[str, Period]:
    """Each period once, under its id, in the order of the question. Raises HosoError HS7034."""
    return {period.id: period for text in items for period in _meant(text, today)}


def _meant(text: str, today: date) -> Iterator[Period]:
    if text in RELATIVE_WORDS:
        yield from relative_periods(text, today)
        return
    try:
        yield parse_period(text)
    except HosoError as error:
        raise HosoError("HS7034", dimension="pe", name=text[:60]) from error


def read_days(query: QueryDict) -> Period | None:
    """From `startDate` to `endDate`; None where neither stands. Raises HosoError HS7001, HS7036."""
    first, last = query.get("startDate", ""), query.get("endDate", "")
    if not first and not last:
        return None
    if not first or not last:
        raise HosoError("HS7036", what="startDate, endDate")
    start, end = read_day(first, "startDate"), read_day(last, "endDate")
    if end < start:
        raise HosoError("HS7001", name="endDate", value=last[:20])
    return Period(PeriodType.DAY, start, end)


def read_day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise HosoError("HS7001", name=name, value=text[:20]) from error
