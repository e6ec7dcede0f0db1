"""Reports expected, come and come in time, by data set, period and unit, from what was said to be complete.

Expected is one report of every unit that reports on the data set and was there in the period. Of a data set with several
kinds of period the first counts. In time is by the deadline of the unit's own tier; where none is known nothing is late.
"""

from collections.abc import Callable
from decimal import Decimal

from django.db import connection

from hoso.core.periods.kinds import PeriodType
from hoso.core.periods.periods import Period, period_of
from hoso.engines.statistics.analytics.membership import MEMBERS, members_of, unit_parameters
from hoso.engines.statistics.analytics.question import AskedPeriod, Cell, Scope, rounded
from hoso.engines.statistics.expected_reports import COME, DEADLINE, REPORTING, due_parameters, reach_parameters

# Expected, come, come in time; on today's map a split unit's report counts in each part by its share.
Counts = tuple[int | Decimal, int | Decimal, int | Decimal]


def _rate(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    return rounded(Decimal(100 * part) / whole) if whole else None


RATES: dict[str, Callable[[int | Decimal, int | Decimal, int | Decimal], Decimal | None]] = {
    "EXPECTED_REPORTS": lambda expected, come, timely: Decimal(expected),
    "ACTUAL_REPORTS": lambda expected, come, timely: Decimal(come),
    "ACTUAL_REPORTS_ON_TIME": lambda expected, come, timely: Decimal(timely),
    "REPORTING_RATE": lambda expected, come, timely: _rate(come, expected),
    "REPORTING_RATE_ON_TIME": lambda expected, come, timely: _rate(timely, expected),
    # Of the reports that came: says nothing of units that do not take part yet. Not one of DHIS2's.
    "TIMELINESS": lambda expected, come, timely: _rate(timely, come),
}


def report_counts(data_set: int, scope: Scope) -> dict[Cell, Counts]:
    """Of one data set; only what the running transaction's actor reaches is expected."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT form, period_kinds[1], valid_from, valid_to FROM statistics_data_set WHERE id = %s",
            [data_set],
        )
        form, kind, first, last = cursor.fetchone()
        asked = [
            (one.label, period)
            for one in scope.periods
            for period in _within(one, PeriodType(kind))
            if (first is None or period.end >= first) and (last is None or period.end <= last)
        ]
        cursor.execute(
            _STATEMENT,
            {
                **unit_parameters(scope.units),
                **due_parameters((data_set, form, period) for _, period in asked),
                **reach_parameters("statistics.read"),
                "data_set": data_set,
                "labels": [label for label, _ in asked],
                "isos": [period.id for _, period in asked],
                "starts": [period.start for _, period in asked],
                "ends": [period.end for _, period in asked],
            },
        )
        return {
            Cell(period, unit): (expected, come, timely) for period, unit, expected, come, timely in cursor.fetchall()
        }


_STATEMENT = f"""
    WITH {MEMBERS}, {DEADLINE},
    asked_report AS (
        SELECT %(data_set)s::integer AS data_set_id, t.*
        FROM unnest(%(labels)s::text[], %(isos)s::text[], %(starts)s::date[], %(ends)s::date[])
            t(pe, iso, start_day, end_day)),
    {REPORTING},
    member AS ({members_of("reached")})
    SELECT r.pe, r.ou, count(*), count(c.day), count(c.day) FILTER (WHERE d.due IS NULL OR c.day <= d.due)
    FROM member r {COME}
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
