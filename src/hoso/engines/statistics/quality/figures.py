"""The figures that rules and outliers look at: by unit and period, as a form has them."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hoso.engines.statistics.hints import Key
from hoso.engines.statistics.uids import DEFAULT_SPLIT

# Numbers of units; None: every unit that the actor sees in these places or under them.
Stored = dict[tuple[int, str], dict[Key, Decimal]]


def figures_of(
    cursor: Any,
    rows: Iterable[str],
    periods: Sequence[str],
    units: Sequence[int] | None = None,
    under: Sequence[int] = (),
) -> Stored:
    """By unit and period, of reports without attributes; only what row security shows. `units` None: all, or those in and below the places `under`."""
    cursor.execute(
        """
        SELECT v.unit_id, p.iso, e.code, v.number,
               ARRAY(SELECT split_part(o.code, '.', 2) FROM unnest(s.options) WITH ORDINALITY t(id, place)
                     JOIN statistics_option o ON o.id = t.id ORDER BY t.place)
        FROM statistics_value v JOIN statistics_element e ON e.id = v.element_id AND e.code = ANY (%(rows)s)
        JOIN statistics_period p ON p.id = v.period_id AND p.iso = ANY (%(periods)s)
        JOIN statistics_split s ON s.id = v.split_id
        JOIN statistics_split t ON t.id = v.attribute_id AND t.uid = %(whole)s
        WHERE NOT v.deleted AND v.number IS NOT NULL
          AND (%(units)s::bigint[] IS NULL OR v.unit_id = ANY (%(units)s::bigint[]))
          AND (%(under)s::bigint[] = '{}' OR v.place_id = ANY ((SELECT places_within(%(under)s::bigint[]))::bigint[]))
        """,
        {
            "whole": DEFAULT_SPLIT,
            "rows": sorted(set(rows)),
            "periods": list(periods),
            "units": None if units is None else list(units),
            "under": list(under),
        },
    )
    found: Stored = {}
    for unit, iso, row, number, options in cursor.fetchall():
        found.setdefault((unit, iso), {})[row, tuple(options)] = number
    return found


def figures_at(stored: Mapping[tuple[int, str], Mapping[Key, Decimal]], unit: int, iso: str) -> Mapping[Key, Decimal]:
    return stored.get((unit, iso), {})
