"""Finding and registering health facilities by code."""

from collections.abc import Iterable
from datetime import date

from django.db import connection

from hoso.core.places.facility_import import ImportReport, import_facilities
from hoso.core.places.facility_sheet import write_facility_template
from hoso.core.places.models import Facility, FacilityName, Place
from hoso.core.places.queries import now, then
from hoso.core.vietnamese.folding import fold

__all__ = [
    "ImportReport",
    "ensure_facility",
    "facility_by_code",
    "facility_ids",
    "facility_name_at",
    "facility_names",
    "facility_place_id",
    "import_facilities",
    "write_facility_template",
]

NOWHERE = 0  # place_id of a facility that is linked to no place


def facility_by_code(code: str) -> Facility | None:
    return Facility.objects.filter(code=code).first()


def facility_ids(codes: Iterable[str]) -> dict[str, int]:
    """The ids of the known ones among these codes."""
    return dict(Facility.objects.filter(code__in=set(codes)).values_list("code", "pk"))


def facility_names(codes: Iterable[str]) -> dict[str, str]:
    """The names of the known ones among these codes."""
    return dict(Facility.objects.filter(code__in=set(codes)).values_list("code", "name"))


def ensure_facility(code: str, name: str = "") -> Facility:
    """The facility with this code; an unknown one is registered as unconfirmed. Two at once make one row."""
    known = facility_by_code(code)
    if known:
        return known
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO places_facility (code, name, folded_name, kind, confirmed, origin)
            VALUES (%s, %s, %s, 'unknown', false, 'local') ON CONFLICT (code) DO NOTHING
            """,
            [code, name or code, fold(name or code)],
        )
    return Facility.objects.get(code=code)


def facility_place_id(facility_id: int, day: date) -> int:
    """The unit in which the facility lay on that day, as the unit was then; 0 when it is linked to none.

    Where the unit as it was then cannot be told (one of several that were merged), the unit of the link is given.
    """
    links = Place.objects.raw(
        """
        SELECT p.* FROM places_facility_link l JOIN places_place p ON p.id = l.place_id
        WHERE l.facility_id = %(facility)s
        ORDER BY NOT daterange(l.valid_from, l.valid_to) @> %(day)s::date, l.valid_from NULLS FIRST
        LIMIT 1
        """,
        {"facility": facility_id, "day": day},
    )
    place = next(iter(links), None)
    return _as_of(place, day).pk if place else NOWHERE


def facility_name_at(facility: Facility, day: date) -> str:
    """The name the facility had on that day, as far as imports have told."""
    earlier = FacilityName.objects.filter(facility=facility, valid_to__gt=day).order_by("valid_to").first()
    return earlier.name if earlier else facility.name


def _as_of(place: Place, day: date) -> Place:
    if place.valid_from <= day and (place.valid_to is None or day < place.valid_to):
        return place
    candidates = then(place, day) if day < place.valid_from else now(place, day)
    return candidates[0] if len(candidates) == 1 else place
