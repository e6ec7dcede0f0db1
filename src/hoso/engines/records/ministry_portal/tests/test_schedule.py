"""The night's hour, in Việt Nam's time, and the day on which a visit ended."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hoso.engines.records.ministry_portal.noting import ended_on
from hoso.engines.records.ministry_portal.schedule import last_night, next_night

HERE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.parametrize(
    ("now", "following"),
    [("2026-11-26 22:29", "2026-11-26 22:30"), ("2026-11-26 22:30", "2026-11-27 22:30"), ("2026-12-31 23:00", "2027-01-01 22:30")],
)  # fmt: skip
def test_the_next_night(settings: Any, now: str, following: str) -> None:
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_MINISTRY_PORTAL_AT": time(22, 30)}
    at, wanted = (datetime.fromisoformat(one).replace(tzinfo=HERE) for one in (now, following))
    assert next_night(at) == wanted and last_night(at) <= at < next_night(at)


@pytest.mark.parametrize(
    ("end", "day"),
    [
        ("2026-03-01", date(2026, 3, 1)), ("2026-03-01T23:30:00+07:00", date(2026, 3, 1)),
        ("2026-03-01T17:30:00Z", date(2026, 3, 2)), ("", None), ("2026-03", None),
    ],
)  # fmt: skip
def test_the_day_of_the_end(end: str, day: date | None) -> None:
    assert ended_on({"period": {"end": end}}) == day
