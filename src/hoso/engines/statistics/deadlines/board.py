"""The board of who is late: every expected report of the periods that ended in a month, and how it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.statistics.deadlines.due_periods import ASKED_REPORT, AskedSet, asked_sets, period_columns
from hoso.engines.statistics.expected_reports import COME, DEADLINE, REPORTING, due_parameters, reach_parameters
from hoso.engines.statistics.units import find_units

PURPOSE = "statistics"
# How a report stands, in the order of who should act first.
STATUSES = {
    "missing": ("thiếu, đã quá hạn", "missing, past its day"),
    "late": ("nộp muộn", "came late"),
    "open": ("chưa đến hạn", "not due yet"),
    "on_time": ("đúng hạn", "on time"),
}
PAGE = 50


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """`month`: any day of the month in which the periods ended. `data_set` and `under` are ids; empty says nothing."""

    month: date
    data_set: str = ""
    status: str = ""
    under: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One expected report. `due` is None where no deadline is known; `state` where it stands in its approval."""

    asked: AskedSet
    unit: str
    unit_name: str
    tier: str
    due: date | None
    came: date | None
    state: str
    status: str


@dataclass(frozen=True, slots=True)
class Board:
    """`counts`: by data set and period how many reports stand how; `rows`: one page of those asked for, of `found`."""

    asked: tuple[AskedSet, ...]
    counts: Mapping[AskedSet, Mapping[str, int]]
    rows: tuple[BoardRow, ...]
    found: int
    totals: Mapping[str, int]
    everywhere: bool  # whether the actor sees every province


def read_board(actor: Actor, wanted: BoardFilter, today: date | None = None) -> Board:
    """Only units in reach. Raises HosoError: HS2001; HS7003 for a unit that is not there, HS9004 for no such status."""
    if wanted.status and wanted.status not in STATUSES:
        raise HosoError("HS9004", name="status", value=wanted.status[:40])
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.read", PURPOSE)
        first, last = _month(wanted.month)
        asked = asked_sets(cursor, first, last)
        parameters = _parameters(asked, wanted, today or timezone.localdate())
        cursor.execute(_COUNTS, parameters)
        counts: dict[AskedSet, dict[str, int]] = {}
        by_key = {(one.id, one.period.id): one for one in asked}
        for data_set, iso, status, number in cursor.fetchall():
            counts.setdefault(by_key[data_set, iso], {})[status] = number
        cursor.execute(_ROWS, parameters)
        rows = [BoardRow(by_key[data_set, iso], *rest) for data_set, iso, *rest in cursor.fetchall()]
        record_event(AuditEvent(actor, scope.role.key, PURPOSE, "read", object="statistics/deadlines", found=len(rows)))
    ordered = tuple(one for one in asked if one in counts)
    found = sum(
        number
        for one, by_status in counts.items()
        if wanted.data_set in ("", one.uid)
        for status, number in by_status.items()
        if wanted.status in ("", status)
    )
    totals = {status: sum(one.get(status, 0) for one in counts.values()) for status in STATUSES}
    return Board(ordered, counts, tuple(rows), found, totals, parameters["everywhere"])


def _month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _parameters(asked: list[AskedSet], wanted: BoardFilter, today: date) -> dict[str, Any]:
    under = []
    if wanted.under:
        under = [unit.id for unit in find_units("uid", [wanted.under]).get(wanted.under, [])]
        if not under:
            raise HosoError("HS7003", thing="orgUnit", name=wanted.under[:60])
    return {
        **period_columns(asked),
        **due_parameters((one.id, one.form, one.period) for one in asked),
        **reach_parameters("statistics.read"),
        "today": today,
        "under": under,
        "data_set": wanted.data_set,
        "status": wanted.status,
        "limit": PAGE,
        "offset": PAGE * (wanted.page - 1),
    }


_STOOD = f"""
    WITH {ASKED_REPORT}, {DEADLINE}, {REPORTING},
    stood AS (
        SELECT r.data_set_id, r.iso, r.end_day, r.unit_id, r.tier, p.id AS period_id, d.due, c.day AS came,
               CASE WHEN c.day IS NULL AND d.due < %(today)s THEN 'missing' WHEN c.day IS NULL THEN 'open'
                    WHEN c.day > d.due THEN 'late' ELSE 'on_time' END AS status
        FROM reached r {COME}
        WHERE %(under)s::bigint[] = '{{}}' OR r.unit_id = ANY (%(under)s::bigint[])
           OR r.place_id = ANY ((SELECT places_within(%(under)s::bigint[]))::bigint[]))
"""
_COUNTS = f"{_STOOD} SELECT data_set_id, iso, status, count(*) FROM stood GROUP BY 1, 2, 3"
_ROWS = f"""{_STOOD}
    SELECT s.data_set_id, s.iso, u.uid, u.name, s.tier, s.due, s.came, coalesce(a.state, ''), s.status
    FROM stood s JOIN statistics_unit u ON u.id = s.unit_id JOIN statistics_data_set n ON n.id = s.data_set_id
    LEFT JOIN statistics_report a ON (a.data_set_id, a.period_id, a.unit_id) = (s.data_set_id, s.period_id, s.unit_id)
    WHERE (%(data_set)s = '' OR n.uid = %(data_set)s) AND (%(status)s = '' OR s.status = %(status)s)
    ORDER BY array_position(ARRAY['missing', 'late', 'open', 'on_time'], s.status), s.due, u.name, n.name, s.unit_id, s.iso
    LIMIT %(limit)s OFFSET %(offset)s
"""
