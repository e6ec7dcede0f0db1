"""Reading health cards: of one person, by what a scanner read, how many have one.

Every function runs inside `core.access.reading.read`: row security leaves out persons whom the asker may not see.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from hoso.core.access.policy import Scope
from hoso.core.places.queries import address_lines
from hoso.core.vietnamese.folding import fold


@dataclass(frozen=True)
class Card:
    id: int
    number: str
    state: str  # active, blocked, replaced
    issued_at: datetime
    ended_at: datetime | None
    ended_reason: str


@dataclass(frozen=True)
class Bearer:
    """Whose card it is, and whether the card holds."""

    person_id: int
    name: str
    state: str


@dataclass(frozen=True)
class Coverage:
    """Of the people who live in a unit, how many have a card that holds."""

    place: str
    people: int
    cards: int

    @property
    def share(self) -> float:
        return self.cards / self.people if self.people else 0.0


def cards_of(person_id: int) -> list[Card]:
    """The newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, number, state, issued_at, ended_at, coalesce(ended_reason, '') FROM people_card"
            " WHERE person_id = %s ORDER BY issued_at DESC, id DESC",
            [person_id],
        )
        return [Card(*row) for row in cursor.fetchall()]


def bearer_of(scope: Scope, number: str, birth: date | None, name: str) -> Bearer | None:
    """Whose card this is, if the second mark fits too: the day of birth, or every word of the name in any order.

    None for no such card, for a mark that does not fit and for no mark: who asks cannot tell which.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.person_id, p.name, c.state, p.birth_date, p.birth_precision, p.folded_name FROM people_card c"
            f" JOIN people_person p ON p.person_id = c.person_id WHERE c.number = %s AND {scope.persons('p')}",
            [number],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    by_birth = birth is not None and row[4] >= 3 and row[3] == birth
    by_name = bool(name.strip()) and sorted(fold(name).split()) == sorted(row[5].split())
    return Bearer(*row[:3]) if by_birth or by_name else None


def coverage(most: int = 200) -> list[Coverage]:
    """All places together first, then each commune where somebody lives, the most people first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.place_id, count(*), count(c.person_id) FROM people_person p
            LEFT JOIN (SELECT DISTINCT person_id FROM people_card WHERE state = 'active') c ON c.person_id = p.person_id
            WHERE p.merged_into IS NULL AND NOT p.provisional GROUP BY p.place_id ORDER BY 2 DESC
            """
        )
        rows = cursor.fetchall()
    names = address_lines(sorted({row[0] for row in rows[:most] if row[0]}))
    whole = Coverage("", sum(row[1] for row in rows), sum(row[2] for row in rows))
    return [whole, *(Coverage(names.get(row[0], "–"), row[1], row[2]) for row in rows[:most])]
