"""Who this is and who asks: system/info, ping, me."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.utils import timezone

from hoso.core.accounts.models import Account
from hoso.core.errors import HosoError
from hoso.engines.statistics.uids import uid_of
from hoso.engines.statistics.units import units_by_id
from hoso.web.dhis2.fields import Fields, parse_fields, select
from hoso.web.dhis2.objects import ROOT, catalogue_objects
from hoso.web.dhis2.parameters import only, whole_number
from hoso.web.routes import ActingRequest, WithActor

VERSION = "2.42.4"  # whose manner is followed; clients read major and minor
MOST_IDS = 10_000
AUTHORITIES = {
    "statistics.read": ("F_VIEW_EVENT_ANALYTICS", "M_dhis-web-data-visualizer"),
    "statistics.write": ("F_DATAVALUE_ADD", "F_DATAVALUE_DELETE"),
    "statistics.approve": ("F_APPROVE_DATA", "F_APPROVE_DATA_LOWER_LEVELS"),
    "statistics.define": ("F_METADATA_IMPORT",),
}


def info(request: ActingRequest) -> HttpResponse:
    """The release whose manner this is, and the time here."""
    now = timezone.now()
    return JsonResponse(
        {
            "contextPath": request.build_absolute_uri("/dhis2"),
            "version": VERSION,
            "revision": "hoso",
            "calendar": "iso8601",
            "dateFormat": "yyyy-mm-dd",
            "serverDate": written(now),
            "serverTimeZoneId": settings.TIME_ZONE,
            "lastAnalyticsTableSuccess": written(now),  # figures are live: there is no table to build
            "intervalSinceLastAnalyticsTableSuccess": "0 s",
            "systemName": "HoSo",
            "systemId": uid_of("system"),
        }
    )


def about() -> dict[str, str]:
    """Who gave an export out, and when."""
    return {"id": uid_of("system"), "revision": "hoso", "version": VERSION, "date": written(timezone.now())}


def ping(request: ActingRequest) -> HttpResponse:
    return HttpResponse("pong", content_type="text/plain")


def me(request: ActingRequest) -> HttpResponse:
    only(request, "fields")
    texts = request.GET.getlist("fields")
    return JsonResponse(select(account_told(request), parse_fields(texts) if texts else Fields(everything=True)))


def ids(request: ActingRequest) -> HttpResponse:
    """GET: new ids that nothing has, for who makes objects; `limit` of them, one where it is not said."""
    only(request, "limit", "n")
    count = whole_number(request.GET, "limit") or whole_number(request.GET, "n") or 1
    if count > MOST_IDS:
        raise HosoError("HS7001", name="limit", value=str(count))
    return JsonResponse({"codes": [uid_of(f"new:{uuid4()}") for _ in range(count)]})


def authorizations(request: ActingRequest) -> HttpResponse:
    """GET: the authorities of the asking account, in DHIS2's words."""
    only(request)
    return JsonResponse(_authorities(request), safe=False)


def authorization(request: ActingRequest, name: str) -> HttpResponse:
    """GET: whether it has one authority."""
    only(request)
    return JsonResponse(name.removesuffix(".json") in _authorities(request), safe=False)


def _authorities(request: ActingRequest) -> list[str]:
    held = {permission for role in request.actor.roles for permission in role.permissions}
    return sorted({name for permission in held for name in AUTHORITIES.get(permission, ())})


def account_told(request: ActingRequest) -> dict[str, Any]:
    """The account that asks, its authorities and its units."""
    account = Account.objects.get(pk=request.actor.account_id)
    units = [{"id": uid} for uid in own_units(request)]
    surname, _, first_name = account.full_name.partition(" ")
    return {
        "id": uid_of(f"account:{account.pk}"),
        "username": account.username,
        "firstName": first_name,
        "surname": surname,
        "name": account.full_name,
        "displayName": account.full_name,
        "email": account.email,
        "organisationUnits": units,
        "dataViewOrganisationUnits": units,
        "teiSearchOrganisationUnits": [],
        "userGroups": [],
        "userRoles": [{"id": uid_of(f"role:{role.key}"), "name": role.title_vi} for role in request.actor.roles],
        "authorities": _authorities(request),
        "programs": [],
        "dataSets": [one["id"] for one in catalogue_objects()["dataSets"]],
        "settings": {"keyUiLocale": "vi", "keyDbLocale": "vi"},
    }


def own_units(request: WithActor) -> list[str]:
    """The ids of the units where the roles are held; of a role without a place the country."""
    numbers = {one.place_id or -(one.facility_id or 0) for one in request.actor.assignments}
    with connection.cursor() as cursor:
        found = [unit.uid for unit in units_by_id(cursor, {number for number in numbers if number}).values()]
    return found or [ROOT]


def written(moment: datetime) -> str:
    """A time as DHIS2 writes it: milliseconds, no zone."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}"
