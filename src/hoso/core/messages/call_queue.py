"""Calls that wait in a table: those of one line in order, at least once, with back-off, given up after days.

A line is whatever must hear of things in order: a facility's address, a subscription. The table has the columns id,
attempts, next_at, problem, delivered_at, dead_at, and one that names the line. A call that was given up (a dead letter) no longer
holds up the next one and can be made again by hand.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

PAUSES = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440, 1440)
)  # dead after almost 3 days
OPEN = "delivered_at IS NULL AND dead_at IS NULL"


@dataclass(frozen=True)
class CallQueue:
    """`lock`: first key of the advisory locks on lines; `acting`: opens a transaction that may read and change the table."""

    table: str
    line: str
    lock: int
    acting: Callable[[], AbstractContextManager[None]]

    def waiting(self) -> list[int]:
        """The lines with calls to make, due or not."""
        with self.acting(), connection.cursor() as cursor:
            cursor.execute(f"SELECT DISTINCT {self.line} FROM {self.table} WHERE {OPEN} ORDER BY 1")
            return [row[0] for row in cursor.fetchall()]

    def due(self) -> list[int]:
        """The lines with a call that is due. A line whose first call waits may be among them: `first_due` tells."""
        with self.acting(), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT DISTINCT {self.line} FROM {self.table} WHERE {OPEN} AND next_at <= clock_timestamp() ORDER BY 1"
            )
            return [row[0] for row in cursor.fetchall()]

    @contextmanager
    def held(self, line: int) -> Iterator[bool]:
        """Hold the line as long as the block runs; False where another process does."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [self.lock, line])
            mine = bool(cursor.fetchone()[0])
            try:
                yield mine
            finally:
                if mine:
                    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [self.lock, line])

    def first_due(self, line: int) -> tuple[int, int] | None:
        """The line's oldest open call, where it is due (number, attempts); later ones wait behind it."""
        with self.acting(), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, attempts FROM (SELECT id, attempts, next_at <= clock_timestamp() AS due FROM {self.table}"
                f" WHERE {self.line} = %s AND {OPEN} ORDER BY id LIMIT 1) AS first WHERE due",
                [line],
            )
            row = cursor.fetchone()
        return (row[0], row[1]) if row else None

    def taken(self, number: int) -> None:
        self._change(number, "delivered_at = clock_timestamp(), problem = '', attempts = attempts + 1")

    def failed(self, number: int, attempts: int, problem: str) -> None:
        """Try again later, or give up where that was the last attempt."""
        if attempts >= len(PAUSES):
            end = "attempts = attempts + 1, problem = %s, dead_at = clock_timestamp()"
            self._change(number, end, problem[:200])
            return
        pause = "attempts = attempts + 1, problem = %s, next_at = clock_timestamp() + %s"
        self._change(number, pause, problem[:200], PAUSES[attempts])

    def _change(self, number: int, what: str, *values: Any) -> None:
        with self.acting(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {self.table} SET {what} WHERE id = %s", [*values, number])
