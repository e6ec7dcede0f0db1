"""The reported values behind a figure: those, and only those, from which it was made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from hoso.engines.statistics.analytics.question import Operand, Scope
from hoso.engines.statistics.analytics.reported import chosen_values, value_parameters

MOST_FACTS = 200
WHOLE = Decimal(1)
EQUAL = "="


@dataclass(frozen=True, slots=True)
class Fact:
    """One stored value: what it is about by id and name, and who wrote it as it stands.

    `unit_until` is the unit's last day where it is no more. On today's map `share` is the part of the unit that counts, and
    `share_from` says who gave it: empty for one that is whole, `EQUAL` where nobody did.
    """

    element: str
    element_name: str
    period: str
    unit: str
    unit_name: str
    split: str
    split_name: str
    attribute: str
    figure: Decimal
    entered_by: str
    entered_at: datetime
    unit_until: date | None = None
    share: Decimal = WHOLE
    share_from: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """The first `MOST_FACTS` in the order of units and periods, and how many there are."""

    listed: tuple[Fact, ...]
    count: int


def facts_behind(operand: Operand, scope: Scope, shares: Mapping[str, Decimal] | None = None) -> Facts:
    """Of everything that the scope asks for together, in reach of the running transaction; `shares` by the label of the units.

    Of a figure that takes the last (or first) value of each unit those values alone.
    """
    shares = shares or {}
    with connection.cursor() as cursor:
        cursor.execute(_statement(operand.aggregation), {**value_parameters([operand], scope), "most": MOST_FACTS})
        found = cursor.fetchall()
        # Not joined: beside an estimate of one row the view of all units would be read again for every value.
        cursor.execute(
            "SELECT id, uid, name, valid_to FROM statistics_unit WHERE id = ANY (%s)", [[row[1] for row in found]]
        )
        units = {number: (uid, name, until) for number, uid, name, until in cursor.fetchall()}
        sources = _share_sources(cursor, [row[1] for row in found if shares.get(row[2], WHOLE) != WHOLE])
    listed = []
    for row in found:
        uid, name, until = units[row[1]]
        share = shares.get(row[2], WHOLE)
        origin = sources.get(row[1], "") if share != WHOLE else ""
        listed.append(Fact(*(*row[3:6], uid, name, *row[6:], until, share, origin)))
    return Facts(tuple(listed), found[0][0] if found else 0)


def _share_sources(cursor: Any, units: list[int]) -> dict[int, str]:
    """Of administrative units that were split, or went into one that was: who gave the shares."""
    cursor.execute(
        """
        WITH RECURSIVE step(unit, new_id, share, origin, source) AS (
            SELECT old_id, new_id, share, origin, share_source FROM places_share WHERE old_id = ANY (%s)
            UNION
            SELECT b.unit, s.new_id, s.share, s.origin, s.share_source FROM step b JOIN places_share s ON s.old_id = b.new_id)
        SELECT unit, string_agg(DISTINCT coalesce(nullif(source, ''), '='), '; ') FROM step
        WHERE origin <> 'whole' AND share <> 1 GROUP BY unit
        """,
        [units],
    )
    return dict(cursor.fetchall())


def _statement(way: str) -> str:
    order = "c.end_day DESC, c.start_day DESC" if way.startswith("LAST") else "c.start_day, c.end_day"
    only = "place = 1" if way.startswith(("LAST", "FIRST")) else "true"
    return f"""
        {chosen_values(way)},
        used AS MATERIALIZED (
            SELECT c.*, row_number() OVER (PARTITION BY c.op, c.pe, c.ou, c.unit_id, c.split_id, c.attribute_id
                                           ORDER BY {order}) AS place
            FROM chosen c WHERE c.kind = c.counted)
        SELECT count(*) OVER (), c.unit_id, c.ou, e.uid, e.name, p.iso, s.uid, s.name, t.uid, c.number, w.actor, w.at
        FROM used c
        JOIN statistics_value v USING (unit_id, period_id, element_id, split_id, attribute_id)
        JOIN statistics_element e ON e.id = c.element_id JOIN statistics_period p ON p.id = c.period_id
        JOIN statistics_split s ON s.id = c.split_id JOIN statistics_split t ON t.id = c.attribute_id
        JOIN statistics_act w ON w.id = v.act_id
        WHERE {only}
        ORDER BY c.unit_id, c.start_day, c.end_day, s.name LIMIT %(most)s
    """
