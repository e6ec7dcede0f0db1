"""How many units of a group lie in the asked ones, counted one by one: a second, slow way."""

from collections.abc import Callable
from datetime import date, timedelta

from hoso.core.places.models import Facility, FacilityLink, Place
from hoso.engines.statistics.analytics.question import AskedUnits, Cell, Scope

# What the groups mean, said again.
KINDS = {
    "WARD": ("commune", {"phuong"}),
    "RURAL_COMMUNE": ("commune", {"xa"}),
    "TOWNSHIP": ("commune", {"thi_tran"}),
    "COMMUNE_STATION": ("facility", {"commune_station"}),
    "HOSPITAL": ("facility", {"central_hospital", "provincial_hospital", "district_hospital", "private_hospital"}),
}


def slow_group(key: str, scope: Scope, places_of: Callable[[AskedUnits], set[int]]) -> dict[Cell, float]:
    tier, kinds = KINDS[key]
    found = {}
    for asked in scope.periods:
        day = date.today() if scope.places == "today" else max(period.end for period in asked.periods)
        there = _communes(kinds, day) if tier == "commune" else _facilities(kinds, day)
        for units in scope.units:
            places, single = places_of(units), {*units.facilities, *units.alone}
            mine = [unit for unit, place in there if units.whole or unit in single or place in places]
            found[Cell(asked.label, units.label)] = float(len(mine))
    return found


def _communes(kinds: set[str], day: date) -> list[tuple[int, int]]:
    rows = Place.objects.filter(level=3, kind__in=kinds).values_list("id", "valid_from", "valid_to")
    return [(number, number) for number, first, end in rows if first <= day and (end is None or day < end)]


def _facilities(kinds: set[str], day: date) -> list[tuple[int, int]]:
    """Each with where it lay: of several links the one of the day, otherwise the nearest."""
    found = []
    for facility in Facility.objects.filter(kind__in=kinds):
        if (facility.opened and facility.opened > day) or (facility.closed and facility.closed <= day):
            continue
        links = list(FacilityLink.objects.filter(facility=facility))
        nearest = min(links, key=lambda link: _days_from(link, day), default=None)
        found.append((-facility.pk, nearest.place_id if nearest else 0))
    return found


def _days_from(link: FacilityLink, day: date) -> timedelta:
    if link.valid_from and link.valid_from > day:
        return link.valid_from - day
    if link.valid_to and link.valid_to <= day:
        return day - link.valid_to + timedelta(days=1)
    return timedelta(0)
