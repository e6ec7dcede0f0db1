"""The facilities for which somebody acts: where they hold a role for the present purpose, or which lie in their place."""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class OwnFacility:
    id: int
    name: str


def own_facilities(limit: int = 100) -> list[OwnFacility]:
    """By name; runs inside a transaction whose actor and purpose row security knows."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT f.id, f.name FROM access_assignments() a JOIN places_facility f ON f.id = a.facility_id
                OR (a.place_id IS NOT NULL AND f.id IN (
                    SELECT l.facility_id FROM places_facility_link l
                    WHERE l.place_id = ANY (places_within(ARRAY[a.place_id])) AND (l.valid_to IS NULL OR l.valid_to > current_date)))
            ORDER BY f.name, f.id LIMIT %s
            """,
            [limit],
        )
        return [OwnFacility(*row) for row in cursor.fetchall()]
