"""What watching costs: how long its tasks worked, and what its tables take on the disk (579/QĐ-BYT 2022 §1.2: a cost that follows
the number of accounts)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.db import connection


@dataclass(frozen=True)
class Cost:
    """Of one month: seconds its tasks worked and accounts that acted; `octets`: the tables and indexes as they are now."""

    accounts: int
    seconds: float
    octets: int

    @property
    def seconds_per_thousand(self) -> float | None:
        """None where no account acted."""
        return self.seconds * 1000 / self.accounts if self.accounts else None

    @property
    def octets_per_thousand(self) -> int | None:
        """None where no account acted."""
        return round(self.octets * 1000 / self.accounts) if self.accounts else None


@contextmanager
def time_spent(task: str) -> Iterator[None]:
    """Adds how long the work took to the day's sum, also where it fails."""
    began = time.perf_counter()
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO oversight_spent AS s (task, seconds) VALUES (%s, %s) ON CONFLICT (day, task)"
                " DO UPDATE SET seconds = s.seconds + excluded.seconds, times = s.times + 1",
                [task, time.perf_counter() - began],
            )


def cost(first: date, end: date, accounts: int) -> Cost:
    """From `first` to before `end`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce((SELECT sum(seconds) FROM oversight_spent WHERE day >= %s AND day < %s), 0),"
            r" coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class"
            r" WHERE relkind = 'r' AND relname LIKE 'oversight\_%%'",
            [first, end],
        )
        seconds, octets = cursor.fetchone()
    return Cost(accounts, float(seconds), int(octets))
