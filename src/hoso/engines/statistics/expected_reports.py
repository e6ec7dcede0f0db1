"""Which reports are expected: of each data set and period one of every unit that reports on it and was there in the period,
as tables of a query; and by when each tier's is due.

`REPORTING` reads `asked_report` (data_set_id, iso, start_day, end_day, and what else there is); `DEADLINE` what
`due_parameters` gives.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from hoso.core.errors import HosoError
from hoso.core.periods.periods import Period
from hoso.engines.statistics.forms import forms
from hoso.engines.statistics.uids import DEFAULT_SPLIT
from hoso.engines.statistics.units import reach_for

REPORTING = """
    reporting AS (
        SELECT a.*, u.id AS unit_id, u.tier, u.facility_id,
               CASE WHEN u.id > 0 THEN u.id ELSE statistics_place_of(u.id, a.end_day) END AS place_id
        FROM asked_report a JOIN statistics_data_set s ON s.id = a.data_set_id JOIN statistics_unit u
          ON (u.tier = ANY (s.tiers)
              OR u.id IN (SELECT o.unit_id FROM statistics_data_set_unit o WHERE o.data_set_id = a.data_set_id))
         AND (u.valid_from IS NULL OR u.valid_from <= a.end_day) AND (u.valid_to IS NULL OR u.valid_to >= a.start_day)),
    reached AS (
        SELECT * FROM reporting WHERE %(everywhere)s OR place_id = ANY (%(reached_places)s::bigint[])
            OR facility_id = ANY (%(reached_facilities)s::bigint[]))
"""
DEADLINE = """
    deadline AS (
        SELECT * FROM unnest(%(due_sets)s::integer[], %(due_isos)s::text[], %(due_tiers)s::text[], %(due_days)s::date[])
            t(data_set_id, iso, tier, due))
"""
# Whether the report `r` came: joined to rows with data_set_id, iso, unit_id and tier.
COME = f"""
    LEFT JOIN statistics_period p ON p.iso = r.iso
    LEFT JOIN statistics_completion c ON (c.data_set_id, c.period_id, c.unit_id) = (r.data_set_id, p.id, r.unit_id)
        AND c.completed AND c.attribute_id = (SELECT id FROM statistics_split WHERE uid = '{DEFAULT_SPLIT}')
    LEFT JOIN deadline d ON (d.data_set_id, d.iso, d.tier) = (r.data_set_id, r.iso, r.tier)
"""


def reach_parameters(permission: str) -> dict[str, Any]:
    """What the running transaction's actor reaches."""
    reach = reach_for(permission)
    return {
        "everywhere": reach.everywhere,
        "reached_places": list(reach.places),
        "reached_facilities": list(reach.facilities),
    }


def due_parameters(asked: Iterable[tuple[int, str | None, Period]]) -> dict[str, Any]:
    """The last day on time by data set, period and tier, where it is known; `asked`: data set, its form, period."""
    rows = []
    for data_set, form, period in dict.fromkeys(asked):
        shipped = forms().get(form or "")
        for tier in shipped.deadlines if shipped else ():
            assert shipped is not None
            try:
                day = shipped.due(period, tier)
            except HosoError:
                continue  # the holidays of that year are not known
            if day is not None:
                rows.append((data_set, period.id, tier, day))
    return dict(zip(("due_sets", "due_isos", "due_tiers", "due_days"), _columns(rows), strict=True))


def _columns(rows: list[tuple[int, str, str, date]]) -> tuple[list[Any], ...]:
    return tuple([row[place] for row in rows] for place in range(4))
