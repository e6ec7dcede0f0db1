"""What several tiers report: of such an element a unit's own figure stands for what lies below it."""

from collections.abc import Iterable

from django.db import connection


def reported_by_tiers(elements: Iterable[int]) -> set[int]:
    """Those of the elements that stand in a form of several tiers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT m.element_id FROM statistics_data_set_element m JOIN statistics_data_set d ON d.id = m.data_set_id"
            " WHERE cardinality(d.tiers) > 1 AND m.element_id = ANY (%s)",
            [list(elements)],
        )
        return {element for (element,) in cursor.fetchall()}


def units_above() -> dict[int, int]:
    """Of each administrative unit the one it lies or lay in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, parent_id FROM places_place WHERE parent_id IS NOT NULL")
        return dict(cursor.fetchall())
