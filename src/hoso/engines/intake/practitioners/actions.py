"""Changing the register by hand: a licence is suspended or withdrawn, a suspension or a place ends. Each with its reason.

One transaction each: permission, the row with its earlier version kept, the FHIR views, the audit event.
"""

from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.intake.practitioners.kind import MANAGE
from hoso.engines.intake.practitioners.views import file_views

PURPOSE = "record_keeping"
LONGEST_REASON = 500


def suspend(
    actor: Actor, practitioner_id: int, licence_id: int, first_day: date, last_day: date | None, reason: str
) -> None:
    """From the first to the last day; without a last day, until it is ended. Raises HosoError as `_act`, HS6219 where it is
    suspended then already or the days are not in order."""
    _act(
        actor, practitioner_id, reason, "suspend",
        "INSERT INTO practitioners_suspension (licence_id, first_day, last_day, reason, changed_by)"
        " SELECT id, %s, %s, %s, %s FROM practitioners_licence WHERE id = %s AND practitioner_id = %s AND withdrawn_on IS NULL",
        [first_day, last_day, reason, actor.account_id, licence_id, practitioner_id],
    )  # fmt: skip


def end_suspension(actor: Actor, practitioner_id: int, suspension_id: int, last_day: date, reason: str) -> None:
    """Let a suspension end with that day. Raises HosoError as `_act`."""
    _act(
        actor, practitioner_id, reason, "end suspension",
        "UPDATE practitioners_suspension s SET last_day = %s, changed_by = %s, reason = s.reason || '; ' || %s"
        " FROM practitioners_licence l WHERE s.id = %s AND l.id = s.licence_id AND l.practitioner_id = %s",
        [last_day, actor.account_id, reason, suspension_id, practitioner_id],
    )  # fmt: skip


def withdraw(actor: Actor, practitioner_id: int, licence_id: int, day: date, reason: str) -> None:
    """From that day on the licence is not valid; it does not come back. Raises HosoError as `_act`."""
    _act(
        actor, practitioner_id, reason, "withdraw",
        "UPDATE practitioners_licence SET withdrawn_on = %s, withdrawn_reason = %s, changed_by = %s, list_id = NULL"
        " WHERE id = %s AND practitioner_id = %s AND withdrawn_on IS NULL",
        [day, reason, actor.account_id, licence_id, practitioner_id],
    )  # fmt: skip


def end_place(actor: Actor, practitioner_id: int, place_id: int, last_day: date, reason: str) -> None:
    """They practise there until that day. Raises HosoError as `_act`."""
    _act(
        actor, practitioner_id, reason, "end place",
        "UPDATE practitioners_place SET last_day = %s, ended_reason = %s, changed_by = %s, list_id = NULL"
        " WHERE id = %s AND practitioner_id = %s",
        [last_day, reason, actor.account_id, place_id, practitioner_id],
    )  # fmt: skip


def _act(actor: Actor, practitioner_id: int, reason: str, what: str, statement: str, values: list[Any]) -> None:
    """Raises HosoError HS2001 without the permission, HS6217 without a reason, HS6218 where there is nothing to change so,
    HS6219 where the days are not in order or meet others."""
    scope = policy.decide(actor, MANAGE, PURPOSE)
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise HosoError("HS6217", most=LONGEST_REASON)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(statement, values)
                changed = cursor.rowcount
        except IntegrityError as error:
            raise HosoError("HS6219") from error
        if not changed:
            raise HosoError("HS6218")
        file_views(cursor, [practitioner_id], f"practitioner/{practitioner_id}")
        about = f"practitioner/{practitioner_id}"
        record_event(
            AuditEvent(
                actor, scope.role.key, PURPOSE, "update", object=about, reason=f"{what}: {reason}"[:500], found=1
            )
        )
