"""Access hours (guidance CV 365/TTYQG, secondary source): when an account works, and what happens outside of them.

An account's own hours count; without any, those of the roles it holds today, all spans together; without any, always.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from hoso.core.access.roles import held_roles
from hoso.core.accounts.models import AccessHours, Account

WEEK = 7


@dataclass(frozen=True)
class Span:
    """On each weekday of `days` (bits, 1 Monday … 64 Sunday) from `starts` to `ends`, past midnight if that is earlier."""

    days: int
    starts: time
    ends: time

    def end_if_open(self, moment: datetime) -> datetime | None:
        """When the span that holds this moment (local time) ends; None where none does."""
        for day in (moment.date(), moment.date() - timedelta(days=1)):
            start, end = self._on(day, moment)
            if self.days & 1 << day.weekday() and start <= moment < end:
                return end
        return None

    def _on(self, day: date, moment: datetime) -> tuple[datetime, datetime]:
        last = day if self.ends > self.starts else day + timedelta(days=1)
        zone = moment.tzinfo
        return datetime.combine(day, self.starts, zone), datetime.combine(last, self.ends, zone)


@dataclass(frozen=True)
class Hours:
    """The hours that hold for an account; no spans means always."""

    spans: tuple[Span, ...]
    outside: str = AccessHours.Outside.REFUSE

    def open_until(self, moment: datetime) -> datetime | None:
        """When work ends that may go on at this moment, None where it is outside of all spans.

        Spans that touch are one. Without any spans: the end of time, for what a session needs to know.
        """
        if not self.spans:
            return moment + timedelta(days=365)
        end = self._end(moment)
        for _ in range(2 * WEEK * len(self.spans)):
            further = self._end(end) if end else None
            if not further:
                break
            end = further
        return end

    def _end(self, moment: datetime) -> datetime | None:
        return max((end for span in self.spans if (end := span.end_if_open(moment))), default=None)


def hours_of(account: Account) -> Hours:
    """The hours in force for an account now."""
    roles = [role.key for role in held_roles(account.pk)]
    rows = list(AccessHours.objects.filter(Q(account=account) | Q(role__in=roles), ended_at=None))
    own = [row for row in rows if row.account_id]
    return _joined(own or rows)


def local_now() -> datetime:
    return timezone.localtime()


def _joined(rows: Sequence[AccessHours]) -> Hours:
    strict = any(row.outside == AccessHours.Outside.REFUSE for row in rows)
    spans = tuple(Span(row.days, row.starts, row.ends) for row in rows)
    return Hours(spans, AccessHours.Outside.REFUSE if strict else AccessHours.Outside.STEP_UP)
