"""From the residence codes of XML1 to the commune as it is called today."""

from datetime import date
from functools import lru_cache

from hoso.core.places.models import Place
from hoso.core.places.queries import now


@lru_cache(maxsize=65536)
def place_id_of(province_code: str, commune_code: str, day: date) -> int:
    """Id of today's commune (else province) a person lives in; 0 where the codes say nothing.

    A commune merged away since is followed to its successor, so that today's station finds its people; one that
    was split has several, and stays as it was then.
    """
    for level, code in ((Place.Level.COMMUNE, commune_code), (Place.Level.PROVINCE, province_code)):
        spans = _spans(level, code) if code else ()
        if spans:
            # Hospitals go on using old codes for months, and new ones early: then the nearest span is meant.
            return next((today for start, end, today in spans if start <= day < end), spans[-1][2])
    return 0


@lru_cache(maxsize=65536)
def _spans(level: int, code: str) -> tuple[tuple[date, date, int], ...]:
    """Every unit that ever had this code, oldest first: valid from, to, and the id of what it is today."""
    units = Place.objects.filter(level=level, code=code).order_by("valid_from")
    return tuple((unit.valid_from, unit.valid_to or date.max, _today(unit)) for unit in units)


def _today(unit: Place) -> int:
    successors = now(unit)
    return successors[0].pk if len(successors) == 1 else unit.pk
