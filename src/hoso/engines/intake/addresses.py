"""From the residence codes of XML1 to the commune as it is called today."""

import time
from datetime import date
from functools import lru_cache

from hoso.core.places.models import Place
from hoso.core.places.queries import now

FRESH_SECONDS = 300  # how long this process may not see that a decision on units was applied


def place_id_of(province_code: str, commune_code: str, day: date) -> int:
    """Id of today's commune (else province) a person lives in; 0 where the codes say nothing.

    A commune merged away since is followed to its successor, so that today's station finds its people; one that
    was split has several, and stays as it was then. A decision on units is known here five minutes after it is applied.
    """
    return _place_id_of(province_code, commune_code, day, int(time.monotonic() // FRESH_SECONDS))


def forget() -> None:
    """What this process remembers of the units."""
    _place_id_of.cache_clear()
    _spans.cache_clear()


@lru_cache(maxsize=65536)
def _place_id_of(province_code: str, commune_code: str, day: date, since: int) -> int:
    for level, code in ((Place.Level.COMMUNE, commune_code), (Place.Level.PROVINCE, province_code)):
        spans = _spans(level, code, since) if code else ()
        if spans:
            # Hospitals go on using old codes for months, and new ones early: then the nearest span is meant.
            return next((today for start, end, today in spans if start <= day < end), spans[-1][2])
    return 0


@lru_cache(maxsize=65536)
def _spans(level: int, code: str, since: int) -> tuple[tuple[date, date, int], ...]:
    """Every unit that ever had this code, oldest first: valid from, to, and the id of what it is today; asked anew for each
    `since`."""
    units = Place.objects.filter(level=level, code=code).order_by("valid_from")
    return tuple((unit.valid_from, unit.valid_to or date.max, _today(unit)) for unit in units)


def _today(unit: Place) -> int:
    successors = now(unit)
    return successors[0].pk if len(successors) == 1 else unit.pk
