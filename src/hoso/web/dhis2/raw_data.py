"""analytics/rawData: every stored value in reach, row by row and not added up, as DHIS2's grid.

As there: one row a value with its own period, the first and last day of it, its own unit. Unlike there: a period that is asked
takes in the values whose periods lie within it, where DHIS2 takes all from the first to the last period asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse, JsonResponse

from hoso.core.errors import HosoError
from hoso.core.periods.periods import Period, parse_period
from hoso.engines.statistics.analytics.data_items import find_item
from hoso.engines.statistics.analytics.question import Operand
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue
from hoso.engines.statistics.imports.options import read_options, read_scheme
from hoso.engines.statistics.naming import Naming, read_naming
from hoso.engines.statistics.queries import StoredValue, ValueFilter, read_values
from hoso.engines.statistics.value_types import written
from hoso.web.dhis2.analytics import MOST_ROWS, MOST_ROWS_EVER, parts, splits
from hoso.web.dhis2.analytics_grid import TITLES, as_csv, header
from hoso.web.dhis2.asked_periods import read_day, read_days, read_periods
from hoso.web.dhis2.asked_units import read_units, unit_tree
from hoso.web.dhis2.objects import LEVELS
from hoso.web.dhis2.parameters import is_wished, only
from hoso.web.dhis2.system import own_units
from hoso.web.routes import ActingRequest

PARAMETERS = (
    "dimension", "filter", "startDate", "endDate", "skipMeta", "skipData", "showHierarchy", "ignoreLimit", "inputIdScheme",
    "outputIdScheme", "outputOrgUnitIdScheme", "outputDataElementIdScheme", "relativePeriodDate",
)  # fmt: skip
DAYS = {"pestartdate": "Period start date", "peenddate": "Period end date"}
OUTPUT = {
    "outputIdScheme": "idScheme", "outputOrgUnitIdScheme": "orgUnitIdScheme",
    "outputDataElementIdScheme": "dataElementIdScheme",
}  # fmt: skip
KINDS = {"dx": "element", "ou": "unit", "co": "split", "ao": "attribute"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """`columns`: the dimensions in their order, the period always among them."""

    columns: Sequence[str]
    wanted: ValueFilter


def rows(request: ActingRequest) -> HttpResponse:
    """GET: JSON, or CSV by suffix or `format`. The dimensions dx (data elements), ou (with all below), pe or startDate and
    endDate, co, ao; a filter narrows without a column.

    Raises HosoError HS7001, HS7034 to HS7036, HS7038.
    """
    only(request, PARAMETERS)
    query = request.GET
    schemes = read_options(
        {ours: query[theirs] for theirs, ours in OUTPUT.items() if query.get(theirs, "").upper() not in ("", "UUID")}
    ).schemes
    asked, hierarchy = _read(request, read_catalogue()), is_wished(query, "showHierarchy")
    found = [] if is_wished(query, "skipData") else read_values(request.actor, asked.wanted)
    if asked.wanted.limit is not None and len(found) >= asked.wanted.limit:
        raise HosoError("HS7038", count=f"> {len(found) - 1}", limit=asked.wanted.limit - 1)
    units = {value.unit for value in found}
    told = _grid(asked, found, read_naming(schemes, units), _levels(units) if hierarchy else None)
    if not is_wished(query, "skipMeta"):
        told["metaData"] = _meta_data(asked, found, read_naming(dict.fromkeys(KINDS.values(), "name"), units))
    if "csv" in query.get("format", "") or request.path.endswith(".csv"):
        return HttpResponse(as_csv(told), content_type="application/csv; charset=utf-8")
    return JsonResponse(told)


def _read(request: ActingRequest, catalogue: Catalogue) -> _Asked:
    query = request.GET
    dimensions, filters = parts(query.getlist("dimension")), parts(query.getlist("filter"))
    both = {**filters, **dimensions}
    if twice := dimensions.keys() & filters.keys():
        raise HosoError("HS7036", what=min(twice))
    if missing := [name for name in ("dx", "ou") if not both.get(name)]:
        raise HosoError("HS7036", what=missing[0])
    today = read_day(query["relativePeriodDate"], "relativePeriodDate") if "relativePeriodDate" in query else None
    periods, days = read_periods(both.get("pe", []), today or date.today()), read_days(query)
    if bool(periods) == (days is not None):
        raise HosoError("HS7036", what="pe")
    numbers = [one.number for one in read_units(both["ou"], lambda: own_units(request)).values()]
    most = MOST_ROWS_EVER if is_wished(query, "ignoreLimit") else MOST_ROWS
    wanted = ValueFilter(
        elements=_elements(catalogue, both["dx"], query.get("inputIdScheme", "uid")),
        within=[(one.start, one.end) for one in ([days] if days else periods.values())],
        units=numbers,
        under=[number for number in numbers if number > 0],
        everywhere=0 in numbers,
        splits=splits(catalogue, "co", both) or (),
        attributes=splits(catalogue, "ao", both) or (),
        limit=most + 1,
    )
    return _Asked([*dimensions, *(["pe"] if "pe" not in dimensions else [])], wanted)


def _elements(catalogue: Catalogue, texts: Sequence[str], scheme: str) -> list[int]:
    """Raises HosoError HS7034 for what is no data element as a whole: a part of one is asked for by co and ao."""
    found = []
    for text in dict.fromkeys(texts):
        item = find_item(catalogue, text, read_scheme("inputIdScheme", scheme))
        if not isinstance(item, Operand) or (item.split, item.attribute) != (None, None):
            raise HosoError("HS7034", dimension="dx", name=text[:60])
        found.append(item.element)
    return found


def _levels(units: set[str]) -> Mapping[str, Sequence[str]]:
    """Of each unit of today the ids of those it lies in, the country first, itself last."""
    tree = unit_tree()
    return {uid: tree[uid].thing["path"].strip("/").split("/") for uid in units if uid in tree}


def _grid(
    asked: _Asked, found: Sequence[StoredValue], naming: Naming, levels: Mapping[str, Sequence[str]] | None
) -> dict[str, Any]:
    headers = [header(name, TITLES[name], True) for name in asked.columns]
    if levels is not None:
        headers += [header(f"oulevel{number}", title, True) for number, title in enumerate(LEVELS, 1)]
    headers += [{**header(name, title, False), "valueType": "DATETIME", "type": "java.util.Date"} for name, title in DAYS.items()]  # fmt: skip
    headers.append(header("value", "Value", False))
    cells: dict[str, Callable[[StoredValue], str]] = {
        "dx": lambda value: naming.of("element", value.element),
        "pe": lambda value: value.period,
        "ou": lambda value: naming.of("unit", value.unit),
        "co": lambda value: naming.of("split", value.split),
        "ao": lambda value: naming.of("attribute", value.attribute),
    }
    lines = []
    for value in found:
        period = parse_period(value.period)
        lines.append(
            [
                *(cells[name](value) for name in asked.columns),
                *(_above(levels, value.unit) if levels is not None else ()),
                *_days(period),
                written(value.number, value.text, value.value_type),
            ]
        )
    return {
        "headers": headers, "rows": lines, "width": len(headers), "height": len(lines), "headerWidth": len(headers),
    }  # fmt: skip


def _above(levels: Mapping[str, Sequence[str]], unit: str) -> list[str]:
    """A cell for each level; empty below the unit, and for a unit that is closed today."""
    path = levels.get(unit, ())
    return [*path, *[""] * (len(LEVELS) - len(path))]


def _days(period: Period) -> tuple[str, str]:
    return f"{period.start} 00:00:00.0", f"{period.end} 00:00:00.0"


def _meta_data(asked: _Asked, found: Sequence[StoredValue], names: Naming) -> dict[str, Any]:
    """What the ids in the rows are called."""
    items: dict[str, Any] = {name: {"name": TITLES[name]} for name in asked.columns}
    dimensions: dict[str, list[str]] = {"dx": [], "pe": sorted({value.period for value in found}), "ou": [], "co": []}
    items |= {period: {"uid": period, "name": period} for period in dimensions["pe"]}
    for name in asked.columns:
        if name == "pe":
            continue
        kind = KINDS[name]
        dimensions[name] = sorted({getattr(value, kind) for value in found})
        items |= {uid: {"uid": uid, "name": names.of(kind, uid)} for uid in dimensions[name]}
    return {"items": items, "dimensions": dimensions}
