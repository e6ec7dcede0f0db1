"""The month's report of oversight: use by facility and tier, what each sensor yielded, how long finding and closing took, what is open,
which systems were silent, and what watching costs. Counts only; everything runs inside `core.access.reading.read`."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.engines.oversight.queries import SourceLine, sources
from hoso.engines.oversight.spent import Cost, cost
from hoso.engines.oversight.tiers import tiers


@dataclass(frozen=True)
class Use:
    """What the accounts of one tier did at one facility; `facility` empty: at none. `cases`: opened in the month."""

    facility: str
    tier: str
    accounts: int
    events: int
    persons: int
    cases: int


@dataclass(frozen=True)
class Yield:
    """What one sensor brought into cases opened in the month, and how those were closed. A case counts for each of its sensors."""

    sensor: str
    cases: int
    confirmed: int
    justified: int
    false_alarm: int
    inconclusive: int
    waiting: int

    @property
    def closed(self) -> int:
        return self.cases - self.waiting


@dataclass(frozen=True)
class Report:
    """`to_detect`: from the first event of a case to its opening, the median of the month's cases; `to_close`: from opening to the
    agreed closing, of those closed in the month; None where there is no case. `oldest`: of the cases open now."""

    first: date
    last: date
    uses: tuple[Use, ...]
    yields: tuple[Yield, ...]
    opened: int
    closed: int
    to_detect: timedelta | None
    to_close: timedelta | None
    open_now: int
    oldest: datetime | None
    sources: tuple[SourceLine, ...]
    cost: Cost

    def __len__(self) -> int:
        return len(self.uses)

    @property
    def silent(self) -> tuple[SourceLine, ...]:
        """Systems of which nothing came for too long, as of now."""
        since = timezone.now() - tiers().silent_after
        return tuple(one for one in self.sources if one.newest_at is None or one.newest_at < since)


def month_report(scope: Scope, first: date) -> Report:
    """The report of the month that begins on `first`. Cases about the asker are not counted: nobody sees them."""
    end = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    month = {
        "first": _start(first),
        "end": _start(end),
        "roles": list(tiers().of_role),
        "tiers": list(tiers().of_role.values()),
    }
    opened, to_detect = _rows(_DETECTED, month)[0]
    closed, to_close = _rows(_CLOSED, month)[0]
    open_now, oldest = _rows(_OPEN, {})[0]
    return Report(
        first, end - timedelta(days=1), tuple(Use(*row) for row in _rows(_USES, month)),
        tuple(Yield(*row) for row in _rows(_YIELDS, month)), opened, closed, to_detect, to_close, open_now, oldest,
        tuple(sources(scope)), cost(first, end, _rows(_ACCOUNTS, month)[0][0]),
    )  # fmt: skip


_USES = """
    WITH placed AS (
        SELECT e.account_id, e.facility_id, e.person_id, coalesce(t.tier, s.tier) AS tier
        FROM oversight_event e JOIN oversight_source s ON s.id = e.source_id
        LEFT JOIN unnest(%(roles)s::text[], %(tiers)s::text[]) AS t (role, tier) ON t.role = e.role
        WHERE e.at >= %(first)s AND e.at < %(end)s),
    opened AS (
        SELECT v.facility_id, coalesce(t.tier, s.tier) AS tier, count(DISTINCT v.case_id) AS cases
        FROM oversight_case c JOIN oversight_evidence v ON v.case_id = c.id JOIN oversight_source s ON s.key = v.source
        LEFT JOIN unnest(%(roles)s::text[], %(tiers)s::text[]) AS t (role, tier) ON t.role = v.role
        WHERE c.opened_at >= %(first)s AND c.opened_at < %(end)s GROUP BY 1, 2)
    SELECT coalesce(f.name, ''), p.tier, count(DISTINCT p.account_id), count(*), count(DISTINCT p.person_id),
           coalesce(max(o.cases), 0)
    FROM placed p LEFT JOIN places_facility f ON f.id = p.facility_id
    LEFT JOIN opened o ON o.tier = p.tier AND o.facility_id IS NOT DISTINCT FROM p.facility_id
    GROUP BY p.facility_id, f.name, p.tier ORDER BY coalesce(f.name, ''), p.tier
"""
_ACCOUNTS = "SELECT count(DISTINCT account_id) FROM oversight_event WHERE at >= %(first)s AND at < %(end)s"
_CLOSING = "LEFT JOIN oversight_proposal p ON p.case_id = c.id AND p.kind = 'close' AND p.agreed"
_YIELDS = f"""
    SELECT s.sensor, count(*), count(*) FILTER (WHERE p.outcome = 'confirmed'), count(*) FILTER (WHERE p.outcome = 'justified'),
           count(*) FILTER (WHERE p.outcome = 'false_alarm'), count(*) FILTER (WHERE p.outcome = 'inconclusive'),
           count(*) FILTER (WHERE p.id IS NULL)
    FROM oversight_case c JOIN (SELECT DISTINCT case_id, sensor FROM oversight_evidence) s ON s.case_id = c.id {_CLOSING}
    WHERE c.opened_at >= %(first)s AND c.opened_at < %(end)s GROUP BY s.sensor ORDER BY substr(s.sensor, 2)::int
"""
_DETECTED = """
    SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY c.opened_at - e.first)
    FROM oversight_case c JOIN (SELECT case_id, min(at) AS first FROM oversight_evidence GROUP BY 1) e ON e.case_id = c.id
    WHERE c.opened_at >= %(first)s AND c.opened_at < %(end)s
"""
_CLOSED = f"""
    SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY p.decided_at - c.opened_at)
    FROM oversight_case c {_CLOSING.removeprefix("LEFT ")} WHERE p.decided_at >= %(first)s AND p.decided_at < %(end)s
"""
_OPEN = f"SELECT count(*), min(c.opened_at) FROM oversight_case c {_CLOSING} WHERE p.id IS NULL"


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))
