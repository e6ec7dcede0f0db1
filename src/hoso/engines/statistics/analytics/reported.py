"""Reported figures added up over time, units and splits, by one query for each way of adding up.

Three things are never counted twice:
- a figure reported for a month, a quarter and the year: the asked period itself counts where it was reported, otherwise
  the shortest kind of period that the unit reported within it;
- a figure reported by communes and again by their province: of forms that several tiers report, a unit's own figure
  stands for what lies below it;
- figures of a dimension whose options overlap: without a breakdown its option `total` counts, or of nested options the
  first, and where there is neither there is no total.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from hoso.engines.statistics.analytics.membership import MEMBERS, members_of, unit_parameters
from hoso.engines.statistics.analytics.question import Cell, Figures, Operand, Scope

LAST = "(array_agg(number ORDER BY end_day DESC, start_day DESC))[1]"
FIRST = "(array_agg(number ORDER BY start_day, end_day))[1]"
# Of a sample, over every figure that counts (DHIS2's way): a single one has no spread.
SQUARES = "ARRAY[sum(number), sum(number * number)]"
SPREAD = "(sum(amount[2]) * sum(weight) - sum(amount[1]) * sum(amount[1])) / (sum(weight) * (sum(weight) - 1))"
# Name of DHIS2: how a unit's figures become one over time, how the units' become one.
AGGREGATIONS: dict[str, tuple[str, str]] = {
    "SUM": ("sum(number)", "sum(amount)"),
    "AVERAGE": ("sum(number)", "sum(amount) / sum(weight)"),
    "AVERAGE_SUM_ORG_UNIT": ("sum(number) / count(*)", "sum(amount)"),
    "LAST": (LAST, "sum(amount)"),
    "LAST_AVERAGE_ORG_UNIT": (LAST, "sum(amount) / count(*)"),
    "FIRST": (FIRST, "sum(amount)"),
    "FIRST_AVERAGE_ORG_UNIT": (FIRST, "sum(amount) / count(*)"),
    "COUNT": ("count(*)::numeric", "sum(amount)"),
    "MIN": ("min(number)", "min(amount)"),
    "MAX": ("max(number)", "max(amount)"),
    "MIN_SUM_ORG_UNIT": ("min(number)", "sum(amount)"),
    "MAX_SUM_ORG_UNIT": ("max(number)", "sum(amount)"),
    "VARIANCE": (SQUARES, f"CASE WHEN sum(weight) > 1 THEN {SPREAD} END"),
    "STDDEV": (SQUARES, f"CASE WHEN sum(weight) > 1 THEN sqrt({SPREAD}) END"),
    "NONE": (
        "sum(number)",
        "CASE WHEN sum(weight) = 1 THEN sum(amount) END",
    ),  # what may not be added up, where it stands alone
}
OWN_WAY = {"sum": "SUM", "last": "LAST", "cumulative": "LAST", "average": "AVERAGE", "none": "NONE"}


def reported_figures(operands: Iterable[Operand], scope: Scope) -> Figures:
    """The figures in reach of the running transaction; what nobody reported is not there."""
    found: Figures = {}
    by_way: dict[str, list[Operand]] = {}
    for operand in operands:
        found[operand.label] = {}
        by_way.setdefault(operand.aggregation, []).append(operand)
    with connection.cursor() as cursor:
        for way, together in by_way.items():
            cursor.execute(_statement(way, scope), value_parameters(together, scope))
            for label, period, unit, split, attribute, figure in cursor.fetchall():
                if figure is not None:
                    found[label][Cell(period, unit, split, attribute)] = figure
    return found


def _statement(way: str, scope: Scope) -> str:
    in_time, across = AGGREGATIONS[way]
    split = "split_id" if scope.breakdown.splits is not None else "0"
    attribute = "attribute_id" if scope.breakdown.attributes is not None else "0"
    return f"""
        {chosen_values(way)},
        over_time AS (
            SELECT op, pe, ou, unit_id, split_id, attribute_id, {in_time} AS amount, count(*) AS weight
            FROM chosen WHERE kind = counted GROUP BY op, pe, ou, unit_id, split_id, attribute_id)
        SELECT op, pe, ou, {split}, {attribute}, {across} FROM over_time GROUP BY 1, 2, 3, 4, 5
    """


def chosen_values(way: str) -> str:
    """The beginning of a statement, as far as `chosen`: the stored values from which figures are made, where `kind` is
    `counted`. Its parameters: `value_parameters`."""
    # Of a unit that moved, the one figure that is taken belongs where the unit then lay.
    order = "end_day DESC, s.start_day DESC" if way.startswith("LAST") else "start_day, s.end_day"
    lay = f"first_value(v.place_id) OVER (PARTITION BY o.op, s.pe, v.unit_id ORDER BY s.{order})"
    place = lay if way.startswith(("LAST", "FIRST")) else "v.place_id"
    return f"""
        WITH RECURSIVE {MEMBERS},
        counting AS (
            SELECT s.id FROM statistics_split s JOIN statistics_combo c ON c.id = s.combo_id WHERE NOT EXISTS (
                SELECT 1 FROM unnest(c.dimensions, s.options) t(dimension, option)
                JOIN statistics_dimension d ON d.id = t.dimension JOIN statistics_option o ON o.id = d.options[1]
                WHERE d.kind <> 'partition'
                  AND (t.option <> d.options[1] OR d.kind = 'overlapping' AND o.code NOT LIKE '%%.total'))),
        operand AS (
            SELECT * FROM unnest(%(labels)s::text[], %(elements)s::int[], %(splits)s::int[], %(attributes)s::int[])
                t(op, element_id, split, attribute)),
        consolidated AS (
            SELECT DISTINCT m.element_id FROM statistics_data_set_element m JOIN statistics_data_set d ON d.id = m.data_set_id
            WHERE cardinality(d.tiers) > 1),
        span AS (
            SELECT a.label AS pe, p.id AS period_id, p.start_day, p.end_day, p.kind,
                   bool_or(p.start_day = a.start_day AND p.end_day = a.end_day) AS whole
            FROM statistics_period p
            JOIN unnest(%(period_labels)s::text[], %(starts)s::date[], %(ends)s::date[]) a(label, start_day, end_day)
              ON p.start_day >= a.start_day AND p.end_day <= a.end_day
            GROUP BY 1, 2),
        stored AS (
            SELECT o.op, s.pe, v.unit_id, {place} AS place_id, v.element_id, v.period_id, v.split_id, v.attribute_id, v.number,
                   s.start_day, s.end_day, s.kind, s.whole
            FROM operand o JOIN statistics_value v ON v.element_id = o.element_id JOIN span s USING (period_id)
            WHERE NOT v.deleted AND v.number IS NOT NULL
              AND CASE WHEN o.split IS NOT NULL THEN v.split_id = o.split
                       WHEN %(kept_splits)s::int[] IS NULL THEN v.split_id IN (SELECT id FROM counting)
                       ELSE %(kept_splits)s::int[] = '{{}}' OR v.split_id = ANY (%(kept_splits)s::int[]) END
              AND (o.attribute IS NULL OR v.attribute_id = o.attribute)
              AND (%(kept_attributes)s::int[] IS NULL OR %(kept_attributes)s::int[] = '{{}}'
                   OR v.attribute_id = ANY (%(kept_attributes)s::int[]))),
        member AS MATERIALIZED ({members_of("stored")}),
        above(place_id, unit_id, reports) AS (
            SELECT DISTINCT m.place_id, CASE WHEN m.unit_id > 0 THEN p.parent_id ELSE p.id END, m.unit_id > 0
            FROM member m JOIN places_place p ON p.id = m.place_id
            UNION SELECT a.place_id, p.parent_id, a.reports FROM above a JOIN places_place p ON p.id = a.unit_id
            WHERE p.parent_id IS NOT NULL),
        -- Which figures lie below which unit is told first, and looked up as a whole: row by row, or units by units before
        -- one lies above the other, the time would grow with their square.
        below AS MATERIALIZED (
            SELECT m.op, m.pe, m.ou, m.unit_id, m.period_id, m.split_id, m.attribute_id, a.unit_id AS upper
            FROM member m JOIN consolidated USING (element_id)
            JOIN above a ON a.place_id = m.place_id AND a.reports = (m.unit_id > 0)),
        covered AS MATERIALIZED (
            SELECT DISTINCT b.op, b.pe, b.ou, b.unit_id, b.period_id, b.split_id, b.attribute_id
            FROM below b JOIN member w ON w.unit_id = b.upper AND w.op = b.op AND w.pe = b.pe AND w.ou = b.ou
              AND w.period_id = b.period_id AND w.split_id = b.split_id AND w.attribute_id = b.attribute_id),
        own AS (
            SELECT m.* FROM member m LEFT JOIN covered c USING (op, pe, ou, unit_id, period_id, split_id, attribute_id)
            WHERE c.op IS NULL),
        chosen AS (
            SELECT *, first_value(kind) OVER (PARTITION BY op, pe, ou, unit_id, attribute_id
                                              ORDER BY whole DESC, end_day - start_day, kind) AS counted
            FROM own)
    """


def value_parameters(operands: Sequence[Operand], scope: Scope) -> dict[str, Any]:
    """What a statement of these operands is given."""
    periods = [(asked.label, period) for asked in scope.periods for period in asked.periods]
    splits, attributes = scope.breakdown.splits, scope.breakdown.attributes
    return {
        **unit_parameters(scope.units),
        "labels": [one.label for one in operands],
        "elements": [one.element for one in operands],
        "splits": [one.split for one in operands],
        "attributes": [one.attribute for one in operands],
        "period_labels": [label for label, _ in periods],
        "starts": [period.start for _, period in periods],
        "ends": [period.end for _, period in periods],
        "kept_splits": None if splits is None else list(splits),
        "kept_attributes": None if attributes is None else list(attributes),
    }
