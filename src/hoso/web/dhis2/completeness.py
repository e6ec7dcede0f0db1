"""completeDataSetRegistrations: which reports were said to be complete, and saying so."""

from typing import Any

import orjson
from django.http import HttpResponse, JsonResponse
from django.utils import timezone

from hoso.core.errors import HosoError
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.completion import (
    AskedRegistrations,
    Registered,
    Registration,
    read_registrations,
    register,
)
from hoso.web.dhis2.attributes import NAMED_BY, attribute_named
from hoso.web.dhis2.parameters import day, is_wished, moment_since, only, only_as, units_of_groups, whole_number
from hoso.web.dhis2.value_sets import needs_credential
from hoso.web.dhis2.web_message import web_message
from hoso.web.routes import ActingRequest

SELECTING = (
    "dataSet",
    "period",
    "startDate",
    "endDate",
    "created",
    "createdDuration",
    "orgUnit",
    "orgUnitGroup",
    "children",
    "limit",
)
# Reports are named by ids and looked up before they are written: what may be said of an import besides.
ONLY_AS = {
    "idScheme": ("UID",), "dataSetIdScheme": ("UID",), "orgUnitIdScheme": ("UID",),
    "attributeOptionComboIdScheme": ("UID",), "importStrategy": ("CREATE_AND_UPDATE", "NEW_AND_UPDATES"),
    "async": ("FALSE",),
}  # fmt: skip
HARMLESS = ("preheatCache", "skipExistingCheck")


def give(request: ActingRequest) -> HttpResponse:
    """GET by dataSet, orgUnit (`children=true` with all below), period or first and last day, and by the day on which they
    were complete (`created`, `createdDuration`)."""
    only(request, SELECTING)
    query = request.GET
    grouped = units_of_groups(query)
    for name in ("dataSet", "orgUnit"):
        if not query.getlist(name) and (name == "dataSet" or grouped is None):
            raise HosoError("HS7001", name=name, value="")
    since = moment_since(query, "created")
    found = read_registrations(
        request.actor,
        AskedRegistrations(
            query.getlist("dataSet"),
            query.getlist("orgUnit"),
            [iso for text in query.getlist("period") for iso in text.split(",")],
            is_wished(query, "children"),
            start=day(query["startDate"], "startDate") if query.get("startDate") else None,
            end=day(query["endDate"], "endDate") if query.get("endDate") else None,
            since=timezone.localdate(since) if since else None,
            limit=whole_number(query, "limit"),
            unit_numbers=grouped or (),
        ),
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
    """POST: say that reports are complete, or with `completed` false that they are not; `date` and `storedBy` as told, for
    reports that come from elsewhere. `dryRun=true` tries all and keeps nothing."""
    needs_credential(request)
    only(request, "dryRun", ONLY_AS, HARMLESS)
    only_as(request.GET, ONLY_AS)
    dry_run = is_wished(request.GET, "dryRun")
    try:
        given = orjson.loads(request.body)["completeDataSetRegistrations"]
        wanted = [_registration(one) for one in given]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise HosoError("HS7002", format="JSON", reason=str(error)[:200]) from error
    return _answer(register(request.actor, wanted, dry_run))


def take_back(request: ActingRequest) -> HttpResponse:
    """DELETE `?ds&pe&ou[&cc&cp]`: the report is not complete any more."""
    needs_credential(request)
    only(request, "ds", "pe", "ou", "multiOu", NAMED_BY)
    query = request.GET
    only_as(query, {"multiOu": ("FALSE",)})
    attribute = attribute_named(query, read_catalogue())
    one = Registration(query.get("ds", ""), query.get("pe", ""), query.get("ou", ""), False, attribute)
    if register(request.actor, [one]).refused:
        raise HosoError("HS7003", thing="report", name=f"{one.data_set} {one.period} {one.unit}"[:60])
    return HttpResponse(status=204)


def _registration(given: dict[str, Any]) -> Registration:
    said = given.get("date")
    return Registration(
        str(given["dataSet"]),
        str(given["period"]),
        str(given["organisationUnit"]),
        given.get("completed", True) is True,
        str(given.get("attributeOptionCombo") or ""),
        day(str(said), "date") if said else None,
        str(given.get("storedBy") or ""),
    )


def _answer(done: Registered) -> HttpResponse:
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
