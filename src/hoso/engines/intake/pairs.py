"""Deciding about a pair of persons who may be one human: join them, or note that they are two."""

from typing import Any

from django.db import connection

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.intake.conflicts import DECISIONS
from hoso.engines.intake.joining import PERMISSION, PURPOSE, join


def decide_pair(actor: Actor, pair_id: int, decision: str, reason: str) -> None:
    """Decide one pair, in one transaction. Of the same person, the one without a personal number is shown under the other.

    Raises HosoError HS2001 without the permission, HS4007 where it was decided already, HS4010 without a reason, HS6031 where
    one of them was joined to somebody since.
    """
    if decision not in DECISIONS:
        raise ValueError(decision)
    scope = policy.decide(actor, PERMISSION, PURPOSE)
    if not reason.strip():
        raise HosoError("HS4010")
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE people_pair SET decision = %s, reason = %s, decided_by = %s, decided_at = clock_timestamp()
            WHERE id = %s AND decision IS NULL RETURNING source_person_id, other_person_id
            """,
            [decision, reason.strip()[:1000], actor.account_id, pair_id],
        )
        row = cursor.fetchone()
        if row is None:
            raise HosoError("HS4007")
        joined, into = joined_and_kept(cursor, *row)
        if decision == "same_person":
            join(cursor, actor, joined, into, reason, "matcher", pair_id)
        record_event(
            AuditEvent(
                actor, scope.role.key, PURPOSE, "update", person_id=into, object=f"pair/{pair_id}",
                reason=f"{decision}: {reason}"[:500],
            )
        )  # fmt: skip


def joined_and_kept(cursor: Any, one: int, other: int) -> tuple[int, int]:
    """Of two persons who are one: who is joined, and to whom. Kept is who has a personal number and is not under review; of
    two alike who was known by the earlier visit."""
    cursor.execute(
        """
        SELECT p.person_id FROM people_person p WHERE p.person_id IN (%s, %s)
        ORDER BY p.provisional DESC, EXISTS (
            SELECT 1 FROM people_identifier i WHERE i.person_id = p.person_id AND i.kind = 'personal_number' AND NOT i.contested),
            (SELECT min(s.said_at) FROM people_statement s WHERE s.person_id = p.person_id) DESC NULLS FIRST, p.person_id DESC
        """,
        [one, other],
    )
    (joined,), (kept,) = cursor.fetchall()
    return joined, kept
