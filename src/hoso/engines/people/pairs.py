"""Reading pairs of persons who may be one human, with what speaks for and against it, and the joins that stand.

Runs inside `core.access.reading.read`; of a pair of which one side may not be seen nothing is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db import connection

from hoso.core.access.policy import Scope
from hoso.engines.people.models import Person
from hoso.engines.people.queries import person

MOST = 20  # on one page: each of them is read by a human


@dataclass(frozen=True)
class Evidence:
    """How far the two agree in one respect, and what that is worth in bits: above 0 it speaks for one human."""

    field: str
    level: str
    weight: float


@dataclass(frozen=True)
class Pair:
    """Two persons beside each other. `probability` that they are one, by the matcher."""

    id: int
    one: Person
    other: Person
    found_by: str
    found_at: datetime
    probability: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class StandingJoin:
    """A join that can be undone: `joined_name` is shown under `person` now."""

    id: int
    person: Person
    joined_name: str
    reason: str
    joined_by: str
    joined_at: datetime


def waiting_pairs(scope: Scope, limit: int = MOST) -> list[Pair]:
    """Pairs that wait for a decision, the likelier first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT p.id, p.source_person_id, p.other_person_id, p.found_by, p.found_at, p.probability, p.evidence::text
            FROM people_pair p
            JOIN people_person one ON one.person_id = p.source_person_id AND one.merged_into IS NULL
            JOIN people_person other ON other.person_id = p.other_person_id AND other.merged_into IS NULL
            WHERE p.decision IS NULL AND {scope.persons("one")} AND {scope.persons("other")}
            ORDER BY p.probability DESC, p.id LIMIT %s
            """,
            [limit],
        )
        rows = cursor.fetchall()
    known = _persons(scope, [one for row in rows for one in row[1:3]])
    return [
        Pair(
            row[0],
            known[row[1]],
            known[row[2]],
            row[3],
            row[4],
            row[5],
            tuple(Evidence(**one) for one in orjson.loads(row[6])),
        )
        for row in rows
        if row[1] in known and row[2] in known
    ]


def standing_joins(scope: Scope, limit: int = MOST) -> list[StandingJoin]:
    """Joins that were not undone, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT j.id, j.person_id, s.name, j.reason, coalesce(a.full_name, ''), j.joined_at FROM people_join j
            JOIN people_person s ON s.person_id = j.source_person_id
            JOIN people_person p ON p.person_id = j.person_id
            LEFT JOIN accounts_account a ON a.id = j.joined_by
            WHERE j.parted_at IS NULL AND {scope.persons("p")} ORDER BY j.id DESC LIMIT %s
            """,
            [limit],
        )
        rows = cursor.fetchall()
    known = _persons(scope, [row[1] for row in rows])
    return [StandingJoin(row[0], known[row[1]], *row[2:]) for row in rows if row[1] in known]


def _persons(scope: Scope, person_ids: Sequence[int]) -> dict[int, Person]:
    found = {person_id: person(scope, person_id) for person_id in dict.fromkeys(person_ids)}
    return {person_id: one for person_id, one in found.items() if one}
