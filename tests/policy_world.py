"""A small world for the policy: facilities, places, persons and records, and the facts a decision needs of each row.

The facts are gathered by plain code from what was written, never by the SQL under test.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hoso.core.access.decisions import Facts
from hoso.core.access.rules import State

TYPE = 1


@dataclass
class Row:
    """One resource of the store."""

    person_id: int
    place_id: int
    sensitivity: int
    encounter: str
    id: str


@dataclass
class World:
    """Places as (id, ids above it), care as (person, facility, last day), rows."""

    above: dict[int, frozenset[int]]
    cares: list[tuple[int, int, date]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def facts(self, row: Row) -> Facts:
        today = date.today()
        cares: set[tuple[int, State]] = {
            (facility, "in_treatment" if last >= today else "closed")
            for person, facility, last in self.cares
            if person == row.person_id
        }
        places = frozenset({row.place_id}) | self.above.get(row.place_id, frozenset())
        return Facts(row.person_id, row.sensitivity, row.encounter, places, frozenset(cares))

    def file(self, cursor: Any) -> None:
        """Write everything as whoever may file; the caller acts as the intake service."""
        for person, facility, last in self.cares:
            cursor.execute(
                "INSERT INTO access_care_relation (person_id, source_person_id, facility_id, kind, first_day, last_day,"
                " package_id) VALUES (%s, %s, %s, 'visit', %s, %s, 1) ON CONFLICT DO NOTHING",
                [person, person, facility, last - timedelta(days=3), last],
            )
        cursor.executemany(
            "INSERT INTO records_resource (person_id, type, id, version, last_updated, happened, encounter, source_person_id,"
            " facility_id, place_id, sensitivity, package_id, source_table, source_line, hash, body)"
            " VALUES (%s, %s, %s, 1, now(), now(), %s, %s, 1, %s, %s, 1, 1, 1, '', '')",
            [
                (row.person_id, TYPE, row.id, row.encounter, row.person_id, row.place_id, row.sensitivity)
                for row in self.rows
            ],
        )
