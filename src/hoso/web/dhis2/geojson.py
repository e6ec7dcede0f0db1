"""organisationUnits.geojson: the outlines of units as a FeatureCollection; units without one are left out, as in DHIS2."""

from typing import Any

from django.http import HttpResponse, JsonResponse

from hoso.core.errors import HosoError
from hoso.web.dhis2.collections import LIST_PARAMETERS, narrowed
from hoso.web.dhis2.filters import filtered
from hoso.web.dhis2.objects import Thing, unit_objects
from hoso.web.dhis2.outlines import geometry_of
from hoso.web.dhis2.parameters import PAGES, only
from hoso.web.routes import ActingRequest

TYPE = "application/geo+json"


def features(request: ActingRequest) -> HttpResponse:
    """GET by `level` (again and again), `parent` (all below it, and itself) and `filter`."""
    only(request, LIST_PARAMETERS, PAGES, "parent")
    units = unit_objects()
    if parent := request.GET.get("parent", ""):
        if not any(unit["id"] == parent for unit in units):
            raise HosoError("HS7003", thing="organisationUnits", name=parent[:60])
        units = [unit for unit in units if parent in unit["path"].split("/")]
    found = filtered(narrowed(units, request), request.GET)
    told = [feature for unit in found if (feature := _feature(unit)) is not None]
    return JsonResponse({"type": "FeatureCollection", "features": told}, content_type=TYPE)


def feature(request: ActingRequest, uid: str) -> HttpResponse:
    """GET one unit; its geometry is null where it has no outline."""
    only(request, "fields")
    unit = next((unit for unit in unit_objects() if unit["id"] == uid), None)
    if unit is None:
        raise HosoError("HS7003", thing="organisationUnits", name=uid[:60])
    return JsonResponse({**_told(unit), "geometry": geometry_of(unit)}, content_type=TYPE)


def _feature(unit: Thing) -> dict[str, Any] | None:
    geometry = geometry_of(unit)
    return None if geometry is None else {**_told(unit), "geometry": geometry}


def _told(unit: Thing) -> dict[str, Any]:
    parents = [one["id"] for one in unit["ancestors"]]
    return {
        "type": "Feature",
        "id": unit["id"],
        "properties": {
            "code": unit["code"],
            "name": unit["name"],
            "level": str(unit["level"]),
            "parent": parents[-1] if parents else "",
            "parentGraph": "/".join(parents),
            "groups": [one["id"] for one in unit["organisationUnitGroups"]],
        },
    }
