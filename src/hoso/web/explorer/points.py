"""What a map of points needs: where each row of an answer stands, exactly or at the centre of its commune."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from hoso.web.dhis2.asked_units import UnitItem
from hoso.web.dhis2.objects import ROOT
from hoso.web.explorer.mapping import Map, classed, map_of
from hoso.web.explorer.pivot import Pivot
from hoso.web.explorer.question import Question

Spot = tuple[float, float, bool]  # longitude, latitude, whether it is the centre of the commune in place of its own


@dataclass(frozen=True, slots=True)
class Points:
    """`spots`: by the id of the row, as JSON; `centred`: how many rows stand at the centre of their commune for want of
    coordinates; `nowhere`: rows that stand nowhere, their figures are in the table alone."""

    map: Map
    spots: str
    centred: int
    nowhere: int


def points_of(question: Question, pivot: Pivot) -> Points | None:
    """None where the rows are not places, or there are no figures."""
    if pivot.layout.rows != ("place",) or len(pivot.layout.columns) > 1:
        return None
    units = {row[0]: question.units[row[0]] for row in pivot.rows if row[0] in question.units}
    drawn = classed(_outline(units), pivot)
    if drawn is None:
        return None
    spots = _spots({uid: one.number for uid, one in units.items()})
    centred = sum(centre for *_, centre in spots.values())
    return Points(drawn, json.dumps(spots, separators=(",", ":")), centred, len(pivot.rows) - len(spots))


def drawn_on(question: Question, pivot: Pivot) -> dict[str, object]:
    """What the picture of the answer needs of a map (`map`, `points`), where it is shown as one."""
    points = points_of(question, pivot) if pivot.layout.show == "points" else None
    drawn = map_of(question, pivot) if pivot.layout.show == "map" else points and points.map
    return {"map": drawn, "points": points}


def _outline(units: Mapping[str, UnitItem]) -> str:
    """The province in which all lie, else the country: its parts are drawn beneath."""
    paths = [one.thing.get("path", "").split("/") for one in units.values()]
    provinces = {path[2] for path in paths if len(path) > 3}
    alone = len(provinces) == 1 and all(len(path) > 3 for path in paths)
    return provinces.pop() if alone else ROOT


def _spots(numbers: Mapping[str, int]) -> Mapping[str, Spot]:
    names = {number: uid for uid, number in numbers.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id, p.longitude, p.latitude, false FROM places_place p
            WHERE p.id = ANY (%(units)s::bigint[]) AND p.longitude IS NOT NULL
            UNION ALL
            SELECT -f.id, coalesce(f.longitude, p.longitude), coalesce(f.latitude, p.latitude), f.longitude IS NULL
            FROM places_facility f
            LEFT JOIN LATERAL (
                SELECT u.longitude, u.latitude FROM places_facility_link l JOIN places_place u ON u.id = l.place_id
                WHERE l.facility_id = f.id ORDER BY l.valid_to DESC NULLS FIRST LIMIT 1) p ON true
            WHERE -f.id = ANY (%(units)s::bigint[]) AND coalesce(f.longitude, p.longitude) IS NOT NULL
            """,
            {"units": list(names)},
        )
        rows: Sequence[tuple[int, float, float, bool]] = cursor.fetchall()
    return {names[number]: (longitude, latitude, centre) for number, longitude, latitude, centre in rows}
