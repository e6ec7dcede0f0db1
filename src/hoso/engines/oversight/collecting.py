"""Taking over what the watched systems tell: each event once, in its order, with a kept place.

The place moves in the transaction of its effect (migrations/sql/0001_oversight.sql), so a kill in between does it again; an
event told twice has the same key and is one.
"""

from dataclasses import dataclass

from django.db import connection, transaction

BATCH = 5000


@dataclass(frozen=True)
class Collected:
    """How many events the system told, and how many of them were new."""

    seen: int
    taken: int


def collect_own(batch: int = BATCH) -> Collected:
    """Take over the next events of our own audit in one transaction, at most `batch`."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT seen, taken FROM oversight_collect_own(%s)", [batch])
        return Collected(*cursor.fetchone())


def collect_all() -> int:
    """Take over everything that waits; returns how many events were new."""
    taken = 0
    while (collected := collect_own()).seen:
        taken += collected.taken
    return taken
