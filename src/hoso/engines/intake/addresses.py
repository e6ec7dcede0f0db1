"""From the residence that a visit tells, in codes or in words, to the commune as it is called today."""

import time
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from hoso.core.places import written
from hoso.core.places.models import Place
from hoso.core.places.queries import now_id
from hoso.core.places.within import units_within
from hoso.engines.people.claimed import ClaimedIdentity

FRESH_SECONDS = 300  # how long this process may not see that a decision on units was applied


@dataclass(frozen=True, slots=True)
class _Span:
    """A unit that had a code for some time, with the district it lay in and the id of what it is today."""

    start: date
    end: date
    district: str
    today: int


def residence_of(claim: ClaimedIdentity) -> int:
    """Where who makes this claim lives: by the codes of the commune, else by the words of the address, as long as they name a
    commune of the province that is coded beside them; else the province; 0 where nothing is said of it."""
    day = claim.as_of.date()
    if place := commune_id_of(claim.district_code, claim.commune_code, day):
        return place
    province = _of_codes(Place.Level.PROVINCE, claim.province_code, "", day, _since())
    named = written.written_place(claim.address, day)
    return named if named and (not province or named in _within(province, _since())) else province


def commune_id_of(district_code: str, commune_code: str, day: date) -> int:
    """Id of today's commune with this code; 0 where the codes say nothing.

    A commune merged away since is followed to its successor, so that today's station finds its people; one that was split has
    several, and stays as it was then. The code of a district says that codes of before 2025-07-01 are meant, which hospitals
    use for months after: they are given again to other communes. A district that had no communes (five islands) is taken itself.
    """
    if commune_code:
        return _of_codes(Place.Level.COMMUNE, commune_code, district_code, day, _since())
    return _island(district_code, _since()) if district_code else 0


def forget() -> None:
    """What this process remembers of the units."""
    for remembered in (_of_codes, _spans, _island, _within):
        remembered.cache_clear()
    written.forget()


def _since() -> int:
    return int(time.monotonic() // FRESH_SECONDS)


@lru_cache(maxsize=65536)
def _of_codes(level: int, code: str, district: str, day: date, since: int) -> int:
    spans = _spans(level, code, since) if code else ()
    spans = tuple(span for span in spans if span.district == district) or spans if district else spans
    if not spans:
        return 0
    # Hospitals go on using old codes for months, and new ones early: then the nearest span is meant.
    return next((span.today for span in spans if span.start <= day < span.end), spans[-1].today)


@lru_cache(maxsize=65536)
def _spans(level: int, code: str, since: int) -> tuple[_Span, ...]:
    """Every unit that ever had this code, oldest first; asked anew for each `since`."""
    units = Place.objects.filter(level=level, code=code).select_related("parent").order_by("valid_from")
    return tuple(
        _Span(
            unit.valid_from,
            unit.valid_to or date.max,
            unit.parent.code if unit.parent and unit.parent.level == Place.Level.DISTRICT else "",
            now_id(unit.pk),
        )
        for unit in units
    )


@lru_cache(maxsize=1024)
def _island(code: str, since: int) -> int:
    found = Place.objects.filter(level=Place.Level.DISTRICT, code=code, children=None).order_by("-valid_from").first()
    return now_id(found.pk) if found else 0


@lru_cache(maxsize=128)
def _within(province: int, since: int) -> frozenset[int]:
    return frozenset(units_within([province]))
