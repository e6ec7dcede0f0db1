"""What is filed under given types and ids: the version a write follows on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hoso.core.access.policy import Scope
from hoso.engines.records.actions import Stored
from hoso.engines.records.reading import STORED_COLUMNS, StoredResource, stored_resource
from hoso.engines.records.resource_types import NUMBERS

Key = tuple[str, str]  # type, id
_LOCATED = """
    SELECT l.person_id, l.type, l.id FROM unnest(%s::smallint[], %s::text[]) AS k (type, id)
    JOIN records_location l ON l.type = k.type AND l.id = k.id
"""


@dataclass(frozen=True, slots=True)
class Current:
    """The current version with where it belongs."""

    resource: StoredResource
    stored: Stored
    person_id: int
    source_person_id: int
    facility_id: int
    place_id: int
    encounter: str | None


def resources_by_key(cursor: Any, scope: Scope, keys: Iterable[Key]) -> dict[Key, StoredResource]:
    """Current versions within the scope, deleted ones too."""
    found = _asked(cursor, scope, keys, STORED_COLUMNS, "")
    return {(one.type, one.id): one for one in map(stored_resource, found)}


def lock_current(cursor: Any, scope: Scope, keys: Iterable[Key]) -> Mapping[Key, Current]:
    """The same, locked until the transaction ends, for a write to follow on."""
    own = (
        "r.hash, greatest(r.version, (SELECT max(v.version) FROM records_resource_version v WHERE v.person_id = r.person_id"
        " AND v.type = r.type AND v.id = r.id)), r.person_id, r.source_person_id, r.facility_id, r.place_id"
    )
    found = {}
    for row in _asked(cursor, scope, keys, f"{own}, {STORED_COLUMNS}", "ORDER BY r.type, r.id FOR UPDATE OF r"):
        one = stored_resource(row[6:])
        stored = Stored(one.version, row[1], bytes(row[0]), one.deleted, one.sensitivity)
        found[one.type, one.id] = Current(one, stored, row[2], row[3], row[4], row[5], one.encounter)
    return found


def _asked(cursor: Any, scope: Scope, keys: Iterable[Key], columns: str, behind: str) -> list[tuple[Any, ...]]:
    wanted = sorted(set(keys))
    if not wanted:
        return []
    cursor.execute(_LOCATED, [[NUMBERS[kind] for kind, _ in wanted], [id_ for _, id_ in wanted]])
    located = cursor.fetchall()
    if not located:  # the usual case of a new bundle; the next question is the dearer one
        return []
    cursor.execute(
        f"""
        SELECT {columns} FROM unnest(%s::bigint[], %s::smallint[], %s::text[]) AS k (person_id, type, id)
        JOIN records_resource r ON r.person_id = k.person_id AND r.type = k.type AND r.id = k.id
        WHERE (r.person_id = 0 AND r.sensitivity = 0) OR {scope.persons("r", of_visits=True)} {behind}
        """,
        [[row[number] for row in located] for number in range(3)],
    )
    return list(cursor.fetchall())
