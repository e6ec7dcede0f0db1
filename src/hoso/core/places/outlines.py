"""Outlines of today's provinces and communes for maps, read from TopoJSON: shared borders are stored once, as whole numbers.

Origin and cautions: definitions/places/ORIGIN.md. TopoJSON: https://github.com/topojson/topojson-specification.
"""

import json
from functools import cache
from typing import Any

from hoso.core.definitions import definitions_folder

FILES = {"province": "vn_provinces_34.topojson", "commune": "vn_communes_3321.topojson"}
Point = list[float]
Geometry = dict[str, Any]


def outline_of(tier: str, code: str) -> Geometry | None:
    """The GeoJSON geometry of a unit as it is today, in WGS 84; None where there is none."""
    shape = _Shapes.of(tier).found.get(code) if tier in FILES else None
    return None if shape is None else _Shapes.of(tier).geometry(shape)


class _Shapes:
    """One file: its borders in whole numbers, decoded to degrees when a unit is asked for."""

    def __init__(self, tier: str) -> None:
        path = definitions_folder() / "places" / "geo" / FILES[tier]
        given: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        transform = given.get("transform", {"scale": (1, 1), "translate": (0, 0)})
        self._scale, self._origin = transform["scale"], transform["translate"]
        self._arcs: list[list[list[int]]] = given.get("arcs", [])
        shapes = (shape for one in given.get("objects", {}).values() for shape in one["geometries"])
        self.found: dict[str, Any] = {shape["properties"]["code"]: shape for shape in shapes}

    @staticmethod
    @cache
    def of(tier: str) -> "_Shapes":
        return _Shapes(tier)

    def geometry(self, shape: dict[str, Any]) -> Geometry:
        arcs = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        return {"type": "MultiPolygon", "coordinates": [[self._ring(ring) for ring in polygon] for polygon in arcs]}

    def _ring(self, numbers: list[int]) -> list[Point]:
        """A closed ring from arcs; below 0 is the arc of the complement, backwards. Arcs share their end points."""
        ring: list[Point] = []
        for number in numbers:
            points = self._line(number) if number >= 0 else self._line(~number)[::-1]
            ring += points if not ring else points[1:]
        return ring

    def _line(self, number: int) -> list[Point]:
        x = y = 0
        line = []
        for step in self._arcs[number]:
            x, y = x + step[0], y + step[1]
            line.append([
                round(x * self._scale[0] + self._origin[0], 5), round(y * self._scale[1] + self._origin[1], 5),
            ])  # fmt: skip
        return line
