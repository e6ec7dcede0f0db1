"""Making the index rows of what is filed anew, after their scheme changed: batch by batch, stopped and gone on with.

Runs inside an acting transaction per batch, as the service that may file. What is filed meanwhile has its rows already.
"""

from collections.abc import Callable
from typing import Any

import orjson
from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.bulk import bulk_insert
from hoso.core.database.session import acting_transaction
from hoso.engines.records.fhir.search.index_rows import SCHEME, index_rows
from hoso.engines.records.new_rows import TOKEN_COLUMNS
from hoso.engines.records.resource_types import name_of

BATCH = 1000  # resources
LOCK = 4210132  # one at a time


def is_indexed() -> bool:
    """Whether every resource has the rows of the scheme in use."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT complete FROM records_index_state WHERE scheme = %s", [SCHEME])
        row = cursor.fetchone()
    return bool(row and row[0])


def reindex(actor: Actor, told: Callable[[int, int], None], again: bool = False) -> int:
    """Make all rows; goes on where an earlier run stopped, from the beginning with `again`. Returns the resources looked at.

    `told` hears how many are done and how many there are.
    """
    if again:
        with acting_transaction(actor.account_id, "record_keeping"), connection.cursor() as cursor:
            _move(cursor, 0, "", complete=False)
    with acting_transaction(actor.account_id, "record_keeping"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM records_location")
        there_are = int(cursor.fetchone()[0])
    done = 0
    while made := _batch(actor):
        done += made
        told(min(done, there_are), there_are)
    return done


def _batch(actor: Actor) -> int:
    with acting_transaction(actor.account_id, "record_keeping"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("SELECT type, id FROM records_index_state WHERE scheme = %s AND NOT complete", [SCHEME])
        state = cursor.fetchone()
        if state is None and is_indexed():
            return 0
        after = state or (0, "")
        cursor.execute(
            "SELECT type, id, person_id FROM records_location WHERE (type, id) > (%s, %s) ORDER BY type, id LIMIT %s",
            [*after, BATCH],
        )
        keys = cursor.fetchall()
        if not keys:
            _move(cursor, *after, complete=True)
            return 0
        _make(cursor, keys)
        _move(cursor, keys[-1][0], keys[-1][1], complete=False)
        return len(keys)


def _make(cursor: Any, keys: list[tuple[int, str, int]]) -> None:
    values = [[key[number] for key in keys] for number in (2, 0, 1)]
    wanted = "unnest(%s::bigint[], %s::smallint[], %s::text[]) AS k (p, n, i)"
    cursor.execute(
        f"""
        SELECT r.person_id, r.type, r.id, r.happened, r.source_person_id, r.facility_id, r.place_id, r.sensitivity,
               r.package_id, r.source_line, r.encounter, r.body
        FROM records_resource r JOIN {wanted} ON r.person_id = k.p AND r.type = k.n AND r.id = k.i
        WHERE NOT r.deleted FOR UPDATE OF r
        """,
        values,
    )
    found = cursor.fetchall()
    cursor.execute(
        f"DELETE FROM records_token t USING {wanted} WHERE t.person_id = k.p AND t.type = k.n AND t.id = k.i", values
    )
    rows = []
    for person, number, id_, happened, *rest, body in found:
        for hash_, moment in index_rows(name_of(number), orjson.loads(body)):
            rows.append((hash_, person, number, id_, moment or happened, *rest))
    bulk_insert(cursor, "records_token", TOKEN_COLUMNS, rows, "ON CONFLICT DO NOTHING")


def _move(cursor: Any, type_: int, id_: str, *, complete: bool) -> None:
    cursor.execute(
        """
        INSERT INTO records_index_state (scheme, type, id, complete) VALUES (%s, %s, %s, %s)
        ON CONFLICT (scheme) DO UPDATE SET type = excluded.type, id = excluded.id, complete = excluded.complete,
            moved_at = clock_timestamp()
        """,
        [SCHEME, type_, id_, complete],
    )
