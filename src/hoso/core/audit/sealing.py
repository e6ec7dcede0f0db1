"""Sealing: events enter the chain in the order in which their transactions began to write, late commits included.

Only transactions older than every one still running are taken, as the outbox does (core/changes/outbox.py): one that
commits late is waited for and not passed over.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from hoso.core.audit.canonical import ID, SELECTED, TRANSACTION, Row, genesis, leaf_of, link, shelf_of

BATCH = 1000


@dataclass(frozen=True)
class Head:
    """Where the chain ends: the number and hash of its last entry, and the event it seals."""

    sequence: int
    hash: bytes
    transaction_id: int = 0
    event_id: int = 0


def installation_of(connection: psycopg.Connection) -> UUID:
    row = connection.execute("SELECT id FROM audit_installation").fetchone()
    if row is None:
        raise LookupError("the installation has no id")
    found: UUID = row[0]
    return found


def head_of(connection: psycopg.Connection) -> Head:
    """The last entry, or the beginning that stands before the first."""
    row = connection.execute(
        "SELECT sequence, hash, transaction_id::text::bigint, event_id FROM audit_chain ORDER BY sequence DESC LIMIT 1"
    ).fetchone()
    return Head(*row) if row else Head(0, genesis(installation_of(connection)))


def hash_at(connection: psycopg.Connection, sequence: int) -> bytes | None:
    """The chain's hash after this entry; None where there is none."""
    if sequence == 0:
        return genesis(installation_of(connection))
    row = connection.execute("SELECT hash FROM audit_chain WHERE sequence = %s", [sequence]).fetchone()
    return row[0] if row else None


def seal_batch(connection: psycopg.Connection, limit: int = BATCH) -> Head | None:
    """Seal the next events in one transaction; returns the new end of the chain, None where nothing waits."""
    with connection.transaction():
        head = head_of(connection)
        rows = connection.execute(
            f"""
            SELECT {SELECTED} FROM audit_event e
            WHERE (e.transaction_id, e.id) > (%s::text::xid8, %s)
              AND e.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
            ORDER BY e.transaction_id, e.id LIMIT %s
            """,
            [str(head.transaction_id), head.event_id, limit],
        ).fetchall()
        if not rows:
            return None
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY audit_chain (sequence, transaction_id, event_id, shelf, leaf, hash) FROM STDIN") as copy,
        ):
            for head, entry in entries(head, rows):  # noqa: B020 - the head moves on
                copy.write_row(entry)
    return head


def entries(head: Head, rows: Iterable[Row]) -> Iterator[tuple[Head, tuple[Any, ...]]]:
    """The chain's entries of events in order, each with the end of the chain after it."""
    for row in rows:
        leaf, shelf = leaf_of(row), shelf_of(row)
        head = Head(head.sequence + 1, link(head.hash, shelf, leaf), row[TRANSACTION], row[ID])
        yield head, (head.sequence, head.transaction_id, head.event_id, shelf, leaf, head.hash)
