"""The calls of the facilities in scope that are not taken: waiting after a failure, or given up; and making one again."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.intake.notifying.targets import PURPOSE


@dataclass(frozen=True)
class TroubledCall:
    """`file_name` is empty for those who may see no package."""

    id: int
    facility_name: str
    package_id: int
    file_name: str
    noted_at: datetime
    attempts: int
    problem: str
    next_at: datetime
    dead_at: datetime | None


def troubled_calls(scope: Scope, limit: int = 50) -> list[TroubledCall]:
    """Given up first, then those that wait for another attempt."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT d.id, f.name, d.package_id, coalesce(p.file_name, ''), d.noted_at, d.attempts, d.problem, d.next_at, d.dead_at
            FROM notifying_delivery d LEFT JOIN intake_package p ON p.id = d.package_id JOIN places_facility f ON f.id = d.facility_id
            WHERE d.delivered_at IS NULL AND d.attempts > 0 AND {scope.facilities("d")}
            ORDER BY d.dead_at IS NULL, d.id LIMIT %s
            """,
            [limit],
        )
        return [TroubledCall(*row) for row in cursor.fetchall()]


def call_again(actor: Actor, number: int, permission: str = "package.send", purpose: str = PURPOSE) -> None:
    """Make a call anew, with all its attempts before it. Raises HosoError HS2001, HS3377 where there is none to make."""
    scope = policy.decide(actor, permission, purpose)
    with acting_transaction(actor.account_id, purpose), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE notifying_delivery d SET attempts = 0, dead_at = NULL, next_at = clock_timestamp()"
            f" WHERE d.id = %s AND d.delivered_at IS NULL AND {scope.facilities('d')} RETURNING d.facility_id",
            [number],
        )
        row = cursor.fetchone()
        if row is None:
            raise HosoError("HS3377")
        record_event(
            AuditEvent(actor, scope.role.key, purpose, "update", object=f"callback/{number}", facility_id=row[0])
        )
        from hoso.engines.intake.notifying.jobs import deliver

        deliver.defer()
