"""Setting and ending the access hours of one account."""

from dataclasses import dataclass
from datetime import time

from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.accounts.managing import managing, record
from hoso.core.accounts.models import AccessHours
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
    if not 1 <= new.days <= 127 or new.starts == new.ends or new.outside not in AccessHours.Outside.values:
        raise HosoError("HS2219")
    with managing(actor, account_id):
        AccessHours.objects.create(
            account_id=account_id, days=new.days, starts=new.starts, ends=new.ends, outside=new.outside
        )
        record(
            actor, "update", account_id, f"hours {new.starts:%H:%M}-{new.ends:%H:%M}, days {new.days}, {new.outside}"
        )


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
