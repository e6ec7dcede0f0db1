"""Setting and ending the access hours of one account, and those of everybody who holds a role."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import time

from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.access.rules import role_reaches
from hoso.core.accounts.managing import PERMISSION, PURPOSE, managing, record
from hoso.core.accounts.models import AccessHours
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.errors import HosoError


@dataclass(frozen=True)
class NewHours:
    """A span on each weekday of `days` (bits, 1 Monday … 64 Sunday)."""

    days: int
    starts: time
    ends: time
    outside: str


def set_hours(actor: Actor, account_id: int, new: NewHours) -> None:
    """Add a span. Raises HosoError as `managing`, HS2219 for one without days or length."""
    _check(new)
    with managing(actor, account_id):
        AccessHours.objects.create(
            account_id=account_id, days=new.days, starts=new.starts, ends=new.ends, outside=new.outside
        )
        record(actor, "update", account_id, f"hours {_told(new)}")


def set_role_hours(actor: Actor, role: str, new: NewHours) -> None:
    """Add a span for everybody who holds the role and has no hours of their own.

    Raises HosoError as `managing`, HS2206 for a role of one's own, HS2214 for an unknown one, HS2219 as `set_hours`.
    """
    _check(new)
    with _managing_role(actor, role):
        AccessHours.objects.create(role=role, days=new.days, starts=new.starts, ends=new.ends, outside=new.outside)
        _record_role(actor, role, f"hours {_told(new)}")


def end_role_hours(actor: Actor, hours_id: int) -> None:
    """End a span of a role. Raises HosoError HS2205, and as `set_role_hours`."""
    hours = AccessHours.objects.filter(pk=hours_id, ended_at=None, account=None).first()
    if hours is None:
        raise HosoError("HS2205")
    with _managing_role(actor, hours.role):
        hours.ended_at = timezone.now()
        hours.save(update_fields=["ended_at"])
        _record_role(actor, hours.role, f"hours {hours.starts:%H:%M}-{hours.ends:%H:%M} ended")


@contextmanager
def _managing_role(actor: Actor, role: str) -> Iterator[None]:
    """Nobody decides about their own hours, by a role neither."""
    if role in {held.key for held in actor.roles}:
        raise HosoError("HS2206")
    if role not in role_reaches():
        raise HosoError("HS2214", role=role[:40])
    with managing(actor):
        yield


def _record_role(actor: Actor, role: str, what: str) -> None:
    by = actor.role_for(PERMISSION, PURPOSE)
    record_event(AuditEvent(actor, by.key if by else "", PURPOSE, "update", object=f"Role/{role}", reason=what))


def _check(new: NewHours) -> None:
    if not 1 <= new.days <= 127 or new.starts == new.ends or new.outside not in AccessHours.Outside.values:
        raise HosoError("HS2219")


def _told(new: NewHours) -> str:
    return f"{new.starts:%H:%M}-{new.ends:%H:%M}, days {new.days}, {new.outside}"


def end_hours(actor: Actor, hours_id: int) -> int:
    """End a span; returns whose it was. Raises HosoError HS2205."""
    hours = AccessHours.objects.filter(pk=hours_id, ended_at=None).exclude(account=None).first()
    if hours is None or hours.account_id is None:
        raise HosoError("HS2205")
    with managing(actor, hours.account_id):
        hours.ended_at = timezone.now()
        hours.save(update_fields=["ended_at"])
        record(actor, "update", hours.account_id, f"hours {hours.starts:%H:%M}-{hours.ends:%H:%M} ended")
    return hours.account_id
