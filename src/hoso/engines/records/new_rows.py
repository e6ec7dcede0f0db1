"""Rows of resources that are new: the resource, where it lies, and the search rows that find it.

Much of a search row and all of a location is said by the resource's own row, so that of many resources each value travels to
the database once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hoso.core.database.bulk import FEW, bulk_insert, staged

RESOURCE_COLUMNS = {
    "person_id": "bigint", "type": "smallint", "id": "text", "version": "integer", "deleted": "boolean",
    "last_updated": "timestamptz", "happened": "timestamptz", "encounter": "text", "source_person_id": "bigint",
    "facility_id": "bigint", "place_id": "bigint", "sensitivity": "integer", "package_id": "bigint",
    "source_table": "smallint", "source_line": "integer", "hash": "bytea", "body": "bytea", "meta": "bytea",
}  # fmt: skip
LOCATION_COLUMNS = {
    "type": "smallint", "id": "text", "person_id": "bigint", "source_person_id": "bigint", "facility_id": "bigint",
    "place_id": "bigint", "sensitivity": "integer", "package_id": "bigint", "source_line": "integer",
}  # fmt: skip
TOKEN_COLUMNS = {
    "hash": "bigint", "person_id": "bigint", "type": "smallint", "id": "text", "happened": "timestamptz",
    "source_person_id": "bigint", "facility_id": "bigint", "place_id": "bigint", "sensitivity": "integer",
    "package_id": "bigint", "source_line": "integer", "encounter": "text",
}  # fmt: skip
Row = tuple[Any, ...]  # of RESOURCE_COLUMNS
TokenOfRow = tuple[int, datetime | None, int]  # hash, moment (None: when the resource happened), place among the rows
_OF_ROW = tuple(RESOURCE_COLUMNS).index
_SAID_BY_ROW = [name for name in TOKEN_COLUMNS if name not in ("hash", "happened")]
FULL_TOKEN_COLUMNS = {
    "hash": "bigint",
    "happened": "timestamptz",
    **{name: TOKEN_COLUMNS[name] for name in _SAID_BY_ROW},
}
_PLACES_OF_LOCATION = [_OF_ROW(name) for name in LOCATION_COLUMNS]


def write_new(cursor: Any, rows: Sequence[Row], tokens: Sequence[TokenOfRow]) -> None:
    """Insert resources with their locations and search rows; each of these is new, as its resource is."""
    if len(rows) <= FEW:
        bulk_insert(cursor, "records_resource", RESOURCE_COLUMNS, rows)
        bulk_insert(cursor, "records_location", LOCATION_COLUMNS, map(location_row, rows))
        write_tokens(cursor, rows, tokens)
        return
    numbered = [(*row, number) for number, row in enumerate(rows)]
    with staged(cursor, "new_resource", {**RESOURCE_COLUMNS, "number": "integer"}, numbered) as stage:
        for table, columns in (("records_resource", RESOURCE_COLUMNS), ("records_location", LOCATION_COLUMNS)):
            names = ", ".join(columns)
            cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {stage}")
        said = ", ".join(_SAID_BY_ROW)
        columns = {"hash": "bigint", "moment": "timestamptz", "number": "integer"}
        with staged(cursor, "new_token", columns, tokens) as found:
            if found:
                cursor.execute(
                    f"INSERT INTO records_token (hash, happened, {said}) SELECT t.hash, coalesce(t.moment, r.happened), {said}"
                    f" FROM {found} t JOIN {stage} r USING (number)"
                )


def write_tokens(cursor: Any, rows: Sequence[Row], tokens: Sequence[TokenOfRow]) -> None:
    """Insert search rows of resources whose rows are written."""
    bulk_insert(cursor, "records_token", FULL_TOKEN_COLUMNS, token_rows(rows, tokens), "ON CONFLICT DO NOTHING")


def location_row(row: Row) -> Row:
    """Of LOCATION_COLUMNS."""
    return tuple(row[place] for place in _PLACES_OF_LOCATION)


def token_rows(rows: Sequence[Row], tokens: Sequence[TokenOfRow]) -> list[Row]:
    """Of FULL_TOKEN_COLUMNS, with what the resource's own row says."""
    happened, places = _OF_ROW("happened"), [_OF_ROW(name) for name in _SAID_BY_ROW]
    return [
        (token, moment or rows[number][happened], *[rows[number][place] for place in places])
        for token, moment, number in tokens
    ]
