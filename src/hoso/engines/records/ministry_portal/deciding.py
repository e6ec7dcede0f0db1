"""What an officer decides about a document: send it again, or let ours stand against what the portal holds."""

from typing import Any, Literal

from django.db import connection
from django.utils import timezone

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.records.ministry_portal.noting import open_version

PERMISSION, PURPOSE = "package.send", "record_keeping"
LEAST_REASON = 5
Decision = Literal["send_again", "ours_stands"]


def send_again(actor: Actor, document: int) -> None:
    """Tell the portal of a document anew, whatever it answered before. Raises HosoError HS2001, HS3442 for no such document."""
    _decide(actor, document, "send_again", "")


def ours_stands(actor: Actor, document: int, reason: str) -> None:
    """Ours takes the place of what the portal said it holds. Raises HosoError HS2001, HS3442, HS3443 without a reason,
    HS3444 where the portal holds no other content."""
    if len(reason.strip()) < LEAST_REASON:
        raise HosoError("HS3443", least=LEAST_REASON)
    _decide(actor, document, "ours_stands", reason.strip()[:1000])


def _decide(actor: Actor, document: int, decision: Decision, reason: str) -> None:
    scope = policy.decide(actor, PERMISSION, PURPOSE)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        name, facility_id = _document(cursor, scope, document)
        theirs = _theirs(cursor, document, name)
        if decision == "ours_stands" and theirs is None:
            raise HosoError("HS3444")
        replaces = theirs if decision == "ours_stands" else None
        cursor.execute(
            "UPDATE portal_version SET next_at = clock_timestamp(), attempts = 0, again = true, replaces = coalesce(%s, replaces)"
            " WHERE document_id = %s AND delivered_at IS NULL AND dead_at IS NULL",
            [replaces, document],
        )
        if not cursor.rowcount:
            open_version(cursor, document, timezone.now(), again=True, replaces=replaces)
        cursor.execute(
            "UPDATE portal_difference SET decision = %s, decided_by = %s, decided_at = clock_timestamp(), reason = %s"
            " WHERE name = %s AND gone_at IS NULL",
            [decision, actor.account_id, reason, name],
        )
        record_event(
            AuditEvent(
                actor, scope.role.key, PURPOSE, "update", object=f"portal/{name}", facility_id=facility_id,
                reason=f"{decision}: {reason}"[:500],
            )
        )  # fmt: skip
        from hoso.engines.records.ministry_portal.jobs import send_soon

        send_soon.defer()


def _document(cursor: Any, scope: Scope, document: int) -> tuple[str, int]:
    cursor.execute(
        f"SELECT d.name, d.facility_id FROM portal_document d WHERE d.id = %s AND {scope.facilities('d')} FOR UPDATE",
        [document],
    )
    row = cursor.fetchone()
    if row is None:
        raise HosoError("HS3442")
    return row[0], row[1]


def _theirs(cursor: Any, document: int, name: str) -> bytes | None:
    """What the portal holds instead of ours: by its listing, else by its last answer."""
    cursor.execute(
        """
        SELECT theirs FROM (
            SELECT theirs, 1 AS place FROM portal_difference WHERE name = %s AND gone_at IS NULL AND theirs IS NOT NULL
            UNION ALL
            SELECT theirs, 2 FROM (SELECT state, theirs FROM portal_version WHERE document_id = %s ORDER BY number DESC LIMIT 1) last
            WHERE state = 'different' AND theirs IS NOT NULL) held ORDER BY place LIMIT 1
        """,
        [name, document],
    )
    row = cursor.fetchone()
    return bytes(row[0]) if row else None
