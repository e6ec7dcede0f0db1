"""analytics: figures by data item, period and unit, worked out when they are asked for."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from operator import eq as equal
from operator import ge, gt, le, lt

from django.http import HttpResponse, JsonResponse, QueryDict

from hoso.core.errors import HosoError
from hoso.engines.statistics.analytics.answer import Answered, ask
from hoso.engines.statistics.analytics.data_items import DataItem, find_item
from hoso.engines.statistics.analytics.question import AskedPeriod, Breakdown, Places, Scope
from hoso.engines.statistics.analytics.reported import AGGREGATIONS
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue
from hoso.engines.statistics.imports.options import read_scheme
from hoso.web.dhis2.analytics_grid import Asked, as_csv, grid
from hoso.web.dhis2.asked_periods import read_day, read_days, read_periods
from hoso.web.dhis2.asked_units import read_units, union
from hoso.web.dhis2.parameters import PAGES, only
from hoso.web.dhis2.system import own_units
from hoso.web.routes import ActingRequest

PARAMETERS = (
    "dimension", "filter", "startDate", "endDate", "aggregationType", "measureCriteria", "skipMeta", "skipData",
    "skipRounding", "hierarchyMeta", "ignoreLimit", "includeNumDen", "includeMetadataDetails", "displayProperty",
    "outputIdScheme", "outputOrgUnitIdScheme", "outputDataElementIdScheme", "inputIdScheme", "relativePeriodDate", "order",
    "places",  # of this house alone: `today` asks on today's map
)  # fmt: skip
DIMENSIONS = frozenset({"dx", "pe", "ou", "co", "ao"})
MOST_ROWS, MOST_ROWS_EVER = 50_000, 1_000_000
CRITERIA = {"EQ": equal, "GT": gt, "GE": ge, "LT": lt, "LE": le}


def figures(request: ActingRequest) -> HttpResponse:
    """GET: the figures as DHIS2's grid; all cells are texts."""
    only(request, PARAMETERS, PAGES)
    query, catalogue = request.GET, read_catalogue()
    asked, kept = answered(request, catalogue)
    told = grid(asked, kept, catalogue, query)
    if "csv" in query.get("format", "") or request.path.endswith(".csv"):
        return HttpResponse(as_csv(told), content_type="application/csv; charset=utf-8")
    return JsonResponse(told)


def answered(request: ActingRequest, catalogue: Catalogue, needed: Sequence[str] = ()) -> tuple[Asked, list[Answered]]:
    """The question of the address, which must have the `needed` columns, and its figures, in no order.

    Raises HosoError HS7001, HS7034, HS7036, HS7038.
    """
    query = request.GET
    dimensions, filters = parts(query.getlist("dimension")), parts(query.getlist("filter"))
    asked = _read(request, catalogue, dimensions, filters)
    if missing := [name for name in needed if name not in asked.columns]:
        raise HosoError("HS7036", what=missing[0])
    found = [] if query.get("skipData") == "true" else ask(request.actor, asked.items, asked.scope, catalogue)
    kept = [one for one in found if _passes(one.figure, query.get("measureCriteria", ""))]
    limit = MOST_ROWS_EVER if query.get("ignoreLimit") == "true" else MOST_ROWS
    if len(kept) > limit:
        raise HosoError("HS7038", count=len(kept), limit=limit)
    return asked, kept


def parts(texts: Sequence[str]) -> dict[str, list[str]]:
    """The dimensions of the parameter and their items. Raises HosoError HS7034, HS7036."""
    found: dict[str, list[str]] = {}
    for text in (part for whole in texts for part in whole.split(",") if part):
        name, _, items = text.partition(":")
        if name not in DIMENSIONS:
            raise HosoError("HS7034", dimension="dimension", name=name[:60])
        if name in found:
            raise HosoError("HS7036", what=name)
        found[name] = [item for item in items.split(";") if item]
    return found


def _read(
    request: ActingRequest, catalogue: Catalogue, dimensions: Mapping[str, list[str]], filters: Mapping[str, list[str]]
) -> Asked:
    query = request.GET
    if twice := dimensions.keys() & filters.keys():
        raise HosoError("HS7036", what=min(twice))
    both = {**filters, **dimensions}
    for name in ("dx", "ou"):
        if not both.get(name):
            raise HosoError("HS7036", what=name)
    items = _items(query, catalogue, both["dx"])
    if "dx" in filters and len(items) > 1:
        raise HosoError("HS7036", what="filter=dx")
    today = (
        read_day(query["relativePeriodDate"], "relativePeriodDate") if "relativePeriodDate" in query else date.today()
    )
    periods, days = read_periods(both.get("pe", []), today), read_days(query)
    if bool(periods) == (days is not None):
        raise HosoError("HS7036", what="pe")
    if "pe" in dimensions:
        asked_periods = [AskedPeriod(label, (period,)) for label, period in periods.items()]
    else:
        asked_periods = [AskedPeriod("", (days,) if days else tuple(periods.values()))]
    units = read_units(both["ou"], lambda: own_units(request))
    asked_units = [one.asked(uid) for uid, one in units.items()] if "ou" in dimensions else [union(units)]
    breakdown = Breakdown(splits(catalogue, "co", both), splits(catalogue, "ao", both))
    columns = [name for name in dimensions if name != "pe" or periods]
    return Asked(columns, items, Scope(asked_periods, asked_units, breakdown, _places(query)), periods, units)


def _places(query: QueryDict) -> Places:
    match query.get("places", "as_reported"):
        case "as_reported" | "today" as places:
            return places
        case other:
            raise HosoError("HS7001", name="places", value=other[:40])


def _items(query: QueryDict, catalogue: Catalogue, texts: Sequence[str]) -> list[DataItem]:
    scheme, way = read_scheme("inputIdScheme", query.get("inputIdScheme", "uid")), query.get("aggregationType", "")
    if way == "DEFAULT":
        way = ""
    if way and way not in AGGREGATIONS:
        raise HosoError("HS7001", name="aggregationType", value=way[:40])
    return [find_item(catalogue, text, scheme, way) for text in dict.fromkeys(texts)]


def splits(catalogue: Catalogue, name: str, asked: Mapping[str, list[str]]) -> list[int] | None:
    """The numbers of the splits that are named; [] for all, None where the question does not break down by them."""
    if name not in asked:
        return None
    numbers = []
    for uid in asked[name]:
        number = catalogue.split_number("uid", uid)
        if number is None:
            raise HosoError("HS7034", dimension=name, name=uid[:60])
        numbers.append(number)
    return numbers


def _passes(figure: Decimal, criteria: str) -> bool:
    for text in criteria.split(";") if criteria else ():
        word, _, bound = text.partition(":")
        try:
            if not CRITERIA[word](figure, Decimal(bound)):
                return False
        except (KeyError, ArithmeticError) as error:
            raise HosoError("HS7001", name="measureCriteria", value=criteria[:40]) from error
    return True
