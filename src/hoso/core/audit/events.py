"""Writing an audit event: who did what to whom, why, from where, with what result."""

from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connection

from hoso.core.access.actor import Actor

# How many events the current request has written; a route that touches a person must write one (web/routes.py).
events_of_request: ContextVar[int] = ContextVar("events_of_request", default=0)


@dataclass(frozen=True)
class AuditEvent:
    actor: Actor
    role: str
    purpose: str
    action: str
    person_id: int | None = None
    object: str = ""
    facility_id: int | None = None
    outcome: str = "done"
    reason: str = ""
    sensitive: bool = False
    found: int | None = None


def record_event(event: AuditEvent) -> None:
    """Append the event. Inside a transaction it stands or falls with it."""
    actor = event.actor
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO audit_event (actor_id, actor_name, role, purpose, action, route, person_id, object,
                                     facility_id, outcome, reason, sensitive, found, source, device, request_id)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                actor.account_id,
                actor.name,
                event.role,
                event.purpose,
                event.action,
                actor.route,
                event.person_id,
                event.object,
                event.facility_id,
                event.outcome,
                event.reason,
                event.sensitive,
                event.found,
                actor.source,
                actor.device,
                actor.request_id,
            ],
        )
    events_of_request.set(events_of_request.get() + 1)
