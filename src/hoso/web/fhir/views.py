"""FHIR R4 over HTTP: metadata, read, vread, history of a resource."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.records.fhir import interactions
from hoso.engines.records.fhir.interactions import Found
from hoso.engines.records.reading import StoredResource
from hoso.web.asking import ask
from hoso.web.fhir import bundles
from hoso.web.fhir.capability import capability_statement, served_types
from hoso.web.fhir.outcomes import ADDRESS, fhir_answer
from hoso.web.fhir.scopes import within_scopes
from hoso.web.routes import ActingRequest

JSON_FORMATS = {"json", "application/json", "application/fhir+json", "text/json"}
View = Callable[..., HttpResponse]


def fhir_view(view: View) -> View:
    """Refuse methods and types that are not served, and formats other than JSON."""

    @wraps(view)
    def checked(request: HttpRequest, **named: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD") and not (
            request.method == "POST" and request.path.endswith(("/_search", "/$match"))
        ):
            raise HosoError("HS5116", method=request.method or "")
        if request.GET.get("_format", "json") not in JSON_FORMATS:
            raise HosoError("HS5114", format=request.GET["_format"][:40])
        if "type_name" in named and named["type_name"] not in served_types():
            raise HosoError("HS5115", type=named["type_name"][:40])
        if "\0" in named.get("id_", ""):
            raise HosoError("HS5001")
        return view(request, **named)

    return checked


@fhir_view
def metadata(request: HttpRequest) -> HttpResponse:
    return fhir_answer(capability_statement(_base(request)))


@fhir_view
def read(request: ActingRequest, type_name: str, id_: str) -> HttpResponse:
    """The current version. Raises HosoError HS5001 where there is none to see, HS5006 where it was deleted."""
    found = _asked(request, f"{type_name}/{id_}", lambda scope: interactions.current(scope, type_name, id_))
    return _one(request, found.resources[0])


@fhir_view
def vread(request: ActingRequest, type_name: str, id_: str, version: int) -> HttpResponse:
    """One version, the current one or a past one."""
    found = _asked(request, f"{type_name}/{id_}", lambda scope: interactions.versions(scope, type_name, id_))
    one = next((one for one in found.resources if one.version == version), None)
    if one is None:
        raise HosoError("HS5001")
    return _one(request, one)


@fhir_view
def history(request: ActingRequest, type_name: str, id_: str) -> HttpResponse:
    """Every version, the newest first."""
    found = _asked(request, f"{type_name}/{id_}", lambda scope: interactions.versions(scope, type_name, id_))
    return fhir_answer(bundles.history(_base(request), found.resources, {"self": _address(request)}))


def _asked(request: ActingRequest, about: str, query: Callable[[Scope], Found | None]) -> Found:
    found = ask(request, within_scopes(request, about.partition("/")[0], "read", query), about=about)
    if found is None:
        raise HosoError("HS5001")
    return found


def _one(request: HttpRequest, resource: StoredResource) -> HttpResponse:
    if resource.deleted:
        raise HosoError("HS5006")
    tag = f'W/"{resource.version}"'
    if request.headers.get("If-None-Match") == tag:
        answer = HttpResponse(status=304)
    else:
        answer = fhir_answer(resource.served())
    answer["ETag"] = tag
    answer["Last-Modified"] = http_date(resource.last_updated.timestamp())
    return answer


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri(ADDRESS)


def _address(request: HttpRequest) -> str:
    return request.build_absolute_uri()
