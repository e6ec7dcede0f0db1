"""Deciding a contradiction of identity: the same human after all, or another one."""

from typing import Any

from django.db import connection

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.changes.outbox import announce
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.intake.joining import join
from hoso.engines.people.actions import confirm_person

PURPOSE = "record_keeping"
DECISIONS = ("same_person", "different_person")


def decide_conflict(actor: Actor, conflict_id: int, decision: str, reason: str) -> None:
    """Decide one contradiction. Of the same person, the provisional one's visits join the known one's timeline:
    `person_id` alone moves, no byte changes. Of a different person, the provisional one stands for itself from now on.

    Raises HosoError HS2001 without the permission, HS4007 where it was decided already.
    """
    if decision not in DECISIONS:
        raise ValueError(decision)
    scope = policy.decide(actor, "conflict.decide", PURPOSE)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        person_id, other_id, facility_id = _take(cursor, conflict_id, decision, reason, actor)
        if decision == "same_person":
            join(cursor, actor, person_id, other_id, reason, "conflict", conflict_id)
        else:
            confirm_person(cursor, person_id)
        announce(
            "person.decided",
            str(conflict_id),
            {"decision": decision, "provisional": person_id, "known": other_id},
            person_id=other_id if decision == "same_person" else person_id,
            facility_id=facility_id,
        )
        record_event(
            AuditEvent(
                actor,
                scope.role.key,
                PURPOSE,
                "update",
                person_id=other_id,
                object=f"conflict/{conflict_id}",
                reason=f"{decision}: {reason}"[:500],
            )
        )


def _take(cursor: Any, conflict_id: int, decision: str, reason: str, actor: Actor) -> tuple[int, int, int]:
    cursor.execute(
        """
        UPDATE people_conflict SET decision = %s, reason = %s, decided_by = %s, decided_at = clock_timestamp()
        WHERE id = %s AND decision IS NULL RETURNING person_id, (
            SELECT coalesce(p.merged_into, p.person_id) FROM people_person p WHERE p.person_id = other_person_id), facility_id
        """,
        [decision, reason, actor.account_id, conflict_id],
    )
    row = cursor.fetchone()
    if row is None:
        raise HosoError("HS4007")
    return row[0], row[1], row[2]
