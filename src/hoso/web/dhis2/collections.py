"""Lists and single objects of metadata: fields, filter, order, paging."""

from collections.abc import Callable

from django.http import HttpResponse, JsonResponse, QueryDict

from hoso.core.errors import HosoError
from hoso.web.dhis2.fields import Fields, parse_fields, select
from hoso.web.dhis2.filters import filtered, paged
from hoso.web.dhis2.objects import (
    Thing,
    UnitsAsked,
    catalogue_objects,
    period_types,
    unit_group_sets,
    unit_groups_with_units,
    unit_levels,
    unit_objects,
)
from hoso.web.dhis2.outlines import geometry_of
from hoso.web.dhis2.parameters import PAGES, day, is_wished, only
from hoso.web.dhis2.system import own_units
from hoso.web.routes import ActingRequest

OWN: dict[str, Callable[[], list[Thing]]] = {
    "organisationUnits": unit_objects,
    "organisationUnitLevels": unit_levels,
    "periodTypes": period_types,
    "organisationUnitGroups": unit_groups_with_units,
    "organisationUnitGroupSets": unit_group_sets,
}
COLLECTIONS = (
    *OWN,
    "categoryOptions",
    "categories",
    "categoryCombos",
    "categoryOptionCombos",
    "dataElements",
    "dataSets",
    "indicators",
    "indicatorTypes",
)
# Collections of DHIS2 that clients ask for and that hold nothing here.
EMPTY = frozenset({"dataElementGroups", "indicatorGroups", "programs",
                   "programIndicators", "visualizations", "optionSets", "validationRules"})  # fmt: skip
LIST_FIELDS = ["id,displayName"]
LIST_PARAMETERS = frozenset({"fields", "filter", "order", "query", "rootJunction", "level", "maxLevel"})
OF_UNITS = frozenset({"userOnly", "userDataViewOnly", "userDataViewFallback", "withinUserHierarchy"})
# Of this house alone: the tree as it was on a day, or with all units that ever were.
IN_TIME = frozenset({"date", "includeClosed"})
AROUND = ("includeAncestors", "includeChildren", "includeDescendants")


def things(collection: str) -> list[Thing]:
    """Every object of a collection. Raises HosoError HS7003 where there is no such collection."""
    if collection in OWN:
        return OWN[collection]()
    if collection in EMPTY:
        return []
    if collection not in COLLECTIONS:
        raise HosoError("HS7003", thing="collection", name=collection[:60])
    return catalogue_objects()[collection]


def listed(request: ActingRequest, collection: str) -> HttpResponse:
    """One page of a collection."""
    only(request, LIST_PARAMETERS, PAGES, OF_UNITS | IN_TIME if collection == "organisationUnits" else ())
    wanted = parse_fields(request.GET.getlist("fields") or LIST_FIELDS)
    every = _units(request.GET) if collection == "organisationUnits" else things(collection)
    found = filtered(narrowed(every, request), request.GET)
    page, pager = paged(found, request.GET, request.build_absolute_uri(request.path))
    _draw(collection, page, request)
    content: dict[str, object] = {collection: [select(thing, wanted) for thing in page]}
    return JsonResponse({"pager": pager, **content} if pager else content)


def single(request: ActingRequest, collection: str, uid: str) -> HttpResponse:
    """One object, all of it unless `fields` says otherwise; a unit also with those above, directly below or all below, and
    one that is closed too: values name it."""
    around = AROUND if collection == "organisationUnits" else ()
    only(request, "fields", around, IN_TIME if around else ())
    every = _units(request.GET) if around else things(collection)
    found = next((thing for thing in every if thing["id"] == uid), None)
    if found is None and around and not request.GET.get("date"):
        found = next((thing for thing in unit_objects(UnitsAsked(closed_too=True)) if thing["id"] == uid), None)
    if found is None:
        raise HosoError("HS7003", thing=collection, name=uid[:60])
    _draw(collection, [found], request)
    texts = request.GET.getlist("fields")
    asked = [name for name in around if request.GET.get(name, "").lower() == "true"]
    if asked:
        wanted = parse_fields(texts or LIST_FIELDS)
        return JsonResponse({collection: [select(one, wanted) for one in _around(found, asked)]})
    return JsonResponse(select(found, parse_fields(texts) if texts else Fields(everything=True)))


def _units(query: QueryDict) -> list[Thing]:
    """Raises HosoError HS7001 for a day that is none, or a day and all units together."""
    on, closed_too = query.get("date", ""), is_wished(query, "includeClosed")
    if on and closed_too:
        raise HosoError("HS7001", name="includeClosed", value="true")
    return unit_objects(UnitsAsked(day(on, "date") if on else None, closed_too))


def _around(unit: Thing, asked: list[str]) -> list[Thing]:
    """The unit and those around it, from the top down."""
    found = [*unit["ancestors"], unit] if "includeAncestors" in asked else [unit]
    below = list(unit["children"]) if {"includeChildren", "includeDescendants"} & set(asked) else []
    while below:
        found += below
        below = [child for one in below for child in one["children"]] if "includeDescendants" in asked else []
    return found


def _draw(collection: str, units: list[Thing], request: ActingRequest) -> None:
    """Add outlines where they are asked for by name."""
    if collection == "organisationUnits" and any("geometry" in text for text in request.GET.getlist("fields")):
        for unit in units:
            unit["geometry"] = geometry_of(unit)


def narrowed(found: list[Thing], request: ActingRequest) -> list[Thing]:
    """The further parameters of units: `level` (again and again), `maxLevel`, and those that mean the account's own."""
    if levels := request.GET.getlist("level"):
        found = [thing for thing in found if str(thing.get("level")) in levels]
    if (deepest := request.GET.get("maxLevel", "")).isdigit():
        found = [thing for thing in found if thing.get("level", 0) <= int(deepest)]
    own = set(own_units(request)) if any(request.GET.get(name, "").lower() == "true" for name in OF_UNITS) else None
    if own is not None and request.GET.get("withinUserHierarchy", "").lower() == "true":
        return [thing for thing in found if not own.isdisjoint(thing["path"].split("/"))]
    return found if own is None else [thing for thing in found if thing["id"] in own]
