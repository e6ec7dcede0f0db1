"""The night: when what was noted is sent (HOSO_MINISTRY_PORTAL_AT, time of Việt Nam)."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils import timezone


def next_night(now: datetime | None = None) -> datetime:
    """The next moment of the schedule."""
    now = timezone.localtime(now)
    at = _at(now)
    return at if at > now else at + timedelta(days=1)


def last_night(now: datetime | None = None) -> datetime:
    """The latest moment of the schedule that has come."""
    return next_night(now) - timedelta(days=1)


def _at(now: datetime) -> datetime:
    wanted: time = settings.ENVIRONMENT["HOSO_MINISTRY_PORTAL_AT"]
    return now.replace(hour=wanted.hour, minute=wanted.minute, second=0, microsecond=0)
