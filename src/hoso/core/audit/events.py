"""Writing an audit event: who did what to whom, why, from where, with what result."""

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, InterfaceError, connection

from hoso.core.access.actor import Actor
from hoso.core.database.prepared import rows_of
from hoso.core.errors import HosoError

# How many events the current request has written; a route that touches a person must write one (web/routes.py).
events_of_request: ContextVar[int] = ContextVar("events_of_request", default=0)

_COLUMNS = (
    "store", "spooled_at", "actor_id", "actor_name", "role", "purpose", "action", "route", "person_id", "object",
    "facility_id", "outcome", "reason", "sensitive", "break_glass", "found", "source", "source_port", "device", "request_id",
)  # fmt: skip
_TYPES = {
    "spooled_at": "timestamptz", "actor_id": "bigint", "person_id": "bigint", "facility_id": "bigint",
    "sensitive": "boolean", "break_glass": "boolean", "found": "integer", "source_port": "integer", "request_id": "uuid",
}  # fmt: skip
_VALUES = ", ".join(f"{name} => %({name})s::{_TYPES.get(name, 'text')}" for name in _COLUMNS)
_RECORD = f"SELECT audit_record({_VALUES})"

# What is done for these purposes goes to the security log, all else to the log of accesses to records.
SECURITY_PURPOSES = frozenset({"own_account", "administration"})


@dataclass(frozen=True)
class AuditEvent:
    """One act. `sensitive`: what was shown or written carries a label; `break_glass`: opened in an emergency, past the
    ordinary rules; `found`: how many rows were shown or written."""

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
    break_glass: bool = False


class AuditUnwritable(HosoError):
    """HS2150: the event cannot be written, so the act is not done."""

    def __init__(self) -> None:
        super().__init__("HS2150")


def record_event(event: AuditEvent) -> None:
    """Append the event. Inside a transaction it stands or falls with it. Raises AuditUnwritable (HS2150)."""
    try:
        insert_event(columns_of(event))
    except (DatabaseError, InterfaceError) as error:
        raise AuditUnwritable from error
    events_of_request.set(events_of_request.get() + 1)


def record_events(events: Iterable[AuditEvent]) -> None:
    """Append many events in one go, such as one for each person of an export. Raises AuditUnwritable (HS2150)."""
    rows = [{"spooled_at": None, **columns_of(event)} for event in events]
    try:
        with connection.cursor() as cursor:
            cursor.executemany(_RECORD, rows)
    except (DatabaseError, InterfaceError) as error:
        raise AuditUnwritable from error
    events_of_request.set(events_of_request.get() + len(rows))


def columns_of(event: AuditEvent) -> dict[str, Any]:
    """The event as columns of `audit_event`; what the table adds itself (number, time, kind of account) is left out."""
    actor = event.actor
    return {
        "store": "security" if event.purpose in SECURITY_PURPOSES else "record",
        "actor_id": actor.account_id,
        "actor_name": actor.name,
        "role": event.role,
        "purpose": event.purpose,
        "action": event.action,
        "route": actor.route,
        "person_id": event.person_id,
        "object": event.object,
        "facility_id": event.facility_id,
        "outcome": event.outcome,
        "reason": event.reason,
        "sensitive": event.sensitive,
        "break_glass": event.break_glass,
        "found": event.found,
        "source": actor.source,
        "source_port": actor.source_port,
        "device": actor.device,
        "request_id": actor.request_id,
    }


def insert_event(columns: Mapping[str, Any]) -> None:
    """Write one row; the kind of the account is looked up, and a missing `spooled_at` is none."""
    rows_of(_RECORD, {"spooled_at": None, **columns})
