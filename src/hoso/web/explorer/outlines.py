"""Outlines for the map: the provinces of the country, or the communes of one province, simplified as they are shipped."""

from typing import Any

from django.http import HttpResponse, JsonResponse

from hoso.core.errors import HosoError
from hoso.web.dhis2.asked_units import unit_tree
from hoso.web.dhis2.outlines import geometry_of
from hoso.web.routes import ActingRequest

TYPE = "application/geo+json"


def outlines(request: ActingRequest, uid: str) -> HttpResponse:
    """The units below a unit as a FeatureCollection, each named by its id; of no person and nobody's figures.

    Raises HosoError HS7034 for what is no unit.
    """
    one = unit_tree().get(uid)
    if one is None:
        raise HosoError("HS7034", dimension="place", name=uid[:60])
    features: list[dict[str, Any]] = []
    for child in one.thing["children"]:
        geometry = geometry_of(child)
        if geometry is not None:
            properties = {"name": child["id"], "title": child["name"]}
            features.append({"type": "Feature", "id": child["id"], "properties": properties, "geometry": geometry})
    answer = JsonResponse({"type": "FeatureCollection", "features": features}, content_type=TYPE)
    answer["Cache-Control"] = "private, max-age=86400"
    return answer
