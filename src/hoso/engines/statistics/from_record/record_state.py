"""Counting how many people have a record and of how many it is fresh, month by month, by where they live (plan 2698).

The database counts and gives back no person; what it wrote is read as figures (`analytics/record_counts.py`).
"""

from datetime import date

from django.db import connection, transaction

from hoso.core.access.labels import withheld_mask
from hoso.core.periods.kinds import PeriodType
from hoso.core.periods.periods import period_of

DESTINATION = "statistics"  # of definitions/sensitivity/destinations.yaml


def count_record_state(today: date) -> int:
    """Count for the running month, and for the last one where nobody did. Gives how many units were written."""
    running = period_of(PeriodType.MONTH, today)
    with transaction.atomic(), connection.cursor() as cursor:
        written = 0
        for month in (running.previous(), running):
            cursor.execute(
                "SELECT statistics_count_record(%s, %s, %s, %s)",
                [month.id, month.start, month.end, withheld_mask(DESTINATION)],
            )
            written += cursor.fetchone()[0]
        return written
