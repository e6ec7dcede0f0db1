"""A question as one SQL statement over the facts: the rules of `analytics/reported.py`, each only where it can matter.

Amounts are whole numbers of one scale, so every sum is exact; what is divided is divided by whoever asked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hoso.engines.statistics.cube.question import Asked

LATEST, EARLIEST = "last_day * 1000000 + first_day", "first_day * 1000000 + last_day"
# How a unit's figures become one over time, where that is a step of its own.
IN_TIME = {
    "LAST": f"arg_max(amount, {LATEST})",
    "LAST_AVERAGE_ORG_UNIT": f"arg_max(amount, {LATEST})",
    "FIRST": f"arg_min(amount, {EARLIEST})",
    "FIRST_AVERAGE_ORG_UNIT": f"arg_min(amount, {EARLIEST})",
    "MIN_SUM_ORG_UNIT": "min(amount)",
    "MAX_SUM_ORG_UNIT": "max(amount)",
    "AVERAGE_SUM_ORG_UNIT": "sum(amount)",
}
ACROSS = {"MIN": "min(amount)", "MAX": "max(amount)", "COUNT": "count(*)"}  # otherwise sum(amount)
SQUARED = frozenset({"STDDEV", "VARIANCE"})


# What is asked, as tables.
_GIVEN = (
    """operand AS (
        SELECT unnest(range(len($elements))) AS op, unnest($elements::INTEGER[]) AS element,
               unnest($splits_of::INTEGER[]) AS of_split, unnest($attributes_of::INTEGER[]) AS of_attribute,
               unnest($consolidated::BOOLEAN[]) AS consolidated)""",
    """span AS (
        SELECT unnest($period_labels::INTEGER[]) AS pe, unnest($periods::INTEGER[]) AS period,
               unnest($first_days::BIGINT[]) AS first_day, unnest($last_days::BIGINT[]) AS last_day,
               unnest($kinds::INTEGER[]) AS kind, unnest($ranks::INTEGER[]) AS rank)""",
    """asked_place AS (
        SELECT DISTINCT a.ou, w.held AS place FROM within w JOIN (
            SELECT unnest($place_labels::INTEGER[]) AS ou, unnest($places::BIGINT[]) AS place) a USING (place))""",
    "asked_unit AS (SELECT unnest($unit_labels::INTEGER[]) AS ou, unnest($units::BIGINT[]) AS unit)",
    "asked_whole AS (SELECT unnest($whole_labels::INTEGER[]) AS ou)",
)


@dataclass(frozen=True, slots=True)
class Needed:
    """Which rules can matter for a question: several kinds of period were reported, or units above others; the scale of
    the amounts."""

    kinds: bool
    tiers: bool
    scale: int


def statement(asked: Asked, rows: str, needed: Needed) -> str:
    """Gives op, pe, ou, split, attribute, total, weight, squares; its parameters: `parameters`."""
    steps = [*_GIVEN, f"stored AS ({_stored(asked, rows, needed.scale)})"]
    last = "stored"
    for name, made in (
        ("laid", _laid(asked, needed.tiers)), ("member", _members(asked)), ("own", _OWN if needed.tiers else ""),
        ("chosen", _CHOSEN if needed.kinds else ""), ("over_time", _over_time(asked.way)),
    ):  # fmt: skip
        if made:
            steps.append(f"{name} AS ({made.replace('_before_', last)})")
            last = name
    split = "split" if asked.splits is not None else "0"
    attribute = "attribute" if asked.attributes is not None else "0"
    squares = "sum(amount::HUGEINT * amount)" if asked.way in SQUARED else "0"
    by_weight, weight = (", weight", "weight") if asked.way == "AVERAGE_SUM_ORG_UNIT" else ("", "count(*)")
    return (
        f"WITH {', '.join(steps)} SELECT op, pe, ou, {split}, {attribute}, {ACROSS.get(asked.way, 'sum(amount)')},"
        f" {weight}, {squares} FROM {last} GROUP BY op, pe, ou"
        f"{', split' if split == 'split' else ''}{', attribute' if attribute == 'attribute' else ''}{by_weight}"
    )


def parameters(asked: Asked, text: str) -> Mapping[str, Any]:
    """Those that the statement names: columns of the question."""
    return {name: getattr(asked, name) for name in set(re.findall(r"\$(\w+)", text))}


def _stored(asked: Asked, rows: str, scale: int) -> str:
    amount = "f.mantissa"
    if scale:
        powers = " ".join(f"WHEN {one} THEN {10 ** (scale - one)}::HUGEINT" for one in range(scale + 1))
        amount = f"f.mantissa::HUGEINT * CASE f.scale {powers} END"
    kept = ["(o.of_split IS NULL OR f.split = o.of_split)", "(o.of_attribute IS NULL OR f.attribute = o.of_attribute)"]
    if asked.splits is None:
        kept.append("(o.of_split IS NOT NULL OR f.split NOT IN (SELECT split FROM uncounted))")
    elif asked.splits:
        kept.append("(o.of_split IS NOT NULL OR list_contains($splits::INTEGER[], f.split))")
    if asked.attributes:
        kept.append("list_contains($attributes::INTEGER[], f.attribute)")
    if not asked.everywhere:
        kept.append(
            "(f.place IN (SELECT unnest($seen_places::BIGINT[])) OR f.unit IN (SELECT unnest($seen_units::BIGINT[])))"
        )
    periods = ", ".join(map(str, sorted(set(asked.periods)))) or "NULL"
    return (
        "SELECT o.op, o.consolidated, s.pe, s.first_day, s.last_day, s.kind, s.rank, f.period, f.place, f.unit, f.split,"
        f" f.attribute, {amount} AS amount FROM (SELECT * FROM ({rows}) WHERE period IN ({periods})) f"
        f" JOIN operand o ON o.element = f.element JOIN span s ON s.period = f.period WHERE {' AND '.join(kept)}"
    )


def _laid(asked: Asked, tiers: bool) -> str:
    """Of a unit that moved, the one figure that is taken belongs where the unit then lay; what stands above it, too."""
    if not (asked.places or tiers) or not asked.way.startswith(("LAST", "FIRST")):
        return ""
    lay = f"arg_max(place, {LATEST})" if asked.way.startswith("LAST") else f"arg_min(place, {EARLIEST})"
    return f"""
        SELECT b.* REPLACE (coalesce(l.place, b.place) AS place) FROM _before_ b LEFT JOIN (
            SELECT op, pe, unit, {lay} AS place FROM _before_ GROUP BY op, pe, unit HAVING min(place) <> max(place)
        ) l ON l.op = b.op AND l.pe = b.pe AND l.unit = b.unit
    """


def _members(asked: Asked) -> str:
    """Each fact once under every label it belongs to."""
    parts = []
    if asked.places:
        parts.append("SELECT a.ou, b.* FROM _before_ b JOIN asked_place a ON a.place = b.place")
    if asked.units:
        once = "WHERE NOT EXISTS (SELECT 1 FROM asked_place p WHERE p.ou = a.ou AND p.place = b.place)"
        parts.append(
            f"SELECT a.ou, b.* FROM _before_ b JOIN asked_unit a ON a.unit = b.unit {once if asked.places else ''}"
        )
    if asked.whole_labels:
        parts.append("SELECT a.ou, b.* FROM _before_ b CROSS JOIN asked_whole a")
    return " UNION ALL ".join(parts) or "SELECT 0 AS ou, b.* FROM _before_ b WHERE false"


# A unit's own figure stands for what lies below it, for the same period and key.
_OWN = """
    SELECT b.* FROM _before_ b ANTI JOIN (
        SELECT DISTINCT m.op, m.pe, m.ou, m.period, m.split, m.attribute, m.unit
        FROM _before_ m JOIN above a ON a.place = m.place AND (a.above <> m.place OR m.unit < 0)
        JOIN (SELECT * FROM _before_ WHERE unit > 0) w
          ON w.unit = a.above AND w.op = m.op AND w.pe = m.pe AND w.ou = m.ou AND w.period = m.period
         AND w.split = m.split AND w.attribute = m.attribute
        WHERE m.consolidated
    ) s USING (op, pe, ou, period, split, attribute, unit)
"""
# The asked period itself where the unit reported it, otherwise the shortest kind that it reported within.
_CHOSEN = """
    SELECT * FROM _before_
    QUALIFY kind = arg_min(kind, rank) OVER (PARTITION BY op, pe, ou, unit, attribute)
"""


def _over_time(way: str) -> str:
    if way not in IN_TIME:
        return ""
    return (
        f"SELECT op, pe, ou, unit, split, attribute, {IN_TIME[way]} AS amount, count(*) AS weight FROM _before_"
        " GROUP BY op, pe, ou, unit, split, attribute"
    )
