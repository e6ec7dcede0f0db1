"""From the residence codes of XML1 to the commune as it is called today."""

from datetime import date
from functools import lru_cache

from hoso.core.places.models import Place
from hoso.core.places.queries import now, place_at


@lru_cache(maxsize=65536)
def place_id_of(province_code: str, commune_code: str, day: date) -> int:
    """Id of today's commune (else province) a person lives in; 0 where the codes say nothing.

    A commune merged away since is followed to its successor, so that today's station finds its people; one that
    was split has several, and stays as it was then.
    """
    commune = _known(Place.Level.COMMUNE, commune_code, day)
    if commune:
        successors = now(commune)
        return successors[0].pk if len(successors) == 1 else commune.pk
    province = _known(Place.Level.PROVINCE, province_code, day)
    if province:
        successors = now(province)
        return successors[0].pk if len(successors) == 1 else province.pk
    return 0


def _known(level: int, code: str, day: date) -> Place | None:
    """The unit of this code on the day; hospitals go on using old codes for months, and new ones early."""
    if not code:
        return None
    found = place_at(level, code, day)
    return found or Place.objects.filter(level=level, code=code).order_by("-valid_from").first()
