"""Reading stored resources: rows by person, and the bytes with id and meta spliced in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from hoso.core.access.labels import labels_in
from hoso.core.access.policy import Scope
from hoso.core.audit.shown import note_labels
from hoso.core.database.prepared import rows_of
from hoso.engines.records.resource_types import NUMBERS, name_of

NOBODY = 0  # the person of what is about nobody: organisations, practitioners, medicines
LABEL_SYSTEM = "https://hoso.vn/fhir/CodeSystem/sensitivity"
_HEAD = re.compile(rb'\s*\{(?P<type>\s*"resourceType"\s*:\s*"[A-Za-z]+")?')
STORED_COLUMNS = "r.type, r.id, r.version, r.last_updated, r.happened, r.encounter, r.sensitivity, r.source_table, r.source_line, r.deleted, r.body, r.meta, r.person_id"


@dataclass(frozen=True, slots=True)
class StoredResource:
    """A version of a resource as it lies in the store."""

    type: str
    id: str
    version: int
    last_updated: datetime
    happened: datetime
    encounter: str | None
    sensitivity: int
    source_table: int
    source_line: int
    deleted: bool
    body: bytes
    meta: bytes = b""  # what its sender said in meta, as JSON
    person_id: int = 0  # whose; 0: about nobody

    def content(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.body)
        return found

    def served(self) -> bytes:
        """The stored bytes with `id` and `meta` behind `resourceType`; everything else untouched."""
        head = _HEAD.match(self.body)
        if head is None:
            raise ValueError("a stored body is a JSON object")
        own = orjson.dumps({"id": self.id, "meta": self._meta()})[1:-1]
        rest = self.body[head.end() :]
        if head["type"] is None:  # another order of the sender's: id and meta come first
            own += b"" if rest.lstrip().startswith(b"}") else b","
            return head[0] + own + rest
        return head[0] + b"," + own + rest

    def _meta(self) -> dict[str, Any]:
        meta: dict[str, Any] = {"versionId": str(self.version), "lastUpdated": self.last_updated.isoformat()}
        if self.meta:
            meta |= orjson.loads(self.meta)
        if self.sensitivity:
            labels = [{"system": LABEL_SYSTEM, "code": one.key} for one in labels_in(self.sensitivity)]
            meta["security"] = [*meta.get("security", ()), *labels]
        return meta


def resources_of_person(
    scope: Scope, person_id: int, types: Sequence[str], *, encounter: str | None = None,
    before: datetime | None = None, limit: int = 10_000,
) -> list[StoredResource]:  # fmt: skip
    """Current resources of these types, newest first, within the scope."""
    condition = "r.type = ANY (%s) AND NOT r.deleted"
    values: list[Any] = [[NUMBERS[name] for name in types]]
    if encounter is not None:
        condition += " AND r.encounter = %s"
        values.append(encounter)
    if before is not None:
        condition += " AND r.happened < %s"
        values.append(before)
    return stored_rows("records_resource", scope, person_id, condition, values, limit)


def stored_rows(
    table: str, scope: Scope, person_id: int, condition: str, values: Sequence[Any], limit: int = 10_000
) -> list[StoredResource]:
    """Rows of a person within the scope, newest first, from the current or the past versions (alias `r`)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {STORED_COLUMNS} FROM {table} r WHERE r.person_id = %s AND {condition}"
            f" AND {visible(scope, person_id)} ORDER BY r.happened DESC, r.id LIMIT %s",
            [person_id, *values, limit],
        )
        found = [stored_resource(row) for row in cursor.fetchall()]
    note_labels(one.sensitivity for one in found)
    return found


def stored_by_id(scope: Scope, person_id: int, type_name: str, id_: str) -> list[StoredResource]:
    """The current version of one resource of a person, if it is within the scope."""
    # One plan for all partitions, of which the first step leaves one: to plan for each person takes longer than to read.
    rows_of("SELECT set_config('plan_cache_mode', 'force_generic_plan', true)", [])
    statement = (
        f"SELECT {STORED_COLUMNS} FROM records_resource r WHERE r.person_id = %s::bigint AND r.type = %s::smallint"
        f" AND r.id = %s::text AND {visible(scope, person_id)}"
    )
    found = [stored_resource(row) for row in rows_of(statement, [person_id, NUMBERS[type_name], id_])]
    note_labels(one.sensitivity for one in found)
    return found


def stored_resource(row: Sequence[Any]) -> StoredResource:
    """A row of STORED_COLUMNS."""
    return StoredResource(*[name_of(row[0]), *row[1:10], bytes(row[10]), bytes(row[11]), row[12]])


def visible(scope: Scope, person_id: int) -> str:
    """The first lock on rows (alias `r`) of one person; what is about nobody and carries no label is shared."""
    if person_id == NOBODY:
        return "r.sensitivity = 0"
    return scope.persons("r", of_visits=True)
