"""The catalogue and the units as DHIS2's objects: plain dictionaries that refer to each other, to be selected from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any

from django.db import connection

from hoso.core.periods.kinds import DHIS2_NAMES, PeriodType, iso_duration
from hoso.engines.statistics.catalogue import MOST_LISTED
from hoso.engines.statistics.indicator_catalogue import Indicator, reckoned_indicators
from hoso.engines.statistics.kept_indicators import kept_indicators
from hoso.engines.statistics.uids import split_uid, uid_of
from hoso.engines.statistics.unit_groups import KNOWN, group_sets, groups_of, there_on, unit_groups

Thing = dict[str, Any]
UnitsState = tuple[object, ...]
Rows = dict[int, tuple[Thing, tuple[Any, ...]]]  # number -> the object, and its further columns
KEY = re.compile(r"#\{([A-Z][A-Z0-9_]*)")
ROOT = uid_of("country:VN")
VALUE_OF_AGGREGATION = {"sum": "SUM", "last": "LAST", "cumulative": "LAST", "average": "AVERAGE", "none": "NONE"}
STAMP = "2025-07-01T00:00:00.000"
LEVELS = ("Quốc gia", "Tỉnh, thành phố", "Xã, phường, đặc khu", "Cơ sở y tế")


def period_types() -> list[Thing]:
    """The kinds of period that DHIS2 knows, the most frequent first."""
    return [
        {"id": name, "name": name, "displayName": name, "isoDuration": iso_duration(kind)}
        for kind, name in DHIS2_NAMES.items()
    ]


def catalogue_objects() -> dict[str, list[Thing]]:
    """Every collection of the catalogue, objects referring to each other."""
    with connection.cursor() as cursor:
        options = _read(cursor, "option", "name_en")
        dimensions = _read(cursor, "dimension", "name_en, options")
        combos = _read(cursor, "combo", "dimensions")
        splits = _read(cursor, "split", "combo_id, options")
        elements = _read(cursor, "element", "short_name, value_type, aggregation, combo_id")
        sets = _read(cursor, "data_set", "period_kinds, combo_id, future_periods")
        cursor.execute(
            "SELECT data_set_id, element_id, combo_id FROM statistics_data_set_element ORDER BY data_set_id, position"
        )
        members = cursor.fetchall()
    for thing, (_, chosen) in dimensions.values():
        thing["categoryOptions"] = [options[one][0] for one in chosen]
        thing["dataDimensionType"] = "DISAGGREGATION"
    for thing, (chosen,) in combos.values():
        thing["categories"] = [dimensions[one][0] for one in chosen]
        thing["categoryOptionCombos"] = []
        thing["isDefault"] = not chosen
    unused = _unused_splits(splits, combos, dimensions, options)
    for thing, (combo, chosen) in (*splits.values(), *unused):
        thing["categoryCombo"] = combos[combo][0]
        thing["categoryOptions"] = [options[one][0] for one in chosen]
        combos[combo][0]["categoryOptionCombos"].append(thing)
    for thing, (short_name, value_type, aggregation, combo) in elements.values():
        thing |= {
            "shortName": short_name or thing["name"][:50],
            "displayShortName": short_name or thing["name"][:50],
            "valueType": value_type,
            "aggregationType": VALUE_OF_AGGREGATION[aggregation],
            "domainType": "AGGREGATE",
            "zeroIsSignificant": True,
            "categoryCombo": combos[combo][0],
            "dataSetElements": [],
        }
    for thing, (kinds, combo, future) in sets.values():
        kind = PeriodType(kinds[0])
        thing |= {
            "periodType": DHIS2_NAMES.get(kind, kind.value),
            "categoryCombo": combos[combo][0],
            "openFuturePeriods": future,
            "formType": "DEFAULT",
            "dataSetElements": [],
        }
    for data_set, element, combo in members:
        one = {"dataElement": elements[element][0], "dataSet": sets[data_set][0]}
        if combo:
            one["categoryCombo"] = combos[combo][0]
        sets[data_set][0]["dataSetElements"].append(one)
        elements[element][0]["dataSetElements"].append(one)
    types = _indicator_types()
    return {
        "categoryOptions": [thing for thing, _ in options.values()],
        "categories": [thing for thing, _ in dimensions.values()],
        "categoryCombos": [thing for thing, _ in combos.values()],
        "categoryOptionCombos": [thing for thing, _ in (*splits.values(), *unused)],
        "dataElements": [thing for thing, _ in elements.values()],
        "dataSets": [thing for thing, _ in sets.values()],
        "indicatorTypes": list(types.values()),
        "indicators": _indicators(types, {thing["code"]: thing for thing, _ in elements.values()}),
    }


def _unused_splits(
    splits: Rows, combos: Rows, dimensions: Rows, options: Rows
) -> list[tuple[Thing, tuple[int, tuple[int, ...]]]]:
    """The keys that nobody used yet, as DHIS2 would list them: they are known by their ids before a figure has one."""
    used = {(combo, tuple(chosen)) for _, (combo, chosen) in splits.values()}
    found = []
    for number, (combo, (chosen,)) in combos.items():
        choices = [dimensions[one][1][1] for one in chosen]
        if not choices or prod(map(len, choices)) > MOST_LISTED:
            continue
        for key in product(*choices):
            if (number, key) not in used:
                uid = split_uid(combo["id"], [options[one][0]["id"] for one in key])
                name = ", ".join(options[one][0]["name"] for one in key)
                told = {
                    "id": uid,
                    "code": None,
                    "name": name,
                    "displayName": name,
                    "created": STAMP,
                    "lastUpdated": STAMP,
                }
                found.append((told, (number, key)))
    return found


def _all_indicators() -> Mapping[str, Indicator]:
    return {**reckoned_indicators(), **kept_indicators()}


def _indicator_types() -> dict[int, Thing]:
    """By the factor that a quotient is multiplied with."""
    factors = sorted({one.factor or 1 for one in _all_indicators().values()})
    return {
        factor: {"id": uid_of(f"factor:{factor}"), "name": f"×{factor}", "displayName": f"×{factor}", "factor": factor}
        for factor in factors
    }


def _indicators(types: dict[int, Thing], elements: dict[str, Thing]) -> list[Thing]:
    """Those with a formula; what the formula names by key is named by id, as everywhere in DHIS2."""

    def by_id(formula: str) -> str:
        return KEY.sub(lambda found: f"#{{{elements[found[1]]['id']}" if found[1] in elements else found[0], formula)

    return [
        {
            "id": uid,
            "code": one.code,
            "name": one.title_vi,
            "displayName": one.title_vi,
            "shortName": one.title_vi[:50],
            "numerator": by_id(one.numerator),
            "numeratorDescription": one.numerator_vi,
            "denominator": by_id(one.denominator),
            "denominatorDescription": one.denominator_vi or "",
            "indicatorType": types[one.factor or 1],
            "annualized": False,
            "created": STAMP,
            "lastUpdated": STAMP,
        }
        for uid, one in sorted(_all_indicators().items(), key=lambda pair: pair[1].title_vi)
    ]


@dataclass(frozen=True, slots=True)
class UnitsAsked:
    """Which units the tree holds: those that are there on a day (None: today, and then no districts, which ended on 2025-06-30
    and whose facilities lie in communes), or all that ever were."""

    on: date | None = None
    closed_too: bool = False


TODAY = UnitsAsked()


def unit_objects(asked: UnitsAsked = TODAY) -> list[Thing]:
    """Every unit as `units_of` has it, or as it was, made anew: an answer adds to it."""
    return list(_read_units(asked).values())


def units_state() -> UnitsState:
    """What is another one as soon as a unit is another one: what is made of units can be kept by it."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        state: UnitsState = cursor.fetchone()
    return state


# The day and a hash of all that the tree is made of, a fifth of what making it takes. Of the rows themselves: a counter kept
# by triggers would let who adds a facility wait for every other, and without waiting it would tell of what is not committed.
_STATE = """
    SELECT current_date,
        (SELECT bit_xor(hash_record_extended(row(id, level, code, kind, full_name, parent_id, valid_from, valid_to), 0))
         FROM places_place WHERE valid_to IS NULL OR valid_to > current_date),
        (SELECT bit_xor(hash_record_extended(row(id, code, kind, name, opened, closed), 0)) FROM places_facility),
        (SELECT bit_xor(hash_record_extended(row(id, facility_id, place_id, valid_from, valid_to), 0)) FROM places_facility_link)
"""


@lru_cache(maxsize=2)
def units_of(state: UnitsState) -> Mapping[int, Thing]:
    """By the number of the unit (0: the country): the country, its provinces and communes of today, and facilities below the commune they lie in.

    `state` is that of now (`units_state`). Kept in the process as long as places and facilities are the same: to be read, never
    changed.
    """
    return _read_units(TODAY)


def _read_units(asked: UnitsAsked) -> dict[int, Thing]:
    """The country, provinces, districts where there are any, communes, and facilities below the unit they lie in. The level of
    a unit is that of this tree."""
    root = _unit(ROOT, "VN", "Việt Nam", None, STAMP[:10])
    found, groups = {0: root}, unit_group_objects()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.id, u.uid, u.code, u.name, u.tier, u.valid_from, u.valid_to, coalesce(p.kind, f.kind),"
            " coalesce(u.parent_id, statistics_place_of(u.id, coalesce(%(on)s, current_date)))"
            f" FROM {KNOWN} WHERE %(closed)s OR {there_on('coalesce(%(on)s, current_date)')}"
            " ORDER BY array_position(ARRAY['province', 'district', 'commune', 'facility'], u.tier), u.code, u.valid_from",
            {"on": asked.on, "closed": asked.closed_too},
        )
        for number, uid, code, name, tier, opened, closed, kind, above in cursor.fetchall():
            parent = root if tier == "province" else found.get(above)
            if parent is None:
                continue
            thing = found[number] = _unit(uid, code, name, parent, str(opened or "1970-01-01"))
            if closed is not None:
                thing["closedDate"] = f"{closed}T00:00:00.000"
            for group in groups_of(tier, kind):
                thing["organisationUnitGroups"].append(groups[group.key])
                groups[group.key]["organisationUnits"].append(thing)
    return found


def unit_group_objects() -> dict[str, Thing]:
    """By key, without their units yet; with the sets they belong to."""
    sets = {
        key: {**_named(one.uid, key, one.title_vi), "organisationUnitGroups": []} for key, one in group_sets().items()
    }
    found = {}
    for key, group in unit_groups().items():
        found[key] = _named(group.uid, key, group.title_vi) | {
            "shortName": group.title_vi[:50],
            "organisationUnits": [],
            "groupSets": [sets[group.set]] if group.set else [],
        }
        if group.set:
            sets[group.set]["organisationUnitGroups"].append(found[key])
    return found


def unit_groups_with_units() -> list[Thing]:
    """Every group, with its units of today."""
    found = {group["id"]: group for thing in unit_objects() for group in thing["organisationUnitGroups"]}
    return [found.get(one["id"], one) for one in unit_group_objects().values()]


def unit_group_sets() -> list[Thing]:
    found = {one["id"]: one for group in unit_groups_with_units() for one in group["groupSets"]}
    return list(found.values())


def _named(uid: str, code: str, name: str) -> Thing:
    return {"id": uid, "code": code, "name": name, "displayName": name, "created": STAMP, "lastUpdated": STAMP}


def unit_levels() -> list[Thing]:
    return [
        {"id": uid_of(f"level:{number}"), "name": name, "displayName": name, "level": number}
        for number, name in enumerate(LEVELS, 1)
    ]


def _unit(uid: str, code: str, name: str, parent: Thing | None, opened: str) -> Thing:
    thing: Thing = _named(uid, code, name) | {
        "shortName": name[:50],
        "displayShortName": name[:50],
        "level": parent["level"] + 1 if parent else 1,
        "path": f"{parent['path'] if parent else ''}/{uid}",
        "parent": parent,
        "ancestors": [*parent["ancestors"], parent] if parent else [],
        "children": [],
        "leaf": True,
        "openingDate": f"{opened}T00:00:00.000",
        "organisationUnitGroups": [],
    }
    if parent:
        parent["children"].append(thing)
        parent["leaf"] = False
    return thing


def _read(cursor: Any, kind: str, columns: str) -> Rows:
    cursor.execute(f"SELECT id, uid, code, name, {columns} FROM statistics_{kind} ORDER BY name, id")
    return {
        row[0]: (
            {
                "id": row[1],
                "code": row[2],
                "name": row[3],
                "displayName": row[3],
                "created": STAMP,
                "lastUpdated": STAMP,
            },
            row[4:],
        )
        for row in cursor.fetchall()
    }
