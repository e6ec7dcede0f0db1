"""What was written of a type, or of all, newest first: current and past versions, deleted ones too.

Runs inside `core.access.reading.read`. A page goes on behind the last version of the one before it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from hoso.core.access.policy import Scope
from hoso.core.audit.shown import note_labels
from hoso.engines.records.fhir.interactions import Found
from hoso.engines.records.reading import STORED_COLUMNS, stored_resource
from hoso.engines.records.resource_types import NUMBERS

Behind = tuple[datetime, str, int]  # last changed, id, version of the last one shown
BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)


def written(scope: Scope, types: Sequence[str], count: int, since: datetime | None, behind: Behind | None) -> Found:
    """`count` versions, and one more where there are more. `since`: none that was written before."""
    condition, values = "r.last_updated >= %s", [since or BEGINNING]
    if behind:
        condition += " AND (r.last_updated, r.id, r.version) < (%s, %s, %s)"
        values += [*behind]  # type: ignore[list-item]
    order = "last_updated DESC, id DESC, version DESC"
    tables = " UNION ALL ".join(
        f"""
        SELECT found.* FROM unnest(%s::smallint[]) AS wanted (number), LATERAL (
            SELECT r.person_id, {STORED_COLUMNS} FROM {table} r
            WHERE r.type = wanted.number AND {condition}
              AND ((r.person_id = 0 AND r.sensitivity = 0) OR {scope.persons("r", of_visits=True)})
            ORDER BY {order} LIMIT %s) AS found
        """
        for table in ("records_resource", "records_resource_version")
    )
    numbers: Any = [NUMBERS[name] for name in types]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({tables}) AS both_tables ORDER BY {order} LIMIT %s", [*[numbers, *values, count + 1] * 2, count + 1])  # fmt: skip
        rows = cursor.fetchall()
    found = tuple(stored_resource(row[1:]) for row in rows)
    note_labels(one.sensitivity for one in found)
    persons = {row[0] for row in rows} - {0}
    return Found(persons.pop() if len(persons) == 1 else None, found)
