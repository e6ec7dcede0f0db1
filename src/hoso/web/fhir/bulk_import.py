"""FHIR `$import` over HTTP in Microsoft's published shape: an order of files of lines, asked again until it is done.

`mode` InitialLoad: what is new is filed with version 1 and today's date, what is there stays. `mode` IncrementalLoad: version and
date that a line names in its `meta` are kept.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from hoso.core.errors import HosoError
from hoso.engines.records.bulk.importing.ordering import (
    MODES,
    State,
    cancel_import,
    import_of,
    order_import,
    refusals_of,
    states_of,
)
from hoso.engines.records.bulk.orders import Order
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
from hoso.web.fhir.outcomes import ADDRESS, outcome_of
from hoso.web.routes import ActingRequest

NDJSON = "application/fhir+ndjson"
FORMATS = (NDJSON, "application/ndjson", "application/x-ndjson")
TAKEN = ("inputFormat", "inputSource", "mode", "input", "storageDetail")


@for_software
def order(request: ActingRequest) -> HttpResponse:
    """Take the order. Raises HosoError HS5160, HS5164, HS5165, and what `order_import` raises."""
    refuse_synchronous(request)
    mode, given = _asked(body_of(request, MOST_OF_ONE))
    base = request.build_absolute_uri(ADDRESS)
    number = order_import(request.actor, client_of(request), mode, given, base, request.build_absolute_uri())
    return accepted(request, "import", number)


@for_software
def status(request: ActingRequest, order: UUID) -> HttpResponse:
    """202 while it is under way, then what became of each file."""
    found = import_of(request.actor, order)
    refuse_failed(found)
    states = states_of(order)
    if found.state == "open":
        done, size = sum(one.place for one in states), sum(one.bytes for one in states)
        share = 100 * done // size if size else 0
        return under_way(found, f"{share} % ({sum(one.lines for one in states)} lines)")
    return HttpResponse(_told(request, found, states), content_type="application/json")


@for_software
def cancel(request: ActingRequest, order: UUID) -> HttpResponse:
    """Stop it; what is filed stays."""
    cancel_import(request.actor, order)
    return HttpResponse(status=202)


@for_software
def refusals(request: ActingRequest, order: UUID, number: int) -> Any:
    """Why lines of a file were refused: an OperationOutcome for each, on a line of its own."""
    import_of(request.actor, order)
    lines = (orjson.dumps(outcome_of(error)) + b"\n" for error in refusals_of(order, number))
    return StreamingHttpResponse(lines, content_type=NDJSON)


def _asked(body: bytes) -> tuple[str, list[tuple[str, str]]]:
    """The mode, and (type, url) of every input."""
    try:
        given: dict[str, Any] = orjson.loads(body)
        if given["resourceType"] != "Parameters":
            raise ValueError(str(given["resourceType"])[:40])
        parameters: list[dict[str, Any]] = given["parameter"]
        for one in parameters:
            if one["name"] not in TAKEN:
                raise ValueError(str(one["name"])[:40])
        formats = {_text(one) for one in parameters if one["name"] == "inputFormat"}
        if not formats <= set(FORMATS):
            raise ValueError("inputFormat")
        modes = [_text(one) for one in parameters if one["name"] == "mode"] or ["InitialLoad"]
        return modes[-1], [_input(one["part"]) for one in parameters if one["name"] == "input"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HosoError("HS5164", reason=str(error)[:80]) from error


def _input(parts: Iterable[dict[str, Any]]) -> tuple[str, str]:
    found = {one["name"]: _text(one) for one in parts}
    if unknown := found.keys() - {"type", "url", "etag"}:
        raise ValueError(f"input.{min(unknown)[:40]}")
    return found["type"], found["url"]


def _text(parameter: dict[str, Any]) -> str:
    (value,) = [value for name, value in parameter.items() if name.startswith("value")]
    if not isinstance(value, str):
        raise TypeError(parameter["name"])
    return value


def _told(request: HttpRequest, order: Order, states: list[State]) -> bytes:
    here = address_of(request, "import", order.id)
    mode = order.asked["mode"]
    return orjson.dumps(
        {
            "transactionTime": order.finished_at.isoformat() if order.finished_at else None,
            "request": order.request,
            "mode": mode,
            "keepsVersionsAndDates": MODES[mode],
            "output": [
                {"type": one.type, "count": one.filed + one.unchanged, "unchanged": one.unchanged, "inputUrl": one.url}
                for one in states
            ],
            "error": [
                {
                    "type": "OperationOutcome",
                    "count": one.refused,
                    "inputUrl": one.url,
                    "url": f"{here}/errors/{number}",
                }
                for number, one in enumerate(states, 1)
                if one.refused
            ],
        }
    )
