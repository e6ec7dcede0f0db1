"""Dates and times as the claim XML writes them."""

from __future__ import annotations

from datetime import date, datetime


def stamp(moment: datetime) -> str:
    """yyyymmddHHMM."""
    return f"{moment.year:04d}{moment.month:02d}{moment.day:02d}{moment.hour:02d}{moment.minute:02d}"


def ymd(day: date) -> str:
    """yyyymmdd."""
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"
