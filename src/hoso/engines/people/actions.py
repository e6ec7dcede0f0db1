"""Changing people: one joined to another and parted again, or a provisional one let stand for themselves.

The callers open the transaction and hold the permission; these are steps of their act.
"""

from dataclasses import dataclass
from typing import Any, Literal

import orjson
from django.db import IntegrityError, transaction
from psycopg.types.json import Jsonb

from hoso.core.errors import HosoError

FoundBy = Literal["conflict", "matcher", "desk"]
Number = tuple[str, str, int]  # kind, value, issuer


@dataclass(frozen=True, slots=True)
class Parting:
    """A join that is undone: `joined` stands alone again, with everybody who came through them (`group`)."""

    joined: int
    under: int  # the person under whom all of them were shown
    group: list[int]
    found_by: FoundBy
    finding: int | None
    freed: list[Number]


def check_may_join(cursor: Any, joined: int, into: int) -> None:
    """Raises HosoError HS6030 for one and the same person, HS6031 where one of them is joined to somebody already."""
    if joined == into:
        raise HosoError("HS6030")
    cursor.execute(
        "SELECT count(*) FROM people_person WHERE person_id IN (%s, %s) AND merged_into IS NULL", [joined, into]
    )
    if cursor.fetchone()[0] != 2:
        raise HosoError("HS6031")


def group_of(cursor: Any, person_id: int) -> list[int]:
    """The person and everybody joined to them, directly or through others."""
    cursor.execute("SELECT people_joined_to(%s)", [person_id])
    return list(cursor.fetchone()[0])


def note_join(
    cursor: Any, joined: int, into: int, by: int, reason: str, found_by: FoundBy, finding: int | None
) -> list[int]:
    """Write the act down and show `joined`, with whoever is joined to them, under `into`; gives those persons."""
    group = group_of(cursor, joined)
    freed = _free_numbers(cursor, joined)
    cursor.execute(
        """
        INSERT INTO people_join (person_id, source_person_id, into_person_id, found_by, finding, freed, reason, joined_by)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
        """,
        [into, joined, into, found_by, finding, Jsonb(freed), reason, by],
    )
    cursor.execute("UPDATE people_person SET merged_into = %s WHERE person_id = ANY (%s)", [into, group])
    return group


def _free_numbers(cursor: Any, person_id: int) -> list[Number]:
    """Numbers of a provisional person that nobody else bears count for whom they are joined to."""
    cursor.execute(
        """
        SELECT kind, value, issuer_id FROM people_identifier i
        WHERE i.person_id = %s AND i.source_person_id = %s AND i.contested AND NOT EXISTS (
            SELECT 1 FROM people_identifier o WHERE o.kind = i.kind AND o.value = i.value AND o.issuer_id = i.issuer_id
            AND NOT o.contested AND o.valid_to IS NULL)
        """,
        [person_id, person_id],
    )
    return [number for number in sorted(cursor.fetchall()) if _count_again(cursor, number, person_id, person_id)]


def _count_again(cursor: Any, number: Number, person_id: int, source: int) -> bool:
    """Whether a contested number counts now: not where somebody bears it whom this session may not see (a withheld visit
    named it), which the index alone knows."""
    try:
        with transaction.atomic():
            cursor.execute(
                "UPDATE people_identifier SET contested = false"
                " WHERE kind = %s AND value = %s AND issuer_id = %s AND person_id = %s AND source_person_id = %s",
                [*number, person_id, source],
            )
    except IntegrityError:
        return False
    return True


def note_parting(cursor: Any, join_id: int, by: int, reason: str) -> Parting:
    """Write the undoing of a join down and let the joined person stand alone. Raises HosoError HS6032 where none stands."""
    cursor.execute(
        """
        UPDATE people_join SET parted_by = %s, parted_at = clock_timestamp(), parted_reason = %s
        WHERE id = %s AND parted_at IS NULL RETURNING source_person_id, person_id, found_by, finding, freed::text
        """,
        [by, reason, join_id],
    )
    row = cursor.fetchone()
    if row is None:
        raise HosoError("HS6032")
    joined, under, found_by, finding, freed = row
    group = group_of(cursor, joined)
    cursor.execute(
        "UPDATE people_person SET merged_into = CASE WHEN person_id <> %s THEN %s::bigint END WHERE person_id = ANY (%s)",
        [joined, joined, group],
    )
    return Parting(
        joined, under, group, found_by, finding, [(kind, value, issuer) for kind, value, issuer in orjson.loads(freed)]
    )


def contest_again(cursor: Any, parting: Parting) -> None:
    """The numbers that the join freed are under review once more."""
    for kind, value, issuer in parting.freed:
        cursor.execute(
            "UPDATE people_identifier SET contested = true"
            " WHERE kind = %s AND value = %s AND issuer_id = %s AND source_person_id = %s",
            [kind, value, issuer, parting.joined],
        )


def confirm_person(cursor: Any, provisional: int) -> None:
    """A provisional person is somebody else: keep the contested numbers with whom they were, the others are theirs."""
    cursor.execute(
        """
        SELECT kind, value, issuer_id, source_person_id FROM people_identifier i
        WHERE i.person_id = %s AND i.contested AND NOT EXISTS (
            SELECT 1 FROM people_identifier o WHERE o.kind = i.kind AND o.value = i.value AND o.issuer_id = i.issuer_id
            AND o.person_id <> i.person_id AND NOT o.contested AND o.valid_to IS NULL)
        """,
        [provisional],
    )
    for *number, source in sorted(cursor.fetchall()):
        _count_again(cursor, (number[0], number[1], number[2]), provisional, source)
    cursor.execute("UPDATE people_person SET provisional = false WHERE person_id = %s", [provisional])
