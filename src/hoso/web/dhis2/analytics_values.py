"""analytics/dataValueSet: the figures of analytics as data values that another DHIS2 takes in."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils import timezone

from hoso.engines.statistics.analytics.answer import Answered
from hoso.engines.statistics.analytics.question import Operand
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue
from hoso.engines.statistics.uids import UID
from hoso.web.dhis2.analytics import PARAMETERS, answered
from hoso.web.dhis2.analytics_grid import Asked, figure_text, in_order
from hoso.web.dhis2.parameters import only
from hoso.web.routes import ActingRequest

NEEDED = ("dx", "pe", "ou")
# A data value has no numerator, no metadata, and is named by the ids it was asked by.
NOT_HERE = frozenset(
    {"skipMeta", "hierarchyMeta", "includeNumDen", "includeMetadataDetails", "displayProperty", "outputIdScheme",
     "outputOrgUnitIdScheme", "outputDataElementIdScheme"}
)  # fmt: skip
MADE, ESTIMATED = "[aggregated]", "[aggregated, estimated]"


def figures(request: ActingRequest) -> HttpResponse:
    """GET: the question of analytics, with items, periods and units as dimensions. Raises HosoError HS7036 for one of them
    that is a filter or missing, and as `answered`."""
    only(request, tuple(name for name in PARAMETERS if name not in NOT_HERE))
    catalogue = read_catalogue()
    asked, found = answered(request, catalogue, NEEDED)
    unrounded, now = request.GET.get("skipRounding") == "true", timezone.now()
    operands = {one.label for one in asked.items if isinstance(one, Operand)}
    told = [
        {
            **_named(one, asked, catalogue, operands),
            "period": one.cell.period,
            "orgUnit": one.cell.unit,
            "value": figure_text(one.figure, one.item in operands, unrounded),
            "storedBy": MADE,
            "created": _moment(now),
            "lastUpdated": _moment(now),
            "comment": ESTIMATED if one.estimated else MADE,
        }
        for one in in_order(found, asked, request.GET)
    ]
    return JsonResponse({"dataValues": told})


def _named(one: Answered, asked: Asked, catalogue: Catalogue, operands: set[str]) -> dict[str, Any]:
    """The element, and its keys where the question named them or broke down by them."""
    element, _, keys = one.item.partition(".") if one.item in operands else (one.item, "", "")
    split, _, attribute = keys.partition(".")
    named = {"categoryOptionCombo": split, "attributeOptionCombo": attribute}
    if "co" in asked.columns:
        named["categoryOptionCombo"] = catalogue.splits[one.cell.split].uid
    if "ao" in asked.columns:
        named["attributeOptionCombo"] = catalogue.splits[one.cell.attribute].uid
    return {"dataElement": element, **{name: uid for name, uid in named.items() if UID.fullmatch(uid)}}


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000%z")
