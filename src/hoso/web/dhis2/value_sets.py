"""dataValueSets: taking values in, and giving them out as JSON, CSV, XML or ADX."""

import io
from datetime import datetime, timedelta
from typing import TypeVar

from django.http import HttpResponse, JsonResponse, QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from hoso.core.errors import HosoError
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue
from hoso.engines.statistics.imports.formats import ADX_TYPE, read_payload
from hoso.engines.statistics.imports.options import SCHEME_OF, read_options
from hoso.engines.statistics.imports.run import import_values
from hoso.engines.statistics.naming import read_naming
from hoso.engines.statistics.queries import ValueFilter, read_values
from hoso.engines.statistics.units import find_units
from hoso.web.dhis2.objects import ROOT
from hoso.web.dhis2.parameters import PAGES, only
from hoso.web.dhis2.value_set_adx import as_adx
from hoso.web.dhis2.value_set_formats import as_csv, as_object, as_xml
from hoso.web.dhis2.web_message import web_message
from hoso.web.routes import ActingRequest
from hoso.web.sign_in import bears_token

OPTIONS = (
    "dryRun", "importStrategy", "strategy", "atomicMode", "atomic", "idScheme", *SCHEME_OF, "dataSet", "async", "force",
    "preheatCache", "skipExistingCheck", "skipAudit",
)  # fmt: skip
SELECTING = (
    "dataSet", "dataElement", "period", "startDate", "endDate", "lastUpdated", "lastUpdatedDuration", "orgUnit", "children",
    "includeDeleted", "limit", "compression", "idScheme", *SCHEME_OF,
)  # fmt: skip
Found = TypeVar("Found")
DURATIONS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
MESSAGES = {
    "SUCCESS": (200, "OK", "Import was successful."),
    "WARNING": (409, "WARNING", "One more conflicts encountered, please check import summary."),
    "ERROR": (409, "ERROR", "An error occurred, please check import summary."),
}


def take(request: ActingRequest) -> HttpResponse:
    """POST: an import. The answer tells every row that was not taken; 409 where there is one, as DHIS2 2.42 does."""
    needs_credential(request)
    only(request, OPTIONS)
    kind = request.content_type or "application/json"
    options = read_options(request.GET.dict(), adx=kind == ADX_TYPE)
    report = import_values(request.actor, read_payload(io.BytesIO(request.body), kind, options), options)
    http, status, message = MESSAGES[report.status]
    return web_message(http, message, report.as_dhis2(), status=status)


def give(request: ActingRequest) -> HttpResponse:
    """GET: the values of data sets or elements, periods and units, `children=true` with all below.

    JSON where nothing else is asked for; CSV, XML, ADX by `Accept`, `format` or suffix. Things are called as `idScheme`
    and the schemes of each kind say: by id, in ADX by code.
    """
    only(request, SELECTING, PAGES)
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
        case "xml":
            return HttpResponse(as_xml(found, naming), content_type="application/xml; charset=utf-8")
    return JsonResponse({"dataValues": [as_object(value, naming) for value in found]})


def _format(request: ActingRequest) -> str:
    asked = request.GET.get("format", "") or request.headers.get("Accept", "")
    if "adx" in asked:
        return "adx"
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
    since = _since(query)
    for name, given in (
        ("dataSet", data_sets or elements),
        ("orgUnit", uids),
        ("period", periods or query.get("startDate") or since),
    ):
        if not given:
            raise HosoError("HS7001", name=name, value="")
    units = find_units("uid", [uid for uid in uids if uid != ROOT])
    numbers = [_number(next(iter(units.get(uid, ())), None), "orgUnit", uid).id for uid in uids if uid != ROOT]
    children = query.get("children", "false") == "true"
    return ValueFilter(
        elements=elements,
        data_sets=data_sets,
        periods=periods,
        start=_day(query, "startDate"),
        end=_day(query, "endDate"),
        units=numbers or [0],
        under=[number for number in numbers if number > 0] if children else [],
        everywhere=children and ROOT in uids,
        changed_since=since,
        deleted_too=query.get("includeDeleted", "false") == "true",
        limit=int(limit) if (limit := query.get("limit", "")).isdigit() else None,
    )


def _number(found: Found | None, thing: str, name: str) -> Found:
    if found is None:
        raise HosoError("HS7003", thing=thing, name=name[:60])
    return found


def _since(query: QueryDict) -> datetime | None:
    if text := query.get("lastUpdatedDuration", ""):
        if text[-1:] not in DURATIONS or not text[:-1].isdigit():
            raise HosoError("HS7001", name="lastUpdatedDuration", value=text[:20])
        return timezone.now() - timedelta(**{DURATIONS[text[-1]]: int(text[:-1][:6])})
    if text := query.get("lastUpdated", ""):
        moment = parse_datetime(text if "T" in text else f"{text}T00:00:00")
        if moment is None:
            raise HosoError("HS7001", name="lastUpdated", value=text[:30])
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    return None


def _day(query: QueryDict, name: str) -> str | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        return str(datetime.fromisoformat(text).date())
    except ValueError as error:
        raise HosoError("HS7001", name=name, value=text[:30]) from error
