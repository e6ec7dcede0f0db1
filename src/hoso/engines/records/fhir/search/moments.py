"""Dates of FHIR as spans of time: from the first moment they may mean to the first they no longer mean.

FHIR R4 section 3.1.1.4.7. A date without a time zone is a day in Việt Nam.
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Span = tuple[datetime, datetime]  # [from, until)
BEGINNING, END = datetime(1, 1, 2, tzinfo=ZONE), datetime(9999, 12, 30, tzinfo=ZONE)
_MOMENT = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$"
)


@lru_cache(16384)  # the resources of a visit name the same moments
def span_of(text: str) -> Span | None:
    """The span a date, dateTime or instant means; None where it is none."""
    match = _MOMENT.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        start = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), min(int(second or 0), 59),
            int((fraction or "0").ljust(6, "0")[:6]), tzinfo=_zone(zone),
        )  # fmt: skip
        return start, _until(start, month, day, hour, second, fraction)
    except (ValueError, OverflowError):
        return None


def _until(start: datetime, month: str, day: str, hour: str, second: str, fraction: str) -> datetime:
    if fraction:
        return start + timedelta(microseconds=10 ** max(0, 6 - len(fraction)))
    if hour:
        return start + (timedelta(seconds=1) if second else timedelta(minutes=1))
    if day:
        return start + timedelta(days=1)
    if month:
        return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return start.replace(year=start.year + 1)


def _zone(text: str | None) -> Any:
    if text is None:
        return ZONE
    return datetime.fromisoformat(f"2000-01-01T00:00:00{text}").tzinfo


def spans_of(kind: str, value: Any) -> list[Span]:
    """The spans of an element of a date parameter: dates, moments, periods, the events of a timing."""
    if kind == "Period":
        return [period] if (period := _period(value)) else []
    if kind == "Timing":
        bounds = value.get("repeat", {}).get("boundsPeriod")
        given = [span_of(event) for event in value.get("event", [])] + ([_period(bounds)] if bounds else [])
        return [one for one in given if one]
    span = span_of(value) if isinstance(value, str) else None
    return [span] if span else []


def _period(value: dict[str, Any]) -> Span | None:
    """An open end reaches to the end of time."""
    first, last = value.get("start"), value.get("end")
    if not first and not last:
        return None
    start = span_of(first) if first else (BEGINNING, BEGINNING)
    end = span_of(last) if last else (END, END)
    return (start[0], end[1]) if start and end else None


def fits(prefix: str, wanted: Span, given: Span) -> bool:
    """Whether a value's span fits a prefixed span of a search."""
    if prefix == "eq":
        return wanted[0] <= given[0] and given[1] <= wanted[1]
    if prefix == "ne":
        return not (wanted[0] <= given[0] and given[1] <= wanted[1])
    if prefix in ("gt", "ge"):  # the value reaches behind the span asked for
        return given[1] > wanted[1] or (prefix == "ge" and wanted[0] <= given[0] and given[1] <= wanted[1])
    if prefix in ("lt", "le"):
        return given[0] < wanted[0] or (prefix == "le" and wanted[0] <= given[0] and given[1] <= wanted[1])
    if prefix == "sa":
        return given[0] >= wanted[1]
    if prefix == "eb":
        return given[1] <= wanted[0]
    return _about(wanted, given)


def _about(wanted: Span, given: Span) -> bool:
    """`ap`: within a tenth of the time between the span asked for and now, at least a day."""
    slack = max(timedelta(days=1), abs(datetime.now(ZONE) - wanted[0]) / 10)
    return given[0] < wanted[1] + slack and given[1] > wanted[0] - slack
