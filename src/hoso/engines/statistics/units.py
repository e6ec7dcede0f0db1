"""The units that report: administrative units and facilities by every name, where they lay, and who reaches them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

BY_SCHEME = {
    "uid": "uid = ANY (%(names)s)",
    "code": "code = ANY (%(names)s)",
    "name": "name = ANY (%(names)s)",
}


@dataclass(frozen=True, slots=True)
class Link:
    """Where a facility lay from a day to the day before another."""

    place_id: int
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Unit:
    """`id` is the administrative unit's, or minus the facility's; `valid_to` is its last day."""

    id: int
    uid: str
    name: str
    tier: str
    valid_from: date | None
    valid_to: date | None
    links: tuple[Link, ...] = ()

    @property
    def facility_id(self) -> int:
        return max(-self.id, 0)

    def place_on(self, day: date) -> int:
        """The administrative unit it lay in on the day; of a facility without a link then, the nearest; 0: in none."""
        if self.id > 0:
            return self.id
        nearest = min(self.links, key=lambda link: _days_away(link, day), default=None)
        return nearest.place_id if nearest else 0

    def open_during(self, start: date, end: date) -> bool:
        """Whether it was there on some day of these."""
        return (self.valid_from is None or self.valid_from <= end) and (self.valid_to is None or self.valid_to >= start)


def _days_away(link: Link, day: date) -> int:
    if link.valid_from is not None and link.valid_from > day:
        return (link.valid_from - day).days
    if link.valid_to is not None and link.valid_to <= day:
        return (day - link.valid_to).days + 1
    return 0


def find_units(scheme: str, names: Iterable[str]) -> dict[str, list[Unit]]:
    """The units that carry these names; codes are used again, so that several may."""
    wanted = sorted(set(names))
    with connection.cursor() as cursor:
        found: list[tuple[str, int]] = []
        if scheme in BY_SCHEME:
            cursor.execute(f"SELECT {scheme}, id FROM statistics_unit WHERE {BY_SCHEME[scheme]}", {"names": wanted})
            found = cursor.fetchall()
        cursor.execute(
            "SELECT name, object_id FROM statistics_alias WHERE kind = 'unit' AND scheme = %s AND name = ANY (%s)",
            [scheme, wanted],
        )
        found += cursor.fetchall()
        units = units_by_id(cursor, {number for _, number in found})
    answer: dict[str, list[Unit]] = {}
    for name, number in dict.fromkeys(found):
        if number in units:
            answer.setdefault(name, []).append(units[number])
    return answer


def units_by_id(cursor: Any, numbers: set[int]) -> dict[int, Unit]:
    """These units, each with where it lay."""
    cursor.execute(
        "SELECT facility_id, place_id, valid_from, valid_to FROM places_facility_link WHERE facility_id = ANY (%s)"
        " ORDER BY valid_from NULLS FIRST",
        [[-number for number in numbers if number < 0]],
    )
    links: dict[int, list[Link]] = {}
    for facility, *rest in cursor.fetchall():
        links.setdefault(-facility, []).append(Link(*rest))
    cursor.execute(
        "SELECT id, uid, name, tier, valid_from, valid_to FROM statistics_unit WHERE id = ANY (%s)", [list(numbers)]
    )
    return {
        number: Unit(number, uid, name, tier, opened, closed, tuple(links.get(number, ())))
        for number, uid, name, tier, opened, closed in cursor.fetchall()
    }


def provinces_today() -> list[tuple[str, str]]:
    """Id and name of each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT uid, name FROM statistics_unit WHERE tier = 'province' AND valid_to IS NULL ORDER BY code"
        )
        return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class UnitReach:
    """Which units an actor reaches for one permission, as row security has it."""

    everywhere: bool
    places: frozenset[int]
    facilities: frozenset[int]

    def holds(self, place_id: int, facility_id: int) -> bool:
        return self.everywhere or place_id in self.places or (facility_id > 0 and facility_id in self.facilities)


def reach_for(permission: str) -> UnitReach:
    """Of the actor and purpose of the running transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statistics_everywhere(%(p)s), statistics_places(%(p)s), statistics_facilities(%(p)s)",
            {"p": permission},
        )
        everywhere, places, facilities = cursor.fetchone()
    return UnitReach(everywhere, frozenset(places), frozenset(facilities))
