"""Many rows at once: COPY into a staging table, then INSERT … SELECT, since COPY itself stops at row security."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = Sequence[Any]


def bulk_insert(
    cursor: Any, table: str, columns: Mapping[str, str], rows: Iterable[Row], on_conflict: str = ""
) -> int:
    """Insert rows of `columns` (name -> PostgreSQL type) in one go inside the open transaction; returns how many.

    `table` and `columns` are names written in our own code, never input. NULL and bytes travel in binary.
    """
    rows = list(rows)
    if not rows:
        return 0
    stage = f"stage_{table}"
    definition = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    names = ", ".join(columns)
    cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} ({definition}) ON COMMIT DELETE ROWS")
    with cursor.copy(f"COPY {stage} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {stage} {on_conflict}")
    inserted: int = cursor.rowcount
    cursor.execute(f"TRUNCATE {stage}")
    return inserted
