"""The transactional outbox: a change commits with the write it tells of, and is read once and in order."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection
from psycopg.types.json import Jsonb


@dataclass(frozen=True)
class Change:
    """One committed act. `position` orders all changes of this database."""

    position: tuple[int, int]
    topic: str
    key: str
    person_id: int
    facility_id: int
    sensitivity: int
    payload: dict[str, Any]


def read_changes(consumer: str, limit: int = 1000) -> list[Change]:
    """The next changes this consumer has not confirmed; needs a transaction whose actor may see them.

    Only transactions older than every running one are shown, so that one that commits late is not passed over.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT transaction_id::text::bigint, id, topic, key, person_id, facility_id, sensitivity, payload::text
            FROM changes_change
            WHERE (transaction_id, id) > (
                    SELECT coalesce(max(transaction_id), '0'::xid8), coalesce(max(change_id), 0)
                    FROM changes_consumer WHERE name = %s)
              AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
            ORDER BY changes_change.transaction_id, id LIMIT %s
            """,
            [consumer, limit],
        )
        return [
            Change((row[0], row[1]), row[2], row[3], row[4], row[5], row[6], orjson.loads(row[7]))
            for row in cursor.fetchall()
        ]


def confirm(consumer: str, position: tuple[int, int]) -> None:
    """Move the consumer behind this change; in the transaction of its effect, each change has effect once."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO changes_consumer (name, transaction_id, change_id) VALUES (%s, %s::text::xid8, %s)
            ON CONFLICT (name) DO UPDATE SET transaction_id = excluded.transaction_id,
                change_id = excluded.change_id, moved_at = clock_timestamp()
            """,
            [consumer, str(position[0]), position[1]],
        )


def replay(consumer: str) -> None:
    """Send the consumer back to the beginning."""
    confirm(consumer, (0, 0))


def announce(topic: str, key: str, payload: dict[str, Any], **columns: int) -> None:
    """Add one change to the running transaction; bulk writers add theirs by COPY instead."""
    names = ["topic", "key", "payload", *columns]
    values: list[Any] = [topic, key, Jsonb(payload), *columns.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO changes_change ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})",
            values,
        )


def drain(consumer: str, limit: int = 1000) -> Iterator[Change]:
    """Yield and confirm change by change until none is left."""
    while batch := read_changes(consumer, limit):
        for change in batch:
            yield change
            confirm(consumer, change.position)


@dataclass(frozen=True)
class Committed:
    """A change that is visible. `settled`: none can come before it any more. `mark` is told apart from that of another
    database's change at the same position."""

    position: tuple[int, int]
    payload: dict[str, Any]
    settled: bool
    mark: str


def committed_after(topic: str, position: tuple[int, int]) -> list[Committed]:
    """Every change of a topic behind this position that the running transaction sees, also those that committed while an
    older transaction still runs: for consumers to whom order is nothing, because they read the state that a change points to.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT transaction_id::text::bigint, id, payload::text,
                   transaction_id < pg_snapshot_xmin(pg_current_snapshot()), extract(epoch FROM at)::text
            FROM changes_change WHERE topic = %s AND (transaction_id, id) > (%s::text::xid8, %s)
            ORDER BY changes_change.transaction_id, id
            """,
            [topic, str(position[0]), position[1]],
        )
        return [Committed((row[0], row[1]), orjson.loads(row[2]), row[3], row[4]) for row in cursor.fetchall()]


def mark_at(topic: str, position: tuple[int, int]) -> str | None:
    """The mark of the change at this position; None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM at)::text FROM changes_change"
            " WHERE topic = %s AND (transaction_id, id) = (%s::text::xid8, %s)",
            [topic, str(position[0]), position[1]],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def settled_position(topic: str) -> tuple[tuple[int, int], str]:
    """The last change of a topic before which none can come any more, with its mark; (0, 0) where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT transaction_id::text::bigint, id, extract(epoch FROM at)::text FROM changes_change
            WHERE topic = %s AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
            ORDER BY changes_change.transaction_id DESC, id DESC LIMIT 1
            """,
            [topic],
        )
        row = cursor.fetchone()
    return ((row[0], row[1]), row[2]) if row else ((0, 0), "")
