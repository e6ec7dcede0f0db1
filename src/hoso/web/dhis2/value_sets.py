"""dataValueSets: taking values in, and giving them out as JSON, CSV or XML."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from xml.sax.saxutils import quoteattr

from django.http import HttpResponse, JsonResponse, QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from hoso.core.errors import HosoError
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.imports.formats import ADX_TYPE, read_payload
from hoso.engines.statistics.imports.options import SCHEME_OF, read_options
from hoso.engines.statistics.imports.run import import_values
from hoso.engines.statistics.queries import StoredValue, ValueFilter, read_values
from hoso.engines.statistics.units import find_units
from hoso.engines.statistics.value_types import written
from hoso.web.dhis2.objects import ROOT
from hoso.web.dhis2.parameters import PAGES, only
from hoso.web.dhis2.web_message import web_message
from hoso.web.routes import ActingRequest
from hoso.web.sign_in import bears_token

COLUMNS = ("dataelement", "period", "orgunit", "categoryoptioncombo", "attributeoptioncombo", "value", "storedby",
           "lastupdated", "comment", "followup", "deleted")  # fmt: skip
OPTIONS = (
    "dryRun", "importStrategy", "strategy", "atomicMode", "atomic", "idScheme", *SCHEME_OF, "dataSet", "async", "force",
    "preheatCache", "skipExistingCheck", "skipAudit",
)  # fmt: skip
SELECTING = (
    "dataSet", "dataElement", "period", "startDate", "endDate", "lastUpdated", "lastUpdatedDuration", "orgUnit", "children",
    "includeDeleted", "limit", "compression",
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
    """GET: the values of data sets or elements, periods and units, `children=true` with all below."""
    only(request, SELECTING, PAGES)
    found = read_values(request.actor, wanted(request.GET))
    kind = request.GET.get("format", "") or request.headers.get("Accept", "")
    if "csv" in kind or request.path.endswith(".csv"):
        return HttpResponse(_as_csv(found), content_type="application/csv; charset=utf-8")
    if "json" not in kind and ("xml" in kind or request.path.endswith(".xml")):
        return HttpResponse(_as_xml(found), content_type="application/xml; charset=utf-8")
    return JsonResponse({"dataValues": [as_object(value) for value in found]})


def needs_credential(request: ActingRequest) -> None:
    """Writing takes a credential that no other site can send along; a session reads only. Raises HosoError HS2003."""
    if not bears_token(request):
        raise HosoError("HS2003")


def wanted(query: QueryDict) -> ValueFilter:
    """The filter of a query. Raises HosoError: HS7003 for a name nobody has, HS7001 where one of three is missing."""
    catalogue = read_catalogue()
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


def as_object(value: StoredValue) -> dict[str, Any]:
    told: dict[str, Any] = {
        "dataElement": value.element,
        "period": value.period,
        "orgUnit": value.unit,
        "categoryOptionCombo": value.split,
        "attributeOptionCombo": value.attribute,
        "value": written(value.number, value.text, value.value_type),
        "storedBy": value.stored_by,
        "created": _stamp(value.created),
        "lastUpdated": _stamp(value.changed),
        "followup": value.follow_up,
    }
    if value.comment is not None:
        told["comment"] = value.comment
    if value.deleted:
        told["deleted"] = True
    return told


def _as_csv(values: Iterable[StoredValue]) -> str:
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(COLUMNS)
    for value in values:
        told = as_object(value)
        lines.writerow([
            told["dataElement"], told["period"], told["orgUnit"], told["categoryOptionCombo"],
            told["attributeOptionCombo"], told["value"], told["storedBy"], told["lastUpdated"], told.get("comment", ""),
            str(told["followup"]).lower(), str(value.deleted).lower(),
        ])  # fmt: skip
    return out.getvalue()


def _as_xml(values: Iterable[StoredValue]) -> str:
    lines = (
        "".join(
            f" {name}={quoteattr(str(said).lower() if isinstance(said, bool) else str(said))}"
            for name, said in as_object(value).items()
        )
        for value in values
    )
    rows = "".join(f"<dataValue{line}/>" for line in lines)
    return f'<?xml version="1.0" encoding="UTF-8"?><dataValueSet xmlns="http://dhis2.org/schema/dxf/2.0">{rows}</dataValueSet>'


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


def _stamp(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M:%S.000%z")
