"""The SQL of lists: reaches as a condition over an alias of a table with persons.

Role reaches become constants of the statement; openings (living grants, treating teams) stay one look-up for each
query, made by the database where no other reach shows a row.
"""

from collections.abc import Sequence
from itertools import groupby

from hoso.core.access.reach import Reach

CARE_STATES = {"in_treatment": "care.last_day >= current_date", "closed": "care.last_day < current_date"}


def person_predicate(reaches: Sequence[Reach], action: str, alias: str, visit: str) -> str:
    """A condition true for the rows in reach; `visit`: SQL that ties a row to `opened.encounter`, or `true`.

    Every value in it is a number of our own, or the action, which is a permission's name.
    """
    parts = [_group(relation, opens, state, found, alias) for (relation, opens, state), found in _grouped(reaches)]
    if any(reach.relation in ("granted", "own", "team") for reach in reaches):
        parts.append(_opened(action, alias, visit))
    return f"({' OR '.join(parts)})" if parts else "(false)"


Group = tuple[str, int, str]


def _grouped(reaches: Sequence[Reach]) -> list[tuple[Group, list[Reach]]]:
    """Reaches by row alone, those that differ in nothing but their facility or place together."""

    def key(reach: Reach) -> Group:
        return reach.relation, reach.opens, reach.state or ""

    by_row = sorted((one for one in reaches if one.relation in ("everywhere", "place", "facility")), key=key)
    return [(found, list(group)) for found, group in groupby(by_row, key=key)]


def _group(relation: str, opens: int, state: str, found: list[Reach], alias: str) -> str:
    labels = f"({alias}.sensitivity & {~opens}) = 0"
    if relation == "everywhere":
        return f"({labels})"
    if relation == "place":
        places = _array(one.place_id for one in found)
        return f"({labels} AND {alias}.place_id = ANY ((SELECT places_within({places}))::bigint[]))"
    facilities = _array(one.facility_id for one in found)
    when = f" AND {CARE_STATES[state]}" if state else ""
    return (
        f"({labels} AND EXISTS (SELECT 1 FROM access_care_relation care WHERE care.person_id = {alias}.person_id"
        f" AND care.facility_id = ANY ({facilities}){when}))"
    )


def _array(ids: object) -> str:
    numbers = sorted({int(one) for one in ids if one is not None})  # type: ignore[attr-defined]
    return f"'{{{','.join(map(str, numbers))}}}'::bigint[]"


def _opened(action: str, alias: str, visit: str) -> str:
    if not action.replace(".", "").replace("_", "").isalnum():
        raise ValueError(action)
    return f"""EXISTS (SELECT 1 FROM access_openings('{action}') AS opened
        WHERE opened.person_id = {alias}.person_id AND ({alias}.sensitivity & ~opened.labels) = 0
          AND (opened.encounter IS NULL OR {visit}))"""
