"""Where to call: set and ended by an administrator, one address and one secret for each facility."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import intake_service_id
from hoso.core.accounts.managing import managing
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.field_encryption import field_keys
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.messages.calls import may_be_called
from hoso.core.places.models import Facility

PURPOSE, USE = "record_keeping", "notifying_target.secret"


@dataclass(frozen=True)
class Target:
    """An address that is called, with how many calls wait and how many were given up."""

    id: int
    facility_id: int
    facility_code: str
    facility_name: str
    url: str
    is_on: bool
    set_at: datetime
    waiting: int
    dead: int
    delivered_at: datetime | None  # the last one that was taken


def set_target(actor: Actor, facility: Facility, url: str) -> str:
    """Call this address from now on, with a new secret, which is returned this once; an earlier address ends, with the
    calls that wait for it. Raises HosoError HS3375 for an address that cannot be called.
    """
    if not may_be_called(url):
        raise HosoError("HS3375", url=url[:200])
    secret = secrets.token_urlsafe(32)
    with managing(actor), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifying_target SET ended_at = clock_timestamp() WHERE facility_id = %s AND ended_at IS NULL",
            [facility.pk],
        )
        cursor.execute(
            "INSERT INTO notifying_target (facility_id, url, secret, set_by) VALUES (%s, %s, %s, %s)",
            [facility.pk, url, field_keys().encrypt(secret, USE), actor.account_id],
        )
        _record(actor, "create", facility)
    return secret


def end_target(actor: Actor, facility: Facility) -> None:
    """Call no more. Raises HosoError HS3376 where no address is set."""
    with managing(actor), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifying_target SET ended_at = clock_timestamp() WHERE facility_id = %s AND ended_at IS NULL",
            [facility.pk],
        )
        if not cursor.rowcount:
            raise HosoError("HS3376", facility=facility.code)
        _record(actor, "delete", facility)


def switch_target(actor: Actor, number: int, *, on: bool) -> None:
    """Let calls wait, or make them again. Raises HosoError HS3430 where there is no such address."""
    with managing(actor), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifying_target SET paused_at = CASE WHEN %s THEN NULL ELSE coalesce(paused_at, clock_timestamp()) END"
            " WHERE id = %s AND ended_at IS NULL RETURNING facility_id",
            [on, number],
        )
        row = cursor.fetchone()
        if row is None:
            raise HosoError("HS3430")
        _record(actor, "update", Facility.objects.get(pk=row[0]))


def targets() -> list[Target]:
    """Every address that is called, switched off ones too."""
    with acting_transaction(intake_service_id(), PURPOSE):
        return targets_in_sight()


def targets_in_sight() -> list[Target]:
    """Those the transaction's actor may see."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT t.id, t.facility_id, f.code, f.name, t.url, t.paused_at IS NULL, t.set_at,
                   count(d.id) FILTER (WHERE d.delivered_at IS NULL AND d.dead_at IS NULL),
                   count(d.id) FILTER (WHERE d.dead_at IS NOT NULL), max(d.delivered_at)
            FROM notifying_target t JOIN places_facility f ON f.id = t.facility_id
            LEFT JOIN notifying_delivery d ON d.target_id = t.id
            WHERE t.ended_at IS NULL GROUP BY t.id, f.code, f.name ORDER BY f.code
            """
        )
        return [Target(*row) for row in cursor.fetchall()]


def _record(actor: Actor, action: str, facility: Facility) -> None:
    record_event(
        AuditEvent(
            actor, "", "administration", action, object=f"callback/{facility.code}", facility_id=facility.pk
        )
    )  # fmt: skip
