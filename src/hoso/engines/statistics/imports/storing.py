"""Merging checked rows into the store: COPY into a temporary table, then one statement for each kind of change."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from hoso.core.periods.periods import Period
from hoso.engines.statistics.catalogue import Catalogue, Split
from hoso.engines.statistics.imports.checking import Checked, Combining
from hoso.engines.statistics.imports.options import Strategy
from hoso.engines.statistics.uids import split_uid

COLUMNS = {
    "row_index": "integer",
    "group_number": "integer",
    "unit_id": "bigint",
    "period_id": "integer",
    "element_id": "integer",
    "split_id": "integer",
    "attribute_id": "integer",
    "place_id": "bigint",
    "facility_id": "bigint",
    "number": "numeric",
    "text": "text",
    "comment": "text",
    "follow_up": "boolean",
    "deleted": "boolean",
}
KEY = ("unit_id", "period_id", "element_id", "split_id", "attribute_id")
SAME = " AND ".join(f"v.{name} = s.{name}" for name in KEY)
KEYS = ", ".join(KEY)


class Store:
    """The staged rows of one import, inside its transaction."""

    def __init__(self, cursor: Any, catalogue: Catalogue) -> None:
        self._cursor = cursor
        self._catalogue = catalogue
        self._periods: dict[Period, int] = {}
        columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        cursor.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS statistics_stage ({columns}, known boolean) ON COMMIT DELETE ROWS"
        )
        cursor.execute("TRUNCATE statistics_stage")

    def stage(self, rows: Iterable[Checked]) -> None:
        """Put rows beside the store, keys and periods that are new noted first."""
        rows = list(rows)
        self._note_periods({row.period for row in rows} - self._periods.keys())
        # Before the COPY: nothing else may be asked of the connection while it runs.
        splits = [(self.number_of(row.split), self.number_of(row.attribute)) for row in rows]
        with self._cursor.copy(f"COPY statistics_stage ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(list(COLUMNS.values()))
            for row, (split, attribute) in zip(rows, splits, strict=True):
                number = row.value if isinstance(row.value, Decimal) else None
                text = row.value if isinstance(row.value, str) else None
                copy.write_row((
                    row.index, row.group, row.unit.id, self._periods[row.period], row.element.id, split, attribute,
                    row.place_id, row.unit.facility_id, number, text, row.comment, row.follow_up, row.deleted,
                ))  # fmt: skip

    def period_id(self, period: Period) -> int:
        self._note_periods({period} - self._periods.keys())
        return self._periods[period]

    def number_of(self, split: int | Combining) -> int:
        """The number of a key; one that nobody used before is noted."""
        if isinstance(split, int):
            return split
        known = self._catalogue.split_by_options.get(split)
        return known if known is not None else self._note_split(split)

    def drop_groups(self, groups: set[int]) -> list[int]:
        """Take the rows of refused reports out again; gives their indexes."""
        if not groups:
            return []
        self._cursor.execute(
            "DELETE FROM statistics_stage WHERE group_number = ANY (%s) RETURNING row_index", [list(groups)]
        )
        return [row[0] for row in self._cursor.fetchall()]

    def duplicates(self) -> list[tuple[str, list[int]]]:
        """Cells that the payload tells more than once: the element's uid and the rows."""
        self._cursor.execute("ANALYZE statistics_stage")
        self._cursor.execute(
            f"SELECT e.uid, d.rows FROM (SELECT element_id, array_agg(row_index ORDER BY row_index) AS rows"
            f" FROM statistics_stage GROUP BY {KEYS} HAVING count(*) > 1) d"
            " JOIN statistics_element e ON e.id = d.element_id ORDER BY d.rows LIMIT 1000"
        )
        return list(self._cursor.fetchall())

    def indexes(self) -> list[int]:
        self._cursor.execute("SELECT row_index FROM statistics_stage")
        return [row[0] for row in self._cursor.fetchall()]

    def against_strategy(self, strategy: Strategy) -> list[tuple[str, int]]:
        """Take out rows that the strategy leaves alone (there already, or not there yet); gives element and index."""
        self._cursor.execute(
            f"UPDATE statistics_stage s SET known = NOT v.deleted, comment = coalesce(s.comment, v.comment),"
            f" follow_up = coalesce(s.follow_up, v.follow_up) FROM statistics_value v WHERE {SAME}"
        )
        refused = {"create": "known", "update": "known IS NOT TRUE", "delete": "known IS NOT TRUE"}.get(strategy)
        if refused is None:
            return []
        self._cursor.execute(
            f"DELETE FROM statistics_stage s USING statistics_element e WHERE e.id = s.element_id AND ({refused})"
            " RETURNING e.uid, s.row_index"
        )
        return list(self._cursor.fetchall())

    def closed(self) -> list[tuple[str, int]]:
        """Take out rows of reports that were handed in or approved; gives element and index."""
        self._cursor.execute(
            "DELETE FROM statistics_stage s USING statistics_report r, statistics_data_set_element m, statistics_element e"
            " WHERE (r.period_id, r.unit_id) = (s.period_id, s.unit_id) AND e.id = s.element_id"
            " AND (m.data_set_id, m.element_id) = (r.data_set_id, s.element_id) AND NOT statistics_cell_open("
            "r.data_set_id, r.period_id, r.unit_id, s.element_id, s.split_id) RETURNING e.uid, s.row_index"
        )
        return list(self._cursor.fetchall())

    def merge(self, act_id: int) -> tuple[int, int, int]:
        """Write what is new or different: how many rows were new, changed, the same. Rows without a value only take
        back what is there."""
        self._cursor.execute(
            f"""
            WITH merged AS (
                INSERT INTO statistics_value AS v
                    ({KEYS}, place_id, facility_id, number, text, comment, follow_up, deleted, act_id, first_act_id)
                SELECT {KEYS}, place_id, facility_id, number, text, comment, coalesce(follow_up, false), deleted,
                       %(act)s, %(act)s
                FROM statistics_stage WHERE num_nonnulls(number, text) = 1 ORDER BY {KEYS}
                ON CONFLICT ({KEYS}) DO UPDATE SET number = excluded.number, text = excluded.text,
                    comment = excluded.comment, follow_up = excluded.follow_up, deleted = excluded.deleted,
                    place_id = excluded.place_id, act_id = excluded.act_id
                WHERE (v.number, v.text, v.comment, v.follow_up, v.deleted)
                    IS DISTINCT FROM (excluded.number, excluded.text, excluded.comment, excluded.follow_up, excluded.deleted)
                RETURNING xmax = 0 AS fresh)
            SELECT count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh) FROM merged
            """,
            {"act": act_id},
        )
        fresh, changed = self._cursor.fetchone()
        taken_back = self.take_back(act_id, "num_nonnulls(s.number, s.text) = 0")
        self._cursor.execute("SELECT count(*) FROM statistics_stage")
        return fresh, changed + taken_back, self._cursor.fetchone()[0] - fresh - changed - taken_back

    def take_back(self, act_id: int, which: str = "true") -> int:
        """Mark these values as taken back; they stay with their history."""
        self._cursor.execute(
            f"UPDATE statistics_value v SET deleted = true, act_id = %s FROM statistics_stage s"
            f" WHERE {SAME} AND NOT v.deleted AND {which}",
            [act_id],
        )
        return int(self._cursor.rowcount)

    def _note_periods(self, periods: set[Period]) -> None:
        if not periods:
            return
        rows = sorted((period.id, period.type.value, period.start, period.end) for period in periods)
        self._cursor.executemany(
            "INSERT INTO statistics_period (iso, kind, start_day, end_day) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (iso) DO NOTHING",
            rows,
        )
        self._cursor.execute("SELECT iso, id FROM statistics_period WHERE iso = ANY (%s)", [[row[0] for row in rows]])
        numbers = dict(self._cursor.fetchall())
        self._periods.update({period: numbers[period.id] for period in periods})

    def _note_split(self, key: Combining) -> int:
        combo, options = key
        uid = split_uid(self._catalogue.combo_uids[combo], [self._catalogue.option_uids[one] for one in options])
        self._cursor.execute(
            "INSERT INTO statistics_split (uid, name, combo_id, options)"
            " SELECT %s, string_agg(o.name, ', ' ORDER BY t.place), %s::int, %s::int[]"
            " FROM unnest(%s::int[]) WITH ORDINALITY t(id, place) JOIN statistics_option o ON o.id = t.id"
            " ON CONFLICT (combo_id, options) DO NOTHING",
            [uid, combo, list(options), list(options)],
        )
        self._cursor.execute(
            "SELECT id, uid FROM statistics_split WHERE combo_id = %s AND options = %s::int[]", [combo, list(options)]
        )
        number, uid = self._cursor.fetchone()
        self._catalogue.split_by_options[key] = number
        self._catalogue.splits[number] = Split(number, uid, combo, options)
        return int(number)
