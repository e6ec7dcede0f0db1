"""Reviewing break-glass: what waits, and giving the verdict. Nobody reviews what they opened themselves."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import DatabaseError, connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope, decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError

PURPOSE = "oversight"
VERDICTS = ("justified", "not_justified")


@dataclass(frozen=True)
class Review:
    """One break-glass and its review; `looks` counts the audit events of the holder about the person in that time."""

    grant_id: int
    person_id: int
    opened_by: str
    opened_at: datetime
    ends_at: datetime
    reason_code: str
    reason: str
    due_on: date
    late: bool
    looks: int
    verdict: str
    note: str
    reviewed_by: str
    reviewed_at: datetime | None


def reviews(_scope: Scope, waiting_only: bool = True, limit: int = 100) -> list[Review]:
    """Those that wait, the most pressing first; else the newest, decided ones too. Runs inside `reading.read`."""
    which = "r.reviewed_at IS NULL ORDER BY r.due_on, g.id" if waiting_only else "true ORDER BY g.id DESC"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT g.id, g.person_id, coalesce(o.full_name, ''), g.starts_at, g.ends_at, g.reason_code, g.reason, r.due_on,
                   r.reviewed_at IS NULL AND r.due_on < current_date,
                   (SELECT count(*) FROM audit_event e WHERE e.person_id = g.person_id AND e.actor_id = g.account_id
                    AND e.at BETWEEN g.starts_at AND g.ends_at AND e.action IN ('read', 'search', 'export')),
                   coalesce(r.verdict, ''), r.note, coalesce(v.full_name, ''), r.reviewed_at
            FROM access_review r JOIN access_grant g ON g.id = r.grant_id
            LEFT JOIN accounts_account o ON o.id = r.opened_by
            LEFT JOIN accounts_account v ON v.id = r.reviewed_by
            WHERE {which} LIMIT %s
            """,
            [limit],
        )
        return [Review(*row) for row in cursor.fetchall()]


def give_verdict(actor: Actor, grant_id: int, verdict: str, note: str) -> None:
    """Review one break-glass. Raises HosoError HS2001 without the permission, HS2105 for one's own, one reviewed already,
    or a finding of misuse without words."""
    scope = decide(actor, "grant.review", PURPOSE)
    if verdict not in VERDICTS:
        raise ValueError(verdict)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(
                    "UPDATE access_review SET verdict = %s, note = %s, reviewed_by = %s, reviewed_at = clock_timestamp()"
                    " WHERE grant_id = %s AND reviewed_at IS NULL",
                    [verdict, note.strip(), actor.account_id, grant_id],
                )
                if not cursor.rowcount:
                    raise HosoError("HS2105")
        except DatabaseError as error:
            raise HosoError("HS2105") from error
        record_event(
            AuditEvent(
                actor=actor, role=scope.role.key, purpose=PURPOSE, action="update", object=f"Grant/{grant_id}",
                reason=f"review: {verdict}", break_glass=True,
            )
        )  # fmt: skip
