"""The rows behind a person's details: one for each visit that is filed now (`people_statement`)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from psycopg.types.json import Jsonb

from hoso.core.database.bulk import bulk_insert
from hoso.core.database.prepared import rows_through
from hoso.engines.people.details import Statement

COLUMNS = {
    "person_id": "bigint", "source_person_id": "bigint", "encounter": "text", "said_at": "timestamptz", "source": "text",
    "details": "jsonb", "facility_id": "bigint", "place_id": "bigint", "sensitivity": "integer", "package_id": "bigint",
    "source_line": "integer",
}  # fmt: skip
_KEY = ("person_id", "encounter")
_DETAILS = list(COLUMNS).index("details")
_NEWS = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in _KEY)


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement with where it belongs and came from."""

    person_id: int
    source_person_id: int
    statement: Statement
    facility_id: int
    place_id: int
    sensitivity: int
    package_id: int
    line: int


def load_statements(cursor: Any, person_ids: list[int]) -> Iterator[tuple[int, int, Statement]]:
    """(person, under whom it was filed, statement) of these persons, without those of withdrawn visits."""
    rows = rows_through(
        cursor,
        "SELECT person_id, source_person_id, encounter, said_at, source, details::text FROM people_statement"
        " WHERE person_id = ANY (%s::bigint[]) AND NOT withdrawn",
        [person_ids],
    )
    for person_id, source_person_id, encounter, said_at, source, details in rows:
        yield person_id, source_person_id, Statement(encounter, said_at, source, orjson.loads(details))


def write_statements(cursor: Any, rows: Iterable[StatementRow]) -> None:
    """Store them; what was said of the same visit before is replaced."""
    rows_to_write = []
    for row in rows:
        columns = list(statement_row(row))
        columns[_DETAILS] = Jsonb(columns[_DETAILS])
        rows_to_write.append(columns)
    bulk_insert(
        cursor, "people_statement", COLUMNS, rows_to_write,
        f"ON CONFLICT (person_id, encounter) DO UPDATE SET {_NEWS}, withdrawn = false",
    )  # fmt: skip


def statement_row(row: StatementRow) -> tuple[Any, ...]:
    """Of `COLUMNS`, the details as they are."""
    said = row.statement
    return (
        row.person_id, row.source_person_id, said.encounter, said.said_at, said.source, said.details, row.facility_id,
        row.place_id, row.sensitivity, row.package_id, row.line,
    )  # fmt: skip


def move_statement(cursor: Any, encounter: str, old_person: int, new_person: int, new_source: int) -> None:
    """The visit turned out to be somebody else's, and so did what it said."""
    cursor.execute(
        "UPDATE people_statement SET person_id = %s, source_person_id = %s WHERE person_id = %s AND encounter = %s",
        [new_person, new_source, old_person, encounter],
    )


def set_withdrawn(cursor: Any, person_id: int, encounter: str, *, withdrawn: bool) -> None:
    """A withdrawn visit says nothing of anybody; brought back, it does again."""
    cursor.execute(
        "UPDATE people_statement SET withdrawn = %s WHERE person_id = %s AND encounter = %s",
        [withdrawn, person_id, encounter],
    )
