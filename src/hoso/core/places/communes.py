"""Every commune of a day with what became of it: for lists whose rows each name one, and for processes without a database."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

LEVEL = 3  # of a commune; the models of this app cannot be loaded where there is no database


@dataclass(frozen=True, slots=True)
class Commune:
    """A unit, and the units of today that it is or became."""

    id: int
    heirs: frozenset[int]

    @property
    def now(self) -> int:
        """The unit of today; itself where it was split or where nothing is known of its heirs."""
        return next(iter(self.heirs)) if len(self.heirs) == 1 else self.id


def communes_on(day: date) -> dict[str, Commune]:
    """By code, the communes that stood on a day: the same as `place_at` and `now` for each of them, asked once for all."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE origin AS (
                SELECT p.id, p.code FROM places_place p WHERE p.level = %(level)s AND p.valid_from <= %(day)s
                    AND (p.valid_to IS NULL OR p.valid_to > %(day)s)
            ), heir AS (
                SELECT id AS origin, id FROM origin
                UNION
                SELECT heir.origin, next.id FROM heir
                JOIN places_place here ON here.id = heir.id AND here.valid_to <= %(today)s
                CROSS JOIN LATERAL (
                    SELECT s.new_id AS id FROM places_succession s WHERE s.old_id = heir.id
                    UNION ALL
                    SELECT c.id FROM places_place c WHERE here.level = 2 AND c.parent_id = heir.id
                ) next
            )
            SELECT o.code, o.id, array_agg(p.id) FILTER (WHERE p.id IS NOT NULL)
            FROM origin o JOIN heir ON heir.origin = o.id
            LEFT JOIN places_place p ON p.id = heir.id AND p.valid_from <= %(today)s
                AND (p.valid_to IS NULL OR p.valid_to > %(today)s)
            GROUP BY o.code, o.id
            """,
            {"level": LEVEL, "day": day, "today": date.today()},
        )
        return {code: Commune(id_, frozenset(heirs or ())) for code, id_, heirs in cursor.fetchall()}
