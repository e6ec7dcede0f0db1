"""The asked units as tables of a query: which places, facilities, or everything, belong to which label."""

from collections.abc import Sequence
from typing import Any

from hoso.engines.statistics.analytics.question import AskedUnits

MEMBERS = """
    asked_place AS (
        SELECT DISTINCT label, unnest(places_within(ARRAY[place])) AS place_id
        FROM unnest(%(place_labels)s::text[], %(places)s::bigint[]) t(label, place)),
    asked_facility AS (
        SELECT DISTINCT label, unit_id FROM unnest(%(facility_labels)s::text[], %(facilities)s::bigint[]) t(label, unit_id)),
    asked_alone AS (
        SELECT DISTINCT label, unit_id FROM unnest(%(alone_labels)s::text[], %(alone)s::bigint[]) t(label, unit_id)),
    asked_whole AS (SELECT DISTINCT label FROM unnest(%(whole_labels)s::text[]) t(label))
"""


def members_of(rows: str) -> str:
    """Each of these rows (with place_id and unit_id) once under every label it belongs to, as `ou`."""
    return f"""
        SELECT r.*, a.label AS ou FROM {rows} r JOIN asked_place a USING (place_id)
        UNION SELECT r.*, a.label FROM {rows} r JOIN asked_facility a USING (unit_id)
        UNION SELECT r.*, a.label FROM {rows} r JOIN asked_alone a USING (unit_id)
        UNION SELECT r.*, a.label FROM {rows} r CROSS JOIN asked_whole a
    """


def unit_parameters(units: Sequence[AskedUnits]) -> dict[str, Any]:
    """What `MEMBERS` is given."""
    places = [(one.label, place) for one in units for place in one.places]
    facilities = [(one.label, unit) for one in units for unit in one.facilities]
    alone = [(one.label, unit) for one in units for unit in one.alone]
    return {
        "alone_labels": [label for label, _ in alone],
        "alone": [unit for _, unit in alone],
        "place_labels": [label for label, _ in places],
        "places": [place for _, place in places],
        "facility_labels": [label for label, _ in facilities],
        "facilities": [unit for _, unit in facilities],
        "whole_labels": [one.label for one in units if one.whole],
    }
