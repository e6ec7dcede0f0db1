"""dataValues: one value asked for, set or taken back; the way of the data entry app."""

from typing import Any

import orjson
from django.http import HttpResponse, JsonResponse, QueryDict

from hoso.core.errors import HosoError
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue
from hoso.engines.statistics.imports.options import ImportOptions
from hoso.engines.statistics.imports.report import ImportReport
from hoso.engines.statistics.imports.rows import Given, Group
from hoso.engines.statistics.imports.run import import_values
from hoso.engines.statistics.queries import ValueFilter, read_values
from hoso.engines.statistics.units import find_units
from hoso.engines.statistics.value_types import written
from hoso.web.dhis2.attributes import NAMED_BY, attribute_named, attribute_of
from hoso.web.dhis2.parameters import EVERYWHERE, only
from hoso.web.dhis2.value_sets import needs_credential
from hoso.web.dhis2.web_message import web_message
from hoso.web.routes import ActingRequest

CELL = frozenset({"de", "pe", "ou", "co", "ao", "ds"}) | NAMED_BY
SAID = ("value", "comment", "followUp")
NAMES = {
    "dataElement": "de", "period": "pe", "orgUnit": "ou", "categoryOptionCombo": "co", "attributeOptionCombo": "ao",
    "dataSet": "ds",
}  # fmt: skip


def read(request: ActingRequest) -> HttpResponse:
    """GET: the value as a list of one; 409 where there is none."""
    only(request, CELL)
    query, catalogue = request.GET, read_catalogue()
    ao = _attribute(query, catalogue, query.get("ao", ""))
    element = catalogue.find("element", "uid", query.get("de", ""))
    units = find_units("uid", [query.get("ou", "")]).get(query.get("ou", ""), [])
    split = catalogue.split_number("uid", query["co"]) if query.get("co") else catalogue.default_split
    attribute = catalogue.split_number("uid", ao) if ao else catalogue.default_split
    if element is None or not units or attribute is None or split is None or not query.get("pe"):
        raise HosoError("HS7001", name="de, pe, ou, co, ao", value=query.urlencode()[:100])
    found = read_values(
        request.actor,
        ValueFilter(
            elements=[element], periods=[query["pe"]], units=[units[0].id], splits=[split], attributes=[attribute]
        ),
    )
    if not found:
        return web_message(409, "Data value does not exist", errorCode="E2034")
    return JsonResponse([written(found[0].number, found[0].text, found[0].value_type)], safe=False)


def write(request: ActingRequest) -> HttpResponse:
    """POST: set one value, by parameters or a JSON body; 201 without a body."""
    needs_credential(request)
    only(request, CELL, NAMES, SAID)
    given = _body(request)
    row = _row(given, given.get("value"))
    row.comment = given.get("comment")
    follow_up = given.get("followUp")
    row.follow_up = None if follow_up is None else str(follow_up).lower() == "true"
    row.deleted = not row.value
    return _answer(import_values(request.actor, iter([row]), row.group.options, "cell"), 201)


def take_back(request: ActingRequest) -> HttpResponse:
    """DELETE: take one value back; its history stays."""
    needs_credential(request)
    only(request, CELL)
    row = _row(_told(_named(request.GET)), None)
    row.deleted = True
    return _answer(import_values(request.actor, iter([row]), row.group.options, "cell"), 204)


def _answer(report: ImportReport, good: int) -> HttpResponse:
    if report.status == "SUCCESS":
        return HttpResponse(status=good)
    told = report.as_dhis2()["conflicts"][0]
    return web_message(409, told["value"], errorCode=told["errorCode"])


def _body(request: ActingRequest) -> dict[str, Any]:
    if "json" in (request.content_type or "") and request.body:
        try:
            given = orjson.loads(request.body)
        except orjson.JSONDecodeError as error:
            raise HosoError("HS7002", format="JSON", reason=str(error)[:200]) from error
        if not isinstance(given, dict):
            raise HosoError("HS7002", format="JSON", reason="no object")
        return _told({**_named(request.GET), **given})
    return _told({**_named(request.GET), **_named(request.POST)})


def _named(query: QueryDict) -> dict[str, Any]:
    """The short names of the parameters as the long ones of a body; `cc` and `cp` as its `attribute`."""
    long = {short: name for name, short in NAMES.items()}
    told: dict[str, Any] = {long.get(name, name): value for name, value in query.items() if name not in NAMED_BY}
    if query.get("cc") or query.get("cp"):
        told["attribute"] = {"combo": query.get("cc", ""), "options": query.get("cp", "").split(";")}
    return {name: value for name, value in told.items() if name not in EVERYWHERE}


def _told(given: dict[str, Any]) -> dict[str, Any]:
    """With the option combination of the whole report by its id. Raises HosoError HS7033 for a name that is none."""
    for name in given:
        if name not in NAMES and name not in SAID and name != "attribute":
            raise HosoError("HS7033", name=name[:60])
    attribute = given.get("attribute")
    if not attribute:
        return given
    if not isinstance(attribute, dict) or given.get("attributeOptionCombo"):
        raise HosoError("HS7001", name="attribute", value=str(attribute)[:40])
    options = [str(one) for one in attribute.get("options") or () if one]
    uid = attribute_of(read_catalogue(), str(attribute.get("combo") or ""), options)
    return {**given, "attributeOptionCombo": uid}


def _attribute(query: QueryDict, catalogue: Catalogue, said: str) -> str:
    named = attribute_named(query, catalogue)
    if said and named:
        raise HosoError("HS7001", name="cc", value=query.get("cc", "")[:40])
    return said or named


def _row(given: dict[str, Any], value: Any) -> Given:
    group = Group(0, ImportOptions(), data_set=str(given.get("dataSet") or ""))
    said = None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return Given(
        0,
        group,
        str(given.get("dataElement") or ""),
        str(given.get("period") or ""),
        str(given.get("orgUnit") or ""),
        str(given.get("categoryOptionCombo") or ""),
        str(given.get("attributeOptionCombo") or ""),
        value=said,
    )
