"""dataValueSets: taking values in, and giving them out as JSON, CSV, XML, XLSX or ADX."""

import io
from typing import TypeVar

from django.conf import settings
from django.http import HttpResponse, JsonResponse, QueryDict

from hoso.core.errors import HosoError
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue
from hoso.engines.statistics.imports.deferred import LARGEST, put_by
from hoso.engines.statistics.imports.formats import ADX_TYPE, XLSX_TYPE, read_payload
from hoso.engines.statistics.imports.options import SCHEME_OF, read_options
from hoso.engines.statistics.imports.run import import_values
from hoso.engines.statistics.naming import read_naming
from hoso.engines.statistics.queries import ValueFilter, read_values
from hoso.engines.statistics.units import find_units
from hoso.web.dhis2.objects import ROOT
from hoso.web.dhis2.parameters import day, is_wished, moment_since, only, only_as, units_of_groups, whole_number
from hoso.web.dhis2.tasks import initiated
from hoso.web.dhis2.value_set_adx import as_adx
from hoso.web.dhis2.value_set_formats import as_csv, as_object, as_xlsx, as_xml
from hoso.web.dhis2.web_message import web_message
from hoso.web.routes import ActingRequest
from hoso.web.sign_in import bears_token

OPTIONS = (
    "dryRun", "importStrategy", "strategy", "atomicMode", "atomic", "idScheme", *SCHEME_OF, "dataSet", "async",
)  # fmt: skip
# What DHIS2 may do to be quicker: here what is stored is always looked up, and every act is always in the audit.
HARMLESS = ("preheatCache", "skipExistingCheck", "skipAudit")
# A deadline that is past, or a closed unit, is nobody's to pass over.
ONLY_AS = {"force": ("FALSE",)}
SELECTING = (
    "dataSet", "dataElement", "period", "startDate", "endDate", "lastUpdated", "lastUpdatedDuration", "orgUnit", "children",
    "orgUnitGroup", "attributeOptionCombo", "includeDeleted", "limit", "idScheme", *SCHEME_OF,
)  # fmt: skip
# All of an answer comes at once and as it is.
WHOLE = {"compression": ("NONE",), "paging": ("FALSE",), "skipPaging": ("TRUE",)}
Found = TypeVar("Found")
MESSAGES = {
    "SUCCESS": (200, "OK", "Import was successful."),
    "WARNING": (409, "WARNING", "One more conflicts encountered, please check import summary."),
    "ERROR": (409, "ERROR", "An error occurred, please check import summary."),
}


def take(request: ActingRequest) -> HttpResponse:
    """POST: an import. The answer tells every row that was not taken; 409 where there is one, as DHIS2 2.42 does.

    With `async=true` a job does it, and the answer tells where to ask for what became of it.
    """
    needs_credential(request)
    only(request, OPTIONS, HARMLESS, ONLY_AS)
    only_as(request.GET, ONLY_AS)
    kind = request.content_type or "application/json"
    if is_wished(request.GET, "async"):
        return initiated(put_by(request.actor, kind, request.GET.dict(), _content(request, LARGEST)))
    options = read_options(request.GET.dict(), adx=kind == ADX_TYPE)
    content = _content(request, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    report = import_values(request.actor, read_payload(io.BytesIO(content), kind, options), options)
    http, status, message = MESSAGES[report.status]
    return web_message(http, message, report.as_dhis2(), status=status)


def _content(request: ActingRequest, most: int) -> bytes:
    """The whole of what was sent. Raises HosoError HS3492 where it is longer than `most` octets."""
    stated = request.headers.get("Content-Length", "")
    too_long = stated.isdecimal() and int(stated) > most  # told beforehand: not a byte of it is read
    content = b"" if too_long else request.read(most + 1)
    if too_long or len(content) > most:
        raise HosoError("HS3492", most=most // 2**20, later=LARGEST // 2**20)
    return content


def give(request: ActingRequest) -> HttpResponse:
    """GET: the values of data sets or elements, periods and units, `children=true` with all below.

    JSON where nothing else is asked for; CSV, XML, XLSX, ADX by `Accept`, `format` or suffix. Things are called as `idScheme`
    and the schemes of each kind say: by id, in ADX by code.
    """
    only(request, SELECTING, WHOLE)
    only_as(request.GET, WHOLE)
    catalogue = read_catalogue()
    selection = wanted(request.GET, catalogue)
    kind = _format(request)
    schemes = read_options(request.GET.dict(), adx=kind == "adx").schemes
    found = read_values(request.actor, selection)
    naming = read_naming(schemes, {value.unit for value in found})
    match kind:
        case "adx":
            return HttpResponse(as_adx(found, selection.data_sets, catalogue, naming), content_type=ADX_TYPE)
        case "csv":
            return HttpResponse(as_csv(found, naming), content_type="application/csv; charset=utf-8")
        case "xlsx":
            return HttpResponse(as_xlsx(found, naming), content_type=XLSX_TYPE)
        case "xml":
            return HttpResponse(as_xml(found, naming), content_type="application/xml; charset=utf-8")
    return JsonResponse({"dataValues": [as_object(value, naming) for value in found]})


def _format(request: ActingRequest) -> str:
    asked = request.GET.get("format", "") or request.headers.get("Accept", "")
    if "adx" in asked:
        return "adx"
    if "xlsx" in asked or "spreadsheetml" in asked or request.path.endswith(".xlsx"):
        return "xlsx"
    if "csv" in asked or request.path.endswith(".csv"):
        return "csv"
    return "xml" if "json" not in asked and ("xml" in asked or request.path.endswith(".xml")) else "json"


def needs_credential(request: ActingRequest) -> None:
    """Writing takes a credential that no other site can send along; a session reads only. Raises HosoError HS2003."""
    if not bears_token(request):
        raise HosoError("HS2003")


def wanted(query: QueryDict, catalogue: Catalogue) -> ValueFilter:
    """The filter of a query. Raises HosoError: HS7003 for a name nobody has, HS7001 where one of three is missing."""
    data_sets = [_number(catalogue.find("data_set", "uid", uid), "dataSet", uid) for uid in query.getlist("dataSet")]
    elements = [
        _number(catalogue.find("element", "uid", uid), "dataElement", uid) for uid in query.getlist("dataElement")
    ]
    uids = [uid for text in query.getlist("orgUnit") for uid in text.split(",") if uid]
    periods = [iso for text in query.getlist("period") for iso in text.split(",") if iso]
    attributes = [
        _split_number(catalogue, uid) for text in query.getlist("attributeOptionCombo") for uid in text.split(",")
    ]
    since, grouped = moment_since(query, "lastUpdated"), units_of_groups(query)
    for name, given in (
        ("dataSet", data_sets or elements),
        ("orgUnit", uids or grouped is not None),
        ("period", periods or query.get("startDate") or since),
    ):
        if not given:
            raise HosoError("HS7001", name=name, value="")
    units = find_units("uid", [uid for uid in uids if uid != ROOT])
    numbers = [_number(next(iter(units.get(uid, ())), None), "orgUnit", uid).id for uid in uids if uid != ROOT]
    children = is_wished(query, "children")
    return ValueFilter(
        elements=elements,
        data_sets=data_sets,
        periods=periods,
        start=str(day(first, "startDate")) if (first := query.get("startDate", "")) else None,
        end=str(day(last, "endDate")) if (last := query.get("endDate", "")) else None,
        units=[*numbers, *(grouped or ())] or [0],
        under=[number for number in numbers if number > 0] if children else [],
        everywhere=children and ROOT in uids,
        changed_since=since,
        deleted_too=is_wished(query, "includeDeleted"),
        limit=whole_number(query, "limit"),
        attributes=attributes,
    )


def _number(found: Found | None, thing: str, name: str) -> Found:
    if found is None:
        raise HosoError("HS7003", thing=thing, name=name[:60])
    return found


def _split_number(catalogue: Catalogue, uid: str) -> int:
    """0 for a key that nobody used yet: nothing is found by it. Raises HosoError HS7003."""
    return _number(catalogue.split_number("uid", uid), "attributeOptionCombo", uid)
