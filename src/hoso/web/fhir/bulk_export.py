"""FHIR Bulk Data Access 2.0 over HTTP: kick-off, status with the manifest, files, cancelling.

What is not understood is refused, unless the asker wants it ignored (`Prefer: handling=lenient`).
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import http_date

from hoso.core.errors import HosoError
from hoso.engines.records.bulk.exporting.asked import Asked, filters_of, types_of
from hoso.engines.records.bulk.exporting.ordering import (
    cancel_export,
    export_of,
    files_of,
    order_export,
    take_file,
)
from hoso.engines.records.bulk.orders import Order
from hoso.engines.records.fhir.search.moments import span_of
from hoso.web.fhir.bulk_orders import (
    accepted,
    address_of,
    client_of,
    for_software,
    refuse_failed,
    refuse_synchronous,
    under_way,
)
from hoso.web.fhir.limits import MOST_OF_ONE, body_of
from hoso.web.fhir.paging import Pairs, pairs_of
from hoso.web.routes import ActingRequest

NDJSON = "application/fhir+ndjson"
FORMATS = (NDJSON, "application/ndjson", "ndjson")
TAKEN = ("_outputFormat", "_since", "_type", "_typeFilter")


@for_software
def of_system(request: ActingRequest) -> HttpResponse:
    """Everything that the asker may export, what is about nobody included."""
    return _order(request, "system")


@for_software
def of_patients(request: ActingRequest) -> HttpResponse:
    """The records of all patients whom the asker may export."""
    return _order(request, "patient")


@for_software
def of_group(request: ActingRequest, group: str) -> HttpResponse:
    """The records of a group's members, as far as the asker may export them."""
    return _order(request, "group", group)


@for_software
def status(request: ActingRequest, order: UUID) -> HttpResponse:
    """202 while it is under way, then the manifest. Raises HosoError HS5161, or what ended it."""
    found = export_of(request.actor, order)
    refuse_failed(found)
    if found.state == "open":
        types = len(found.asked["types"])
        return under_way(found, f"{found.resources} resources, {found.type_at} of {types} types")
    answer = HttpResponse(_manifest(request, found), content_type="application/json")
    if found.ends_at:
        answer["Expires"] = http_date(found.ends_at.timestamp())
    return answer


@for_software
def cancel(request: ActingRequest, order: UUID) -> HttpResponse:
    """Stop it, or remove the files of one that is done."""
    cancel_export(request.actor, order)
    return HttpResponse(status=202)


@for_software
def file(request: ActingRequest, order: UUID, number: int) -> Any:
    """The lines of one file."""
    taken = take_file(request.actor, order, number)
    return StreamingHttpResponse(taken.lines, content_type=NDJSON)


def _order(request: ActingRequest, level: str, group: str = "") -> HttpResponse:
    refuse_synchronous(request)
    asked = _asked(request, level, group)
    client = client_of(request)
    reason = request.headers.get("X-Reason", "").strip()[:500] or (f"client {client}" if client else "")
    number = order_export(request.actor, client, asked, reason, request.build_absolute_uri())
    return accepted(request, "export", number)


def _asked(request: ActingRequest, level: str, group: str) -> Asked:
    pairs = [*pairs_of(request.GET.lists()), *(_parameters(request) if request.method == "POST" else ())]
    lenient = "handling=lenient" in request.headers.get("Prefer", "")
    for name, value in pairs:
        if name not in TAKEN and not lenient:
            raise HosoError("HS5110", name=name[:60], type="$export")
        if name == "_outputFormat" and value not in FORMATS:
            raise HosoError("HS5112", name=name, value=value[:60])
    types = types_of(request.actor, level, list(dict.fromkeys(_split(pairs, "_type"))))
    since = next((value for name, value in pairs if name == "_since"), None)
    span = span_of(since) if since is not None else None
    if since is not None and span is None:
        raise HosoError("HS5112", name="_since", value=since[:60])
    # A comma may stand inside a search: several filters are several parameters.
    filters = filters_of([value for name, value in pairs if name == "_typeFilter"], types)
    return Asked(level, types, group, span[0] if span else None, filters)


def _split(pairs: Pairs, wanted: str) -> Iterable[str]:
    return (one.strip() for name, value in pairs if name == wanted for one in value.split(",") if one.strip())


def _parameters(request: HttpRequest) -> Pairs:
    """The parameters of a kick-off by POST. Raises HosoError HS5112 for what is no Parameters resource."""
    body = body_of(request, MOST_OF_ONE)
    try:
        given: dict[str, Any] = orjson.loads(body) if body.strip() else {"resourceType": "Parameters"}
        if given["resourceType"] != "Parameters":
            raise ValueError(given["resourceType"])
        return [(str(one["name"]), _value(one)) for one in given.get("parameter", ())]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HosoError("HS5112", name="Parameters", value=str(error)[:60]) from error


def _value(parameter: dict[str, Any]) -> str:
    (found,) = [value for name, value in parameter.items() if name.startswith("value")]
    return str(found)


def _manifest(request: HttpRequest, order: Order) -> bytes:
    here = address_of(request, "export", order.id)
    output = [{"type": one.type, "url": f"{here}/{one.number}", "count": one.resources} for one in files_of(order.id)]
    return orjson.dumps(
        {
            "transactionTime": order.as_of.isoformat(),
            "request": order.request,
            "requiresAccessToken": True,
            "output": output,
            "error": [],
        }
    )
