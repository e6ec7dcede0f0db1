"""Roles of an account: given at a place with dates, ended on a day, never removed."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.accounts.managing import account_by_id, managing, record
from hoso.core.accounts.models import Account, Assignment
from hoso.core.errors import HosoError


@dataclass(frozen=True)
class Post:
    """A role to be held at a facility, in a place, or everywhere, during [valid_from, valid_to)."""

    role: str
    facility_id: int | None
    place_id: int | None
    valid_from: date
    valid_to: date | None = None


def assign(actor: Actor, account_id: int, post: Post) -> Assignment:
    """Give the role. Raises HosoError as `managing`, HS2214 for an unknown role, HS2215 where it needs a place."""
    with managing(actor, account_id):
        assignment = write_assignment(account_by_id(account_id), post)
        record(actor, "create", account_id, f"role {post.role} from {post.valid_from}")
    return assignment


def write_assignment(account: Account, post: Post) -> Assignment:
    """The row itself, within a transaction of a manager. Giving what is held already gives that back.

    Raises HosoError HS2211 for an end before the start, HS2214, HS2215.
    """
    if post.valid_to and post.valid_to <= post.valid_from:
        raise HosoError("HS2211")
    if not _may_be_held(post):
        raise HosoError("HS2215")
    held = {"account": account, "role": post.role, "facility_id": post.facility_id, "place_id": post.place_id}
    running = Assignment.objects.filter(**held, valid_to=None).first()
    if running is not None:
        return running
    return Assignment.objects.create(**held, valid_from=post.valid_from, valid_to=post.valid_to)


def end_assignment(actor: Actor, assignment_id: int, last_day: date | None = None) -> None:
    """The role is held up to and with `last_day` (yesterday when not given). Raises HosoError HS2205, HS2211."""
    assignment = Assignment.objects.filter(pk=assignment_id).first()
    if assignment is None:
        raise HosoError("HS2205")
    end = date.fromordinal(last_day.toordinal() + 1) if last_day else timezone.localdate()
    with managing(actor, assignment.account_id):
        # A role given today and ended today was never held for a whole day: it ends with the day.
        assignment.valid_to = max(end, date.fromordinal(assignment.valid_from.toordinal() + 1)) if not last_day else end
        assignment.save(update_fields=["valid_to"])
        record(actor, "update", assignment.account_id, f"role {assignment.role} until {assignment.valid_to}")


def _may_be_held(post: Post) -> bool:
    """A role that does not reach everywhere is held somewhere. Raises HosoError HS2214."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT everywhere FROM access_role WHERE key = %s", [post.role])
        found = cursor.fetchone()
    if found is None:
        raise HosoError("HS2214", role=post.role)
    return bool(found[0] or post.facility_id or post.place_id)
