"""Which version of the claim XML a facility sends for a visit that ended on a given day."""

from __future__ import annotations

from datetime import date

VERSIONS = ("4210", "130", "4750", "3176")

_WINDOWS = {
    "4210": (date(2018, 1, 1), date(2023, 6, 30)),
    "130": (date(2023, 7, 1), date(2024, 6, 30)),
    "4750": (date(2024, 7, 1), date(2024, 12, 31)),
    "3176": (date(2025, 1, 1), date(2099, 12, 31)),
}

# No district level, and new commune codes, from this day on.
TWO_LEVEL_GOVERNMENT = date(2025, 7, 1)

_BASE_SALARY = ((date(2024, 7, 1), 2_340_000), (date(2023, 7, 1), 1_800_000), (date(2018, 1, 1), 1_490_000))


def version_of(ended: date) -> str:
    """The version in force on the day the visit ended."""
    for version, (first, last) in _WINDOWS.items():
        if first <= ended <= last:
            return version
    raise ValueError(f"Không có phiên bản cho ngày {ended:%d/%m/%Y}.")


def window_of(version: str) -> tuple[date, date]:
    """First and last day of a version."""
    return _WINDOWS[version]


def base_salary(day: date) -> int:
    """Lương cơ sở in đồng a month on a day."""
    return next(amount for since, amount in _BASE_SALARY if day >= since)
