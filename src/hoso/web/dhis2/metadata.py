"""metadata: definitions taken in as one bundle, all of it or nothing, and given out as one."""

from django.http import HttpResponse, JsonResponse, QueryDict

from hoso.engines.statistics.metadata import import_bundle
from hoso.web.dhis2.collections import COLLECTIONS, EMPTY, OWN
from hoso.web.dhis2.fields import Fields, parse_fields, select
from hoso.web.dhis2.filters import filtered
from hoso.web.dhis2.objects import catalogue_objects
from hoso.web.dhis2.parameters import only
from hoso.web.dhis2.system import about
from hoso.web.dhis2.value_sets import needs_credential
from hoso.web.dhis2.web_message import web_message
from hoso.web.routes import ActingRequest

ALL = (*COLLECTIONS, *sorted(EMPTY))
# What clients say of an export and what changes nothing here: nobody shares, and default objects belong to every export.
WITHOUT_MEANING = ("defaults", "skipSharing", "download", "skipExistenceCheck")


def give(request: ActingRequest) -> HttpResponse:
    """GET: the collections that are named (`dataElements=true`), or all, each object whole or its `fields`.

    `fields` and `filter` hold for every collection, `dataElements:fields` and `dataElements:filter` for one.
    """
    only(
        request,
        ALL,
        [f"{name}:{part}" for name in ALL for part in ("fields", "filter")],
        "fields",
        "filter",
        WITHOUT_MEANING,
    )
    asked = [name for name in ALL if request.GET.get(name, "").lower() == "true"] or ALL
    catalogue = catalogue_objects()
    told: dict[str, object] = {"system": about()}
    for name in asked:
        found = catalogue.get(name) or (OWN[name]() if name in OWN else [])
        texts = _said(request, name, "fields")
        wanted = parse_fields(texts) if texts else Fields(everything=True)
        told[name] = [select(thing, wanted) for thing in filtered(found, _filter(_said(request, name, "filter")))]
    return JsonResponse(told)


def _said(request: ActingRequest, name: str, part: str) -> list[str]:
    return request.GET.getlist(f"{name}:{part}") or request.GET.getlist(part)


def _filter(texts: list[str]) -> QueryDict:
    query = QueryDict(mutable=True)
    query.setlist("filter", texts)
    return query


def take(request: ActingRequest) -> HttpResponse:
    """Options, categories, combinations, elements and sets; other collections are named as not taken."""
    needs_credential(request)
    taken, left = import_bundle(request.actor, request.body)
    reports = [
        {
            "klass": name,
            "stats": {"created": one.created, "updated": one.updated, "ignored": one.passed_over, "total": one.total},
        }
        for name, one in taken.items()
        if one.total
    ]
    return web_message(
        200, "", {"responseType": "ImportReport", "status": "OK", "typeReports": reports, "notTaken": left}
    )
