"""metadata: definitions taken in as one bundle, all of it or nothing, and given out as one."""

from django.http import HttpResponse, JsonResponse, QueryDict

from hoso.core.errors import HosoError
from hoso.engines.statistics.metadata import Strategy, Taken, Way, import_bundle
from hoso.web.dhis2.collections import COLLECTIONS, EMPTY, OWN
from hoso.web.dhis2.fields import Fields, parse_fields, select
from hoso.web.dhis2.filters import filtered
from hoso.web.dhis2.objects import catalogue_objects
from hoso.web.dhis2.parameters import only, only_as
from hoso.web.dhis2.system import about
from hoso.web.dhis2.value_sets import needs_credential
from hoso.web.dhis2.web_message import web_message
from hoso.web.routes import ActingRequest

ALL = (*COLLECTIONS, *sorted(EMPTY))
# What clients say of an export and what changes nothing here: nobody shares, and default objects belong to every export.
WITHOUT_MEANING = ("defaults", "skipSharing", "download", "skipExistenceCheck")

# What an import may say and what changes nothing: of sharing and translations nothing is taken; how much is told, and in which
# steps it is stored, is the same always.
HARMLESS = ("skipSharing", "skipTranslation", "importReportMode", "preheatMode", "flushMode")
# What may be said of an import only as it is done here: by id, all of it or nothing, checked, at once.
ONLY_AS = {
    "identifier": ("UID",), "atomicMode": ("ALL",), "mergeMode": ("REPLACE",), "userOverrideMode": ("NONE",),
    "skipValidation": ("FALSE",), "metadataSyncImport": ("FALSE",), "async": ("FALSE",),
}  # fmt: skip
STRATEGIES: dict[str, Strategy] = {
    "CREATE_AND_UPDATE": "create_and_update", "NEW_AND_UPDATES": "create_and_update",
    "CREATE": "create", "NEW": "create", "UPDATE": "update", "UPDATES": "update",
}  # fmt: skip


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
    """POST: options, categories, combinations, elements and sets; other collections are named as not taken.

    `importMode=VALIDATE` tries all of it and keeps nothing; `importStrategy` says whether objects may be new, changed, or
    both. Raises HosoError HS5530 for a wish that is not met (deleting, taking a part), HS7001 for a word that is none.
    """
    needs_credential(request)
    only(request, "importMode", "importStrategy", ONLY_AS, HARMLESS)
    only_as(request.GET, ONLY_AS)
    way = _way(request.GET)
    taken, left = import_bundle(request.actor, request.body, way)
    reports = [{"klass": name, "stats": _stats(one)} for name, one in taken.items() if one.total]
    whole = Taken(
        *(sum(getattr(one, part) for one in taken.values()) for part in ("created", "updated", "passed_over"))
    )
    told = {"responseType": "ImportReport", "status": "OK", "typeReports": reports, "stats": _stats(whole)}
    return web_message(200, "", {**told, "importMode": "VALIDATE" if way.dry_run else "COMMIT", "notTaken": left})


def _way(query: QueryDict) -> Way:
    mode, strategy = query.get("importMode", "COMMIT"), query.get("importStrategy", "CREATE_AND_UPDATE")
    if mode.upper() not in ("COMMIT", "VALIDATE"):
        raise HosoError("HS7001", name="importMode", value=mode[:40])
    if strategy.upper() in ("DELETE", "DELETES"):
        raise HosoError("HS5530", name="importStrategy", value=strategy)
    if strategy.upper() not in STRATEGIES:
        raise HosoError("HS7001", name="importStrategy", value=strategy[:40])
    return Way(STRATEGIES[strategy.upper()], dry_run=mode.upper() == "VALIDATE")


def _stats(one: Taken) -> dict[str, int]:
    return {
        "created": one.created,
        "updated": one.updated,
        "deleted": 0,
        "ignored": one.passed_over,
        "total": one.total,
    }
