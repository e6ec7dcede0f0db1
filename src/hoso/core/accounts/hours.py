"""Access hours (guidance CV 365/TTYQG, secondary source): when an account works, and what happens outside of them.

An account's own hours count; without any, those of the roles it holds today, all spans together; without any, always.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from hoso.core.accounts.models import AccessHours, Account
from hoso.core.database.prepared import rows_of

WEEK = 7
_IN_FORCE = """
    SELECT account_id, days, starts, ends, outside FROM accounts_access_hours
    WHERE ended_at IS NULL AND (account_id = %(account)s::bigint
        OR (role <> '' AND role IN (SELECT held.role FROM access_held(%(account)s::bigint) AS held)))
"""


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
    found = rows_of(_IN_FORCE, {"account": account.pk})
    own = [row for row in found if row[0]]
    return _joined([row[1:] for row in own or found])


def local_now() -> datetime:
    return timezone.localtime()


def _joined(rows: Sequence[tuple[Any, ...]]) -> Hours:
    """Of rows (days, starts, ends, outside)."""
    strict = any(row[3] == AccessHours.Outside.REFUSE for row in rows)
    spans = tuple(Span(*row[:3]) for row in rows)
    return Hours(spans, AccessHours.Outside.REFUSE if strict else AccessHours.Outside.STEP_UP)
