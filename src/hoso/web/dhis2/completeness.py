"""completeDataSetRegistrations: which reports were said to be complete, and saying so."""

from typing import Any

import orjson
from django.http import HttpResponse, JsonResponse

from hoso.core.errors import HosoError
from hoso.engines.statistics.completion import Registration, read_registrations, register
from hoso.web.dhis2.parameters import only
from hoso.web.dhis2.value_sets import needs_credential
from hoso.web.dhis2.web_message import web_message
from hoso.web.routes import ActingRequest


def give(request: ActingRequest) -> HttpResponse:
    """GET by dataSet, period and orgUnit, `children=true` with all below."""
    only(request, "dataSet", "period", "orgUnit", "children")
    query = request.GET
    for name in ("dataSet", "orgUnit"):
        if not query.getlist(name):
            raise HosoError("HS7001", name=name, value="")
    found = read_registrations(
        request.actor,
        query.getlist("dataSet"),
        [iso for text in query.getlist("period") for iso in text.split(",")],
        query.getlist("orgUnit"),
        query.get("children", "false") == "true",
    )
    return JsonResponse({
        "completeDataSetRegistrations": [
            {
                "dataSet": one.data_set,
                "period": one.period,
                "organisationUnit": one.unit,
                "attributeOptionCombo": one.attribute,
                "date": str(one.day),
                "storedBy": one.stored_by,
                "completed": one.completed,
            }
            for one in found
        ]
    })  # fmt: skip


def take(request: ActingRequest) -> HttpResponse:
    """POST: say that reports are complete, or with `completed` false that they are not."""
    needs_credential(request)
    try:
        given = orjson.loads(request.body)["completeDataSetRegistrations"]
        wanted = [_registration(one) for one in given]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise HosoError("HS7002", format="JSON", reason=str(error)[:200]) from error
    return _answer(request, wanted)


def take_back(request: ActingRequest) -> HttpResponse:
    """DELETE `?ds&pe&ou`: the report is not complete any more."""
    needs_credential(request)
    only(request, "ds", "pe", "ou")
    query = request.GET
    refused = register(
        request.actor, [Registration(query.get("ds", ""), query.get("pe", ""), query.get("ou", ""), False)]
    ).refused
    if refused:
        raise HosoError("HS7003", thing="report", name=f"{query.get('ds')} {query.get('pe')} {query.get('ou')}"[:60])
    return HttpResponse(status=204)


def _registration(given: dict[str, Any]) -> Registration:
    return Registration(
        str(given["dataSet"]),
        str(given["period"]),
        str(given["organisationUnit"]),
        given.get("completed", True) is True,
    )


def _answer(request: ActingRequest, wanted: list[Registration]) -> HttpResponse:
    done = register(request.actor, wanted)
    counts = {"imported": done.fresh, "updated": done.changed, "ignored": len(done.refused), "deleted": 0}
    status = "SUCCESS" if not done.refused else "WARNING" if done.fresh + done.changed else "ERROR"
    summary = {
        "responseType": "ImportSummary",
        "status": status,
        "importCount": counts,
        "conflicts": [{"object": str(index), "value": told} for index, told in done.refused.items()],
    }
    http = 409 if done.refused else 200
    return web_message(http, "Import was successful." if http == 200 else "See conflicts.", summary)
