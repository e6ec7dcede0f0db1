"""What decides how figures add up, beside the question: keys outside every total, what lies above each place, what within it.

Definitions change seldom and without an act: they are looked at once a second, and read again when a row of theirs changed.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from hoso.core.database.stamps import table_stamps
from hoso.core.facts.store import Store

# Without a breakdown only the option `total` counts, of nested options the first (the second rule of ADR 120's third).
_UNCOUNTED = """
    SELECT s.id FROM statistics_split s JOIN statistics_combo c ON c.id = s.combo_id WHERE EXISTS (
        SELECT 1 FROM unnest(c.dimensions, s.options) t(dimension, option)
        JOIN statistics_dimension d ON d.id = t.dimension JOIN statistics_option o ON o.id = d.options[1]
        WHERE d.kind <> 'partition'
          AND (t.option <> d.options[1] OR d.kind = 'overlapping' AND o.code NOT LIKE '%.total'))
"""
_ABOVE = """
    WITH RECURSIVE above(place, above, parent) AS (
        SELECT id, id, parent_id FROM places_place
        UNION ALL SELECT a.place, p.id, p.parent_id FROM above a JOIN places_place p ON p.id = a.parent)
    SELECT place, above FROM above
"""
# What `places_within` gives, for every place at once.
_WITHIN = """
    WITH RECURSIVE step(place, held) AS MATERIALIZED (
        SELECT parent_id, id FROM places_place WHERE parent_id IS NOT NULL
        UNION SELECT new_id, old_id FROM places_succession WHERE relation <> 'split'
        UNION SELECT old_id, new_id FROM places_succession WHERE relation IN ('same', 'renamed')),
    within(place, held) AS (
        SELECT id, id FROM places_place
        UNION SELECT w.place, s.held FROM within w JOIN step s ON s.place = w.held)
    SELECT place, held FROM within
"""


@dataclass(frozen=True)
class Rule:
    """A table beside the facts; `made_of`: where a row that changes may change it."""

    name: str
    declared: str
    query: str
    made_of: tuple[str, ...]


RULES = (
    Rule(
        "uncounted", "split INTEGER", _UNCOUNTED,
        ("statistics_split", "statistics_combo", "statistics_dimension", "statistics_option"),
    ),
    Rule("above", "place BIGINT, above BIGINT", _ABOVE, ("places_place",)),
    Rule("within", "place BIGINT, held BIGINT", _WITHIN, ("places_place", "places_succession")),
)  # fmt: skip


class Rules:
    """Beside the facts of a store: the tables of `RULES`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stamps: dict[str, str] = {}

    def refresh(self) -> set[str]:
        """Read those again whose rows changed; gives their names."""
        path = self._store.folder / "rules.csv"
        with connection.cursor() as cursor:
            stamps = table_stamps(cursor, (name for rule in RULES for name in rule.made_of))
            changed = [rule for rule in RULES if any(stamps[one] != self._stamps.get(one) for one in rule.made_of)]
            for rule in changed:
                _copy(cursor, rule.query, path)
                self._store.put_beside(rule.name, rule.declared, path)
                path.unlink()
        self._stamps = stamps
        return {rule.name for rule in changed}


def _copy(cursor: Any, query: str, path: Path) -> None:
    with path.open("wb") as target, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy:
        for part in copy:
            target.write(part)
