"""Rows into tables by the million: COPY as the administrator, past row security, indexes made afterwards."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = ANY (%s::regclass[]) AND contype IN ('p', 'u', 'f')
    ORDER BY array_position(ARRAY['f', 'u', 'p'], contype::text)
"""
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = ANY (%s::regclass[]) AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = indexrelid)
"""


def copy_rows(
    cursor: Any, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]], on_conflict: str = ""
) -> int:
    """Stands in for `bulk_insert` while seeding: straight into the table. Rows that conflict are an error here."""
    count = 0
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(list(columns.values()))
        for count, row in enumerate(rows, start=1):
            copy.write_row(row)
    return count


@contextmanager
def indexes_made_afterwards(connection: "psycopg.Connection[Any]", tables: Sequence[str]) -> Iterator[None]:
    """Take indexes and keys of these tables away and make them again, as the migrations defined them."""
    constraints = connection.execute(_CONSTRAINTS, [list(tables)]).fetchall()
    indexes = connection.execute(_INDEXES, [list(tables)]).fetchall()
    for table, name, _ in constraints:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    yield
    connection.execute("SET maintenance_work_mem = '1GB'")
    for table, name, definition in reversed(constraints):
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    for _, definition in indexes:
        connection.execute(definition)
    for table in tables:
        connection.execute(f"VACUUM (ANALYZE) {table}")
    connection.execute("CHECKPOINT")


@contextmanager
def replaced(owner: Any, attribute: str, value: Any) -> Iterator[None]:
    """Another value of an attribute for a while."""
    before = getattr(owner, attribute)
    setattr(owner, attribute, value)
    try:
        yield
    finally:
        setattr(owner, attribute, before)
