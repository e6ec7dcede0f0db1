"""Many rows at once: COPY into a staging table, then INSERT … SELECT, since COPY itself stops at row security.

A few rows go without the staging table, in one round trip.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from hoso.core.database.packed_rows import HEADER, TRAILER, Packed

Row = Sequence[Any]
FEW = 40  # rows that are inserted faster without a staging table
MOST_DEAD = 2000  # rows deleted from a staging table since it was emptied

_dead: WeakKeyDictionary[Any, Counter[str]] = WeakKeyDictionary()  # of each connection, by staging table


def bulk_insert(cursor: Any, table: str, columns: Mapping[str, str], rows: Iterable[Row], on_conflict: str = "") -> int:
    """Insert rows of `columns` (name -> PostgreSQL type) in one go inside the open transaction; returns how many.

    `table` and `columns` are names written in our own code, never input. NULL and bytes travel in binary.
    """
    names, rows = ", ".join(columns), list(rows)
    if 0 < len(rows) <= FEW:
        values = ", ".join(f"%s::{kind}" for kind in columns.values())
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({values}) {on_conflict}", rows)
        return int(cursor.rowcount)
    with staged(cursor, table, columns, rows) as stage:
        if stage:
            cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {stage} {on_conflict}")
            return int(cursor.rowcount)
    return 0


def bulk_update(
    cursor: Any, table: str, key: Sequence[str], columns: Mapping[str, str], rows: Iterable[Row], keep_in: str = "",
    kept: str = "",
) -> None:  # fmt: skip
    """Update many rows by `key`, whose columns stand among `columns`. With `keep_in`, the columns `kept` of the rows
    as they were are first added to that table: the old version."""
    with staged(cursor, f"{table}_change", columns, list(rows)) as stage:
        if not stage:
            return
        match = " AND ".join(f"t.{name} = s.{name}" for name in key)
        if keep_in:
            old = ", ".join(f"t.{name.strip()}" for name in kept.split(","))
            cursor.execute(f"INSERT INTO {keep_in} ({kept}) SELECT {old} FROM {table} t JOIN {stage} s ON {match}")
        news = ", ".join(f"{name} = s.{name}" for name in columns if name not in key)
        cursor.execute(f"UPDATE {table} t SET {news} FROM {stage} s WHERE {match}")


@contextmanager
def staged(cursor: Any, name: str, columns: Mapping[str, str], rows: Sequence[Row]) -> Iterator[str]:
    """The rows in a temporary table of this session, emptied afterwards; no table's name where there are no rows."""
    if not rows:
        yield ""
        return
    with _staging(cursor, name, columns) as (stage, copy):
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)
    yield stage
    _empty(cursor, stage, len(rows))


@contextmanager
def staged_packed(cursor: Any, name: str, columns: Mapping[str, str], packed: Packed) -> Iterator[str]:
    """The name of a temporary table with these rows of `columns`, emptied afterwards."""
    with _staging(cursor, name, columns) as (stage, copy):
        copy.write(HEADER + packed + TRAILER)
    yield stage
    cursor.execute(f"TRUNCATE {stage}")


def _empty(cursor: Any, stage: str, rows: int) -> None:
    """Emptying a table as a whole costs new files, more than deleting a few rows does. Rows that are deleted stay in the way of
    those after them until the transaction ends, so the table is emptied when many may have gathered."""
    dead = _dead.setdefault(cursor.connection, Counter())
    dead[stage] += rows
    if dead[stage] <= MOST_DEAD:
        cursor.execute(f"DELETE FROM {stage}")
    else:
        cursor.execute(f"TRUNCATE {stage}")
        dead[stage] = 0


@contextmanager
def _staging(cursor: Any, name: str, columns: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    stage = f"stage_{name}"
    definition = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} ({definition}) ON COMMIT DELETE ROWS")
    with cursor.copy(f"COPY {stage} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
        yield stage, copy
