"""Which units lie within others, of all times (`places_within`)."""

from django.db import connection


def units_within(place_ids: list[int]) -> dict[int, int]:
    """Every unit whose whole territory lies in one of these (earlier names of it, units that were merged into it): by its id
    the one it lies in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT held, start FROM unnest(%s::bigint[]) AS start, unnest(places_within(ARRAY[start])) AS held ORDER BY 1, 2",
            [place_ids],
        )
        return dict(cursor.fetchall())
