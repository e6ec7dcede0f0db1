"""Which periods of which data sets are asked about on the board and by reminders."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from hoso.core.periods.kinds import PeriodType
from hoso.core.periods.periods import Period, period_of

LAST_MONTH_OF_NINE = 9


@dataclass(frozen=True, slots=True)
class AskedSet:
    """A data set with one of its periods; `form` is the key of the shipped form, if it is one."""

    id: int
    uid: str
    form: str | None
    title_vi: str
    title_en: str
    period: Period


def periods_ending(kind: PeriodType, first: date, last: date) -> Iterator[Period]:
    """The periods of a kind whose last day lies from `first` to `last`; nine months end in September alone."""
    if kind is PeriodType.NINE_MONTH:
        for year in range(first.year, last.year + 1):
            period = period_of(kind, date(year, 1, 1))
            if first <= period.end <= last:
                yield period
        return
    period = period_of(kind, first)
    while period.end <= last:
        yield period
        period = period.next()


def asked_sets(cursor: Any, first: date, last: date) -> list[AskedSet]:
    """Every data set that somebody reports on, with each of its periods that ends from `first` to `last`."""
    cursor.execute(
        "SELECT s.id, s.uid, s.form, s.name, s.name_en, s.period_kinds, s.valid_from, s.valid_to FROM statistics_data_set s"
        " WHERE s.tiers <> '{}' OR EXISTS (SELECT 1 FROM statistics_data_set_unit u WHERE u.data_set_id = s.id)"
        " ORDER BY s.name"
    )
    return [
        AskedSet(number, uid, form, name, name_en or name, period)
        for number, uid, form, name, name_en, kinds, valid_from, valid_to in cursor.fetchall()
        for kind in kinds
        for period in periods_ending(PeriodType(kind), first, last)
        if (valid_from is None or period.end >= valid_from) and (valid_to is None or period.end <= valid_to)
    ]


def period_columns(asked: list[AskedSet]) -> dict[str, Any]:
    """What `ASKED_REPORT` is given."""
    return {
        "sets": [one.id for one in asked],
        "isos": [one.period.id for one in asked],
        "starts": [one.period.start for one in asked],
        "ends": [one.period.end for one in asked],
    }


ASKED_REPORT = """
    asked_report AS (
        SELECT * FROM unnest(%(sets)s::integer[], %(isos)s::text[], %(starts)s::date[], %(ends)s::date[])
            t(data_set_id, iso, start_day, end_day))
"""
