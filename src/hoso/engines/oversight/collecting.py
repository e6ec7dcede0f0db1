"""Taking over what the watched systems tell: each event once, in its order, with a kept place.

The place moves in the transaction of its effect (migrations/sql/0001_oversight.sql), so a kill in between does it again; an
event told twice has the same key and is one.
"""

from dataclasses import dataclass

from django.db import connection, transaction

BATCH = 5000
MOST_WAITING = 20_000


@dataclass(frozen=True)
class Collected:
    """How many events the system told, and how many of them were new."""

    seen: int
    taken: int


def collect_own(batch: int = BATCH, most_waiting: int = MOST_WAITING) -> Collected:
    """Take over the next events of our own audit in one transaction, at most `batch`. Where more than `most_waiting` wait, they
    become the stretch behind and the place moves to now; that call takes nothing."""
    return _collect("SELECT seen, taken FROM oversight_collect_own(%s, %s)", [batch, most_waiting])


def collect_behind(batch: int = BATCH) -> Collected:
    """Take over the next events of the stretch behind in one transaction; nothing where there is none."""
    return _collect("SELECT seen, taken FROM oversight_collect_behind(%s)", [batch])


def collect_all() -> int:
    """Take over everything that waits, what happens now first and a backlog turn by turn; returns how many events were new."""
    taken = 0
    while True:
        now, behind = collect_own(), collect_behind()
        if not (now.seen or behind.seen):
            return taken
        taken += now.taken + behind.taken


def _collect(question: str, values: list[int]) -> Collected:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(question, values)
        return Collected(*cursor.fetchone())
