"""users and sharing: the account that asks, and who sees an object. Accounts and rights are managed in the house itself."""

from django.http import HttpResponse, JsonResponse

from hoso.core.errors import HosoError
from hoso.web.dhis2.collections import LIST_FIELDS, LIST_PARAMETERS
from hoso.web.dhis2.fields import Fields, parse_fields, select
from hoso.web.dhis2.filters import filtered, paged
from hoso.web.dhis2.objects import catalogue_objects
from hoso.web.dhis2.parameters import PAGES, only
from hoso.web.dhis2.system import account_told
from hoso.web.routes import ActingRequest

READ_ONLY, READ_AND_ENTER = "r-r-----", "r-rw----"


def users(request: ActingRequest) -> HttpResponse:
    """GET: the asking account alone; nobody is told who else has one."""
    only(request, LIST_PARAMETERS, PAGES)
    wanted = parse_fields(request.GET.getlist("fields") or LIST_FIELDS)
    page, pager = paged(
        filtered([account_told(request)], request.GET), request.GET, request.build_absolute_uri(request.path)
    )
    told: dict[str, object] = {"users": [select(one, wanted) for one in page]}
    return JsonResponse({"pager": pager, **told} if pager else told)


def user(request: ActingRequest, uid: str) -> HttpResponse:
    """GET the asking account. Raises HosoError HS7003 for any other."""
    only(request, "fields")
    told = account_told(request)
    if uid != told["id"]:
        raise HosoError("HS7003", thing="users", name=uid[:60])
    texts = request.GET.getlist("fields")
    return JsonResponse(select(told, parse_fields(texts) if texts else Fields(everything=True)))


def sharing(request: ActingRequest) -> HttpResponse:
    """GET: what everybody who signs in may do with an object of `type` and `id`: definitions are read by all, and figures
    by role and place, which no sharing widens."""
    only(request, "type", "id")
    kind, uid = request.GET.get("type", ""), request.GET.get("id", "")
    found = next((one for one in catalogue_objects().get(f"{kind}s", []) if one["id"] == uid), None)
    if found is None:
        raise HosoError("HS7003", thing=kind[:40] or "type", name=uid[:60])
    writes = request.actor.role_for("statistics.write", "statistics") is not None
    told = {
        "id": uid,
        "name": found["name"],
        "displayName": found["displayName"],
        "publicAccess": READ_AND_ENTER if writes and kind == "dataSet" else READ_ONLY,
        "externalAccess": False,
        "userGroupAccesses": [],
        "userAccesses": [],
    }
    return JsonResponse({"meta": {"allowPublicAccess": False, "allowExternalAccess": False}, "object": told})


def share(request: ActingRequest) -> HttpResponse:
    """POST, PUT: rights come from roles and places alone. Raises HosoError HS7039."""
    raise HosoError("HS7039")
