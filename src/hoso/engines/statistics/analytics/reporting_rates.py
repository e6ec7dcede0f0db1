"""Reports expected, come and come in time, by data set, period and unit, from what was said to be complete.

Expected is one report of every unit that reports on the data set and was there in the period. Of a data set with several
kinds of period the first counts. In time is by the deadline of the unit's own tier; where none is known nothing is late.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal

from django.db import connection

from hoso.core.errors import HosoError
from hoso.core.periods.kinds import PeriodType
from hoso.core.periods.periods import Period, period_of
from hoso.engines.statistics.analytics.membership import MEMBERS, members_of, unit_parameters
from hoso.engines.statistics.analytics.question import AskedPeriod, Cell, Scope, rounded
from hoso.engines.statistics.forms import forms
from hoso.engines.statistics.uids import DEFAULT_SPLIT
from hoso.engines.statistics.units import reach_for

Counts = tuple[int, int, int]  # expected, come, come in time


def _rate(part: int, whole: int) -> Decimal | None:
    return rounded(Decimal(100 * part) / whole) if whole else None


RATES: dict[str, Callable[[int, int, int], Decimal | None]] = {
    "EXPECTED_REPORTS": lambda expected, come, timely: Decimal(expected),
    "ACTUAL_REPORTS": lambda expected, come, timely: Decimal(come),
    "ACTUAL_REPORTS_ON_TIME": lambda expected, come, timely: Decimal(timely),
    "REPORTING_RATE": lambda expected, come, timely: _rate(come, expected),
    "REPORTING_RATE_ON_TIME": lambda expected, come, timely: _rate(timely, expected),
}


def report_counts(data_set: int, scope: Scope) -> dict[Cell, Counts]:
    """Of one data set; only what the running transaction's actor reaches is expected."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT form, period_kinds[1], tiers, valid_from, valid_to FROM statistics_data_set WHERE id = %s",
            [data_set],
        )
        form, kind, tiers, first, last = cursor.fetchone()
        asked = [
            (one.label, period)
            for one in scope.periods
            for period in _within(one, PeriodType(kind))
            if (first is None or period.end >= first) and (last is None or period.end <= last)
        ]
        due = list(_due_days(form, [period for _, period in asked]))
        reach = reach_for("statistics.read")
        cursor.execute(
            _STATEMENT,
            {
                **unit_parameters(scope.units),
                "data_set": data_set,
                "tiers": tiers,
                "labels": [label for label, _ in asked],
                "isos": [period.id for _, period in asked],
                "starts": [period.start for _, period in asked],
                "ends": [period.end for _, period in asked],
                "due_isos": [iso for iso, _, _ in due],
                "due_tiers": [tier for _, tier, _ in due],
                "due_days": [day for _, _, day in due],
                "everywhere": reach.everywhere,
                "reached_places": list(reach.places),
                "reached_facilities": list(reach.facilities),
            },
        )
        return {
            Cell(period, unit): (expected, come, timely) for period, unit, expected, come, timely in cursor.fetchall()
        }


_STATEMENT = f"""
    WITH {MEMBERS},
    asked_report AS (
        SELECT * FROM unnest(%(labels)s::text[], %(isos)s::text[], %(starts)s::date[], %(ends)s::date[])
            t(pe, iso, start_day, end_day)),
    deadline AS (
        SELECT * FROM unnest(%(due_isos)s::text[], %(due_tiers)s::text[], %(due_days)s::date[]) t(iso, tier, due)),
    reporting AS (
        SELECT a.pe, a.iso, a.end_day, u.id AS unit_id, u.tier, u.facility_id,
               CASE WHEN u.id > 0 THEN u.id ELSE statistics_place_of(u.id, a.end_day) END AS place_id
        FROM asked_report a JOIN statistics_unit u
          ON (u.tier = ANY (%(tiers)s::text[])
              OR u.id IN (SELECT unit_id FROM statistics_data_set_unit WHERE data_set_id = %(data_set)s))
         AND (u.valid_from IS NULL OR u.valid_from <= a.end_day) AND (u.valid_to IS NULL OR u.valid_to >= a.start_day)),
    reached AS (
        SELECT * FROM reporting WHERE %(everywhere)s OR place_id = ANY (%(reached_places)s::bigint[])
            OR facility_id = ANY (%(reached_facilities)s::bigint[])),
    member AS ({members_of("reached")})
    SELECT m.pe, m.ou, count(*), count(c.day), count(c.day) FILTER (WHERE d.due IS NULL OR c.day <= d.due)
    FROM member m
    LEFT JOIN statistics_period p ON p.iso = m.iso
    LEFT JOIN statistics_completion c ON c.data_set_id = %(data_set)s AND c.period_id = p.id AND c.unit_id = m.unit_id
        AND c.completed AND c.attribute_id = (SELECT id FROM statistics_split WHERE uid = '{DEFAULT_SPLIT}')
    LEFT JOIN deadline d ON d.iso = m.iso AND d.tier = m.tier
    GROUP BY 1, 2
"""


def _within(asked: AskedPeriod, kind: PeriodType) -> list[Period]:
    """The periods of a kind that lie in the asked ones, each once."""
    found = {}
    for whole in asked.periods:
        period = period_of(
            kind, whole.start if kind is not PeriodType.NINE_MONTH else whole.start.replace(month=1, day=1)
        )
        if period.start < whole.start:
            period = period.next()
        while period.end <= whole.end:
            found[period.id] = period
            period = period.next()
    return list(found.values())


def _due_days(form: str | None, periods: Iterable[Period]) -> Iterator[tuple[str, str, date]]:
    """Of each period and tier the last day on time, where it is known."""
    shipped = forms().get(form or "")
    if shipped is None:
        return
    for period in {one.id: one for one in periods}.values():
        for tier in shipped.deadlines:
            try:
                day = shipped.due(period, tier)
            except HosoError:
                continue  # the holidays of that year are not known
            if day is not None:
                yield period.id, tier, day
