"""Recording incidents and what was done about them; nothing recorded is changed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.errors import HosoError
from hoso.core.incidents.clocks import check_kinds, duties
from hoso.core.incidents.queries import incident

PURPOSE = "administration"


def open_incident(actor: Actor, title: str, found_at: datetime, kinds: Sequence[str], role: str = "operator") -> int:
    """Record an incident, `role` being that in which the actor does it; returns its number. Raises HosoError HS9030 for an
    unknown kind."""
    check_kinds(kinds)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO incidents_incident (title, found_at, kinds, recorded_by) VALUES (%s, %s, %s, %s) RETURNING id",
            [title, found_at, sorted(set(kinds)), actor.name],
        )
        number = int(cursor.fetchone()[0])
        record_event(AuditEvent(actor, role, PURPOSE, "create", object=f"incident/{number}"))
    return number


def add_step(actor: Actor, number: int, text: str, done_at: datetime, duty: str = "") -> None:
    """Record what was done, as a note or as the fulfilment of a duty.

    Raises HosoError HS9031 where there is no such incident, HS9032 for a duty it does not have or that was done already.
    """
    found = incident(number)
    by_key = {one.key: one for one in duties(found.kinds, found.found_at, found.done)}
    if duty and (duty not in by_key or by_key[duty].done_at):
        raise HosoError(
            "HS9032", duty=duty[:40], allowed=", ".join(key for key, one in by_key.items() if not one.done_at)
        )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO incidents_step (incident_id, duty, done_at, text, recorded_by) VALUES (%s, %s, %s, %s, %s)",
            [number, duty, done_at, text, actor.name],
        )
        record_event(AuditEvent(actor, "operator", PURPOSE, "update", object=f"incident/{number}"))
