"""Dates as the exchange decisions write them: yyyymmdd and yyyymmddHHMM, Vietnamese time, parts unknown as zeros."""

from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

VIETNAM = timezone(timedelta(hours=7))
EARLIEST, LATEST = 1800, 2200  # years outside are slips of the keyboard, and some no database can hold
_LENGTHS = {"yyyymmdd": 8, "yyyymmddHHMM": 12, "yyyy": 4, "yyyymm": 6}


@lru_cache(maxsize=16384)
def is_valid_moment(text: str, formats: tuple[str, ...], unknown_parts: bool) -> bool:
    """Whether the text is a real date in one of the formats; month, day and time may be zeros where allowed."""
    if not text.isascii() or not text.isdecimal() or len(text) not in {_LENGTHS[name] for name in formats}:
        return False
    if unknown_parts:
        text = _fill_unknown(text)
    return moment(text) is not None


def _fill_unknown(text: str) -> str:
    month = "01" if text[4:6] in ("", "00") else text[4:6]
    day = "01" if text[6:8] in ("", "00") else text[6:8]
    return text[:4] + month + day + text[8:]


@lru_cache(maxsize=16384)
def moment(text: str) -> datetime | None:
    """The moment of an 8 or 12 digit text in Vietnamese time; None when it is no date. 24:00 is the next midnight."""
    if len(text) not in (8, 12) or not text.isascii() or not text.isdecimal():
        return None
    if not EARLIEST <= int(text[:4]) <= LATEST:
        return None
    hour, minute = (int(text[8:10]), int(text[10:12])) if len(text) == 12 else (0, 0)
    try:
        day = datetime(int(text[:4]), int(text[4:6]), int(text[6:8]), tzinfo=VIETNAM)
        if (hour, minute) == (24, 0):
            return day + timedelta(days=1)
        return day.replace(hour=hour, minute=minute)
    except ValueError:
        return None


@lru_cache(maxsize=16384)
def fhir_time(text: str) -> str | None:
    """A FHIR dateTime as precise as the text: a day for 8 digits, minutes with +07:00 for 12."""
    found = moment(text)
    if found is None:
        return None
    return found.date().isoformat() if len(text) == 8 else found.isoformat()


def birth(text: str) -> tuple[date | None, int, str]:
    """(day, precision, HHMM) of a date of birth; precision 0 none, 1 year, 2 month, 3 day, 4 minute.

    An unknown month and day are written 0000 by QĐ 130 and later; the time 0000 stands for unknown too.
    """
    if len(text) < 4 or not text[:4].isdecimal() or not EARLIEST <= int(text[:4]) <= LATEST:
        return None, 0, ""
    precision = 3 if text[6:8] not in ("", "00") else 2 if text[4:6] not in ("", "00") else 1
    found = moment(_fill_unknown(text[:8]))
    if found is None:
        return date(int(text[:4]), 1, 1), 1, ""
    time = text[8:12]
    if precision == 3 and len(time) == 4 and time != "0000":
        return found.date(), 4, time
    return found.date(), precision, ""
