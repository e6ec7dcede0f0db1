"""Lists and single objects of metadata: fields, filter, order, paging."""

from collections.abc import Callable

from django.http import HttpResponse, JsonResponse

from hoso.core.errors import HosoError
from hoso.web.dhis2.fields import Fields, parse_fields, select
from hoso.web.dhis2.filters import filtered, paged
from hoso.web.dhis2.objects import Thing, catalogue_objects, period_types, unit_levels, unit_objects
from hoso.web.routes import ActingRequest

OWN: dict[str, Callable[[], list[Thing]]] = {
    "organisationUnits": unit_objects,
    "organisationUnitLevels": unit_levels,
    "periodTypes": period_types,
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
EMPTY = frozenset({"organisationUnitGroups", "organisationUnitGroupSets", "dataElementGroups", "indicatorGroups", "programs",
                   "programIndicators", "visualizations", "optionSets", "validationRules"})  # fmt: skip
LIST_FIELDS = ["id,displayName"]


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
    wanted = parse_fields(request.GET.getlist("fields") or LIST_FIELDS)
    found = filtered(_narrowed(things(collection), request), request.GET)
    page, pager = paged(found, request.GET, request.build_absolute_uri(request.path))
    content: dict[str, object] = {collection: [select(thing, wanted) for thing in page]}
    return JsonResponse({"pager": pager, **content} if pager else content)


def single(request: ActingRequest, collection: str, uid: str) -> HttpResponse:
    """One object, all of it unless `fields` says otherwise; of a unit also with its children or descendants."""
    found = next((thing for thing in things(collection) if thing["id"] == uid), None)
    if found is None:
        raise HosoError("HS7003", thing=collection, name=uid[:60])
    texts = request.GET.getlist("fields")
    return JsonResponse(select(found, parse_fields(texts) if texts else Fields(everything=True)))


def _narrowed(found: list[Thing], request: ActingRequest) -> list[Thing]:
    """The further parameters of units: `level` (again and again), `maxLevel`."""
    if levels := request.GET.getlist("level"):
        found = [thing for thing in found if str(thing.get("level")) in levels]
    if (deepest := request.GET.get("maxLevel", "")).isdigit():
        found = [thing for thing in found if thing.get("level", 0) <= int(deepest)]
    return found
