"""The resources of one type as an export shows them: as they were at its moment, in the asker's scope, the newest first.

What was changed after the moment is shown as it was before, from the past versions, at the same place in the order: so a walk
that stops and goes on gives each resource once. Row security filters again. Rows stream; nothing is kept in memory.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection

from hoso.core.access.policy import Scope
from hoso.engines.records.bulk.exporting.asked import Asked
from hoso.engines.records.bulk.exporting.groups import members
from hoso.engines.records.fhir.search.candidates import visible_rows
from hoso.engines.records.reading import StoredResource
from hoso.engines.records.resource_types import NUMBERS

_READ = {
    "person_id": "bigint", "id": "text", "version": "integer", "last_updated": "timestamptz", "sensitivity": "integer",
    "body": "bytea", "meta": "bytea",
}  # fmt: skip
Behind = tuple[datetime, str]  # last change and id of the resource before


def walk(
    scope: Scope, asked: Asked, type_name: str, as_of: datetime, behind: Behind | None, most: int
) -> Iterator[StoredResource]:
    """At most so many, behind that one. To be read to the end inside the asker's transaction."""
    condition, values = "r.type = %s AND NOT r.deleted AND r.last_updated <= %s", [NUMBERS[type_name], as_of]
    if asked.since:
        condition += " AND r.last_updated > %s"
        values.append(asked.since)
    if behind:
        condition += " AND r.last_updated <= %s AND (r.last_updated < %s OR r.id > %s)"
        values += [behind[0], *behind]
    if asked.level != "system":
        condition += " AND r.person_id <> 0"
    if asked.level == "group":
        condition += f" AND {members(scope, asked.group)}"
    columns = ", ".join(f"r.{name}" for name in _READ)
    since_changed = (
        "NOT r.arrived_late AND r.superseded_at > %s AND records_was_newest(r.person_id, r.type, r.id, r.version, %s)"
    )
    statement = f"""
        COPY (
            SELECT {columns} FROM records_resource r WHERE {condition} AND {visible_rows(scope)}
            UNION ALL
            SELECT {columns} FROM records_resource_version r WHERE {condition} AND {visible_rows(scope)} AND {since_changed}
            ORDER BY last_updated DESC, id LIMIT %s
        ) TO STDOUT (FORMAT BINARY)
    """
    every: list[Any] = [*values, *values, as_of, as_of, most]
    with connection.cursor() as cursor, cursor.copy(statement, every) as copy:
        copy.set_types(list(_READ.values()))
        for person_id, id_, version, last_updated, sensitivity, body, meta in copy.rows():
            yield StoredResource(
                type_name,
                id_,
                version,
                last_updated,
                last_updated,
                None,
                sensitivity,
                0,
                0,
                False,
                body,
                meta,
                person_id,
            )
