"""Reading the candidates of a search, segment by segment, in SQL with the asker's scope; row security filters again.

The pages of one search look at the store as the first page saw it: what was written afterwards is not in them.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from hoso.core.access.policy import Scope
from hoso.core.database.prepared import rows_of
from hoso.engines.records.fhir.search.plan import Named, Persons, Record, Rows, Segment, Walk
from hoso.engines.records.reading import NOBODY, STORED_COLUMNS, StoredResource, stored_resource
from hoso.engines.records.resource_types import NUMBERS

Position = tuple[Any, ...]  # behind which a segment goes on; values that JSON can hold
Candidate = tuple[Position, StoredResource]
_SORTING = "SELECT set_config('enable_sort', %s, true)"
_ROW = "{0}.person_id = {1}.person_id AND {0}.type = {1}.type AND {0}.id = {1}.id"


@dataclass(frozen=True)
class AsOf:
    """The state of the store that a search looks at: a moment, and the transactions that its first page saw."""

    moment: datetime
    snapshot: str
    first: bool = False  # this is the first page, which sees what it sees

    @classmethod
    def now(cls) -> "AsOf":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp(), pg_current_snapshot()::text")
            moment, snapshot = cursor.fetchone()
        return cls(moment, snapshot, first=True)


# A row carries the transaction that wrote it, and a snapshot knows whole transactions alone: who files resources does so in
# the transaction itself, never behind a savepoint of it, or a later page could show what committed late.
_SEEN = """
    AND (r.last_updated < %s::timestamptz - interval '1 hour' OR records_seen(r.xmin, %s::pg_snapshot))"""


def read_candidates(
    scope: Scope, type_name: str, segment: Segment, as_of: AsOf, after: Position | None, limit: int
) -> list[Candidate]:
    """The next candidates of a segment behind a position, in the segment's order."""
    seen: list[Any] = [as_of.moment, *(() if as_of.first else (as_of.moment, as_of.snapshot))]
    sql, values = _statement(segment, NUMBERS[type_name], after)
    condition = f"NOT r.deleted AND r.last_updated <= %s{'' if as_of.first else _SEEN} AND {visible_rows(scope)}"
    with _in_order_of_an_index(segment), connection.cursor() as cursor:
        cursor.execute(sql.format(columns=STORED_COLUMNS, condition=condition), [*values[0], *seen, *values[1], limit])
        found = cursor.fetchall()
    length = len(found[0]) - len(STORED_COLUMNS.split(",")) if found else 0
    return [(tuple(_plain(one) for one in row[:length]), stored_resource(row[length:])) for row in found]


@contextmanager
def _in_order_of_an_index(segment: Segment) -> Iterator[None]:
    """A segment that is a stretch of an index is read in the order of that index, whatever the planner expects.

    What the two locks leave is judged row by row, so the planner expects next to nothing to be left, and would read every row
    of a common code to sort it where the first of the index are a page. Only around these: elsewhere a statement would go
    through a whole index rather than sort its few rows.
    """
    if not isinstance(segment, (Rows, Walk)):
        yield
        return
    rows_of(_SORTING, ["off"])
    yield
    rows_of(_SORTING, ["on"])


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


Values = tuple[list[Any], list[Any]]  # before and behind those of the common condition


def _statement(segment: Segment, number: int, after: Position | None) -> tuple[str, Values]:
    if isinstance(segment, Rows):
        return _rows(segment, after)
    if isinstance(segment, Persons):
        return _persons(segment, number, after)
    if isinstance(segment, Record):
        return _record(segment, after)
    if isinstance(segment, Named):
        more = " AND r.id > %s" if after else ""
        sql = (
            f"SELECT r.id, {{columns}} FROM records_location l JOIN records_resource r ON {_ROW.format('r', 'l')}"
            f" WHERE l.type = %s AND l.id = ANY (%s) AND {{condition}}{more} ORDER BY r.id LIMIT %s"
        )
        return sql, ([number, list(segment.ids)], list(after or ()))
    comparison, order = (">", "") if segment.oldest_first else ("<", " DESC")
    more = ""
    values: list[Any] = []
    if segment.low:
        more, values = " AND r.last_updated >= %s", [segment.low]
    if after:
        more += f" AND r.last_updated {comparison}= %s AND (r.last_updated {comparison} %s OR r.id > %s)"
        values += [after[0], after[0], after[1]]
    sql = (
        "SELECT r.last_updated, r.id, {columns} FROM records_resource r WHERE r.type = %s AND {condition}"
        f"{more} ORDER BY r.last_updated{order}, r.id LIMIT %s"
    )
    return sql, ([number], values)


def _rows(segment: Rows, after: Position | None) -> tuple[str, Values]:
    conditions = ["t.hash = %s"]
    values: list[Any] = [segment.hash]
    for comparison, bound in ((">=", segment.low), ("<", segment.high)):
        if bound:
            conditions.append(f"t.happened {comparison} %s")
            values.append(bound)
    if after:
        conditions.append("t.happened <= %s AND (t.happened < %s OR t.id > %s)")
        values += [after[0], after[0], after[1]]
    if segment.before:
        conditions.append(f"NOT {_also('t')}")
        values.append(list(segment.before))
    for group in segment.narrowing:
        conditions.append(_also("t"))
        values.append(list(group))
    sql = (
        f"SELECT t.happened, t.id, {{columns}} FROM records_token t JOIN records_resource r ON {_ROW.format('r', 't')}"
        f" WHERE {' AND '.join(conditions)} AND {{condition}} ORDER BY t.happened DESC, t.id LIMIT %s"
    )
    return sql, (values, [])


def _also(alias: str) -> str:
    return f"EXISTS (SELECT 1 FROM records_token e WHERE {_ROW.format('e', alias)} AND e.hash = ANY (%s))"


def _persons(segment: Persons, number: int, after: Position | None) -> tuple[str, Values]:
    more = ""
    values: list[Any] = []
    if after:
        more = " AND r.person_id >= %s AND (r.person_id > %s OR r.happened < %s OR (r.happened = %s AND r.id > %s))"
        values = [after[0], after[0], after[1], after[1], after[2]]
    sql = (
        "SELECT r.person_id, r.happened, r.id, {columns} FROM records_resource r WHERE r.person_id = ANY (%s)"
        f" AND r.type = %s AND {{condition}}{more} ORDER BY r.person_id, r.happened DESC, r.id LIMIT %s"
    )
    return sql, ([list(segment.person_ids), number], values)


def visible_rows(scope: Scope) -> str:
    """The first lock on rows (alias `r`) of many persons; what is about nobody and carries no label is shared."""
    shared = f"r.person_id = {NOBODY} AND r.sensitivity = 0"
    return f"({shared} OR r.person_id <> {NOBODY} AND {scope.persons('r', of_visits=True)})"


def _record(segment: Record, after: Position | None) -> tuple[str, Values]:
    more = ""
    values: list[Any] = []
    undated = f"r.type = {NUMBERS['Patient']}"  # who somebody is has no day of care
    for condition, bound in (
        ("r.last_updated >= %s", segment.since),
        (f"({undated} OR r.happened >= %s)", segment.start),
        (f"({undated} OR r.happened < %s)", segment.end),
    ):
        if bound:
            more += f" AND {condition}"
            values.append(bound)
    if after:
        more += " AND r.type >= %s AND (r.type > %s OR r.id > %s)"
        values += [after[0], after[0], after[1]]
    sql = (
        "SELECT r.type, r.id, {columns} FROM records_resource r WHERE r.person_id = %s AND r.type = ANY (%s)"
        f" AND {{condition}}{more} ORDER BY r.type, r.id LIMIT %s"
    )
    return sql, ([segment.person_id, list(segment.types)], values)


def persons_of(keys: Iterable[tuple[str, str]]) -> frozenset[int]:
    """In whose records these resources lie, whether the asker may see them or not: for looking there, never to be told."""
    wanted = [(NUMBERS[kind], id_) for kind, id_ in keys if kind in NUMBERS]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT records_whose(%s::smallint[], %s::text[])", [list(one) for one in zip(*wanted)] or [[], []]
        )
        return frozenset(cursor.fetchone()[0])


def resources_named(scope: Scope, keys: Sequence[tuple[str, str]]) -> list[StoredResource]:
    """The current resources with these types and ids that the asker may see, in the order of the store."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {STORED_COLUMNS} FROM unnest(%s::smallint[], %s::text[]) AS k (n, i)"
            " JOIN records_location l ON l.type = k.n AND l.id = k.i"
            f" JOIN records_resource r ON {_ROW.format('r', 'l')}"
            f" WHERE NOT r.deleted AND {visible_rows(scope)} ORDER BY r.type, r.id",
            [[NUMBERS[kind] for kind, _ in keys], [id_ for _, id_ in keys]],
        )
        return [stored_resource(row) for row in cursor.fetchall()]
