"""Groups of reporting units (`definitions/places/unit_groups.yaml`), and how many of their units lie in the asked ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db import connection

from hoso.core.definitions import DefinitionError, definitions_folder, read_definition
from hoso.core.places.facility_checks import facility_kinds
from hoso.engines.statistics.analytics.membership import MEMBERS, members_of, unit_parameters
from hoso.engines.statistics.analytics.question import Cell, Scope
from hoso.engines.statistics.uids import uid_of


@dataclass(frozen=True, slots=True)
class UnitGroup:
    """The units of one tier that are of these kinds; `set` is the key of the set it belongs to, or empty."""

    key: str
    set: str
    tier: str
    title_vi: str
    title_en: str
    kinds: tuple[str, ...]

    @property
    def uid(self) -> str:
        return uid_of(f"unit_group:{self.key}")


@dataclass(frozen=True, slots=True)
class GroupSet:
    """Groups of which a unit is in one at most."""

    key: str
    title_vi: str
    title_en: str

    @property
    def uid(self) -> str:
        return uid_of(f"unit_group_set:{self.key}")


@cache
def unit_groups() -> Mapping[str, UnitGroup]:
    """By key. Raises DefinitionError for a key that stands twice, a set or a kind of facility that is none, and for a kind
    that stands twice in one set."""
    path, given = _given()
    found: dict[str, UnitGroup] = {}
    of_set: set[tuple[str, str, str]] = set()
    for one in given["groups"]:
        group = UnitGroup(**{**one, "kinds": tuple(one["kinds"])})
        if group.key in found or group.set not in {"", *group_sets()}:
            raise DefinitionError(f"{path}: {group.key} stands twice, or there is no set {group.set}")
        if group.tier == "facility" and not set(group.kinds) <= set(facility_kinds().values()):
            raise DefinitionError(f"{path}: {group.key} names a kind that is not in facility_kinds.yaml")
        for kind in group.kinds if group.set else ():
            if (group.set, group.tier, kind) in of_set:
                raise DefinitionError(f"{path}: {kind} stands twice in the set {group.set}")
            of_set.add((group.set, group.tier, kind))
        found[group.key] = group
    return found


@cache
def group_sets() -> Mapping[str, GroupSet]:
    """By key."""
    return {one["key"]: GroupSet(**one) for one in _given()[1]["sets"]}


def find_group(name: str) -> UnitGroup | None:
    """By its key, or by its id."""
    return unit_groups().get(name) or next((one for one in unit_groups().values() if one.uid == name), None)


@cache
def groups_of(tier: str, kind: str) -> tuple[UnitGroup, ...]:
    """Every group that a unit of this tier and kind is in."""
    return tuple(one for one in unit_groups().values() if one.tier == tier and kind in one.kinds)


def members(groups: Iterable[UnitGroup], day: date) -> list[int]:
    """The numbers of the units that are in any of the groups on a day."""
    found: list[int] = []
    with connection.cursor() as cursor:
        for group in groups:
            cursor.execute(
                f"SELECT u.id FROM {KNOWN} WHERE {IN_GROUP} AND {there_on('%(day)s')}", {**_told(group), "day": day}
            )
            found += [row[0] for row in cursor.fetchall()]
    return sorted(set(found))


def group_counts(group: UnitGroup, scope: Scope) -> dict[Cell, float]:
    """How many units of the group lie in each asked one, also none: as they were on the last day of the periods, or, on
    today's map, as they are today."""
    today = scope.places == "today"
    days = [(one.label, date.today() if today else max(period.end for period in one.periods)) for one in scope.periods]
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNTS,
            {
                **unit_parameters(scope.units), **_told(group), "periods": [label for label, _ in days],
                "days": [day for _, day in days],
            },
        )  # fmt: skip
        counted = {Cell(period, unit): float(count) for period, unit, count in cursor.fetchall()}
    return {
        cell: counted.get(cell, 0.0)
        for one in scope.periods
        for unit in scope.units
        for cell in [Cell(one.label, unit.label)]
    }


def there_on(day: str) -> str:
    """The condition that a unit is there on a day, which is a piece of SQL."""
    return f"(u.valid_from IS NULL OR u.valid_from <= {day}) AND (u.valid_to IS NULL OR u.valid_to >= {day})"


def _told(group: UnitGroup) -> dict[str, Any]:
    return {"tier": group.tier, "kinds": list(group.kinds)}


def _given() -> tuple[Any, Any]:
    folder = definitions_folder() / "places"
    path = folder / "unit_groups.yaml"
    return path, read_definition(path, folder / "schema" / "unit_groups.json")


KNOWN = "statistics_unit u LEFT JOIN places_place p ON p.id = u.id LEFT JOIN places_facility f ON f.id = nullif(u.facility_id, 0)"
IN_GROUP = "u.tier = %(tier)s AND coalesce(p.kind, f.kind) = ANY (%(kinds)s)"
_COUNTS = f"""
    WITH {MEMBERS},
    asked_day AS (SELECT * FROM unnest(%(periods)s::text[], %(days)s::date[]) t(pe, day)),
    there AS (
        SELECT d.pe, u.id AS unit_id, statistics_place_of(u.id, d.day) AS place_id
        FROM {KNOWN} CROSS JOIN asked_day d WHERE {IN_GROUP} AND {there_on("d.day")}),
    member AS ({members_of("there")})
    SELECT pe, ou, count(*) FROM member GROUP BY 1, 2
"""
