"""What decides how figures add up, beside the question: keys outside every total, and what lies above each place.

Definitions change seldom and without an act: they are looked at once a second, and read again when a row of theirs changed.
"""

from pathlib import Path
from typing import Any

from django.db import connection

from hoso.core.facts.store import Store

# Without a breakdown only the option `total` counts, of nested options the first (the second rule of ADR 120's third).
_UNCOUNTED = """
    SELECT s.id FROM statistics_split s JOIN statistics_combo c ON c.id = s.combo_id WHERE EXISTS (
        SELECT 1 FROM unnest(c.dimensions, s.options) t(dimension, option)
        JOIN statistics_dimension d ON d.id = t.dimension JOIN statistics_option o ON o.id = d.options[1]
        WHERE d.kind <> 'partition'
          AND (t.option <> d.options[1] OR d.kind = 'overlapping' AND o.code NOT LIKE '%%.total'))
"""
_ABOVE = """
    WITH RECURSIVE above(place, above, parent) AS (
        SELECT id, id, parent_id FROM places_place
        UNION ALL SELECT a.place, p.id, p.parent_id FROM above a JOIN places_place p ON p.id = a.parent)
    SELECT place, above FROM above
"""
_TABLES = ("statistics_split", "statistics_combo", "statistics_dimension", "statistics_option", "places_place")
_STAMP = "SELECT " + ", ".join(
    f"(SELECT count(*) || ':' || coalesce(sum(hashtext(xmin::text || ctid::text)::bigint), 0) FROM {name})"
    for name in _TABLES
)


class Rules:
    """Beside the facts of a store: the tables `uncounted(split)` and `above(place, above)`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stamp: tuple[Any, ...] = ()

    def refresh(self) -> bool:
        """Read them again where they changed; says whether they did."""
        with connection.cursor() as cursor:
            cursor.execute(_STAMP)
            stamp = cursor.fetchone()
            if stamp == self._stamp:
                return False
            path = self._store.folder / "rules.csv"
            for name, declared, query in (
                ("uncounted", "split INTEGER", _UNCOUNTED.replace("%%", "%")),
                ("above", "place BIGINT, above BIGINT", _ABOVE),
            ):
                _copy(cursor, query, path)
                self._store.put_beside(name, declared, path)
            path.unlink()
            self._stamp = stamp
        return True


def _copy(cursor: Any, query: str, path: Path) -> None:
    with path.open("wb") as target, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy:
        for part in copy:
            target.write(part)
