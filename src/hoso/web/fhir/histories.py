"""The history of a type and of the whole service over HTTP: `_history?_since=…&_count=…`."""

from datetime import datetime
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode

from hoso.core.accounts.authorization.permits import Permit, permits
from hoso.core.errors import HosoError
from hoso.engines.records.fhir import histories
from hoso.engines.records.fhir.histories import Behind
from hoso.engines.records.fhir.search.moments import span_of
from hoso.web.asking import ask
from hoso.web.fhir import bundles
from hoso.web.fhir.capability import served_types
from hoso.web.fhir.outcomes import ADDRESS, fhir_answer
from hoso.web.fhir.paging import PAGE, PAGE_LIFE
from hoso.web.fhir.views import fhir_view
from hoso.web.routes import ActingRequest

MOST, DEFAULT = 500, 50
_TAKEN = ("_since", "_count", "_format", "_pretty", PAGE)


@fhir_view
def of_type(request: ActingRequest, type_name: str) -> HttpResponse:
    """Every version of every resource of the type, the newest first."""
    return _answer(request, [type_name], type_name)


@fhir_view
def of_everything(request: ActingRequest) -> HttpResponse:
    return _answer(request, served_types(), "all")


def _answer(request: ActingRequest, types: Any, about: str) -> HttpResponse:
    for name in request.GET:
        if name not in _TAKEN:
            raise HosoError("HS5110", name=name[:60], type=about)
    open_types = [name for name in types if Permit() in permits(request.actor, name, "read")]
    if not open_types:  # a token for some resources of a type alone sees no history of the type
        raise HosoError("HS2255", type=about, interaction="read")
    count, since, behind = _count(request), _since(request), _behind(request)
    found = ask(
        request, lambda scope: histories.written(scope, open_types, count, since, behind), action="search",
        about=f"{about}/_history",
    )  # fmt: skip
    shown = found.resources[:count]
    links = {"self": request.build_absolute_uri()}
    if len(found) > count > 0:
        links["next"] = _next(request, (shown[-1].last_updated, shown[-1].id, shown[-1].version))
    return fhir_answer(bundles.history_of_many(request.build_absolute_uri(ADDRESS), shown, links))


def _count(request: HttpRequest) -> int:
    text = request.GET.get("_count", str(DEFAULT))
    if not text.isdecimal() or not 0 < int(text) <= MOST:
        raise HosoError("HS5112", name="_count", value=text[:60])
    return int(text)


def _since(request: HttpRequest) -> datetime | None:
    text = request.GET.get("_since")
    span = span_of(text) if text is not None else None
    if text is not None and span is None:
        raise HosoError("HS5112", name="_since", value=text[:60])
    return span[0] if span else None


def _behind(request: HttpRequest) -> Behind | None:
    """Raises HosoError HS5008 for a page that is older than its life, or not ours."""
    text = request.GET.get(PAGE)
    if text is None:
        return None
    try:
        at, id_, version = signing.loads(text, salt="fhir history", max_age=PAGE_LIFE)
    except signing.BadSignature:
        raise HosoError("HS5008") from None
    return datetime.fromisoformat(at), id_, version


def _next(request: HttpRequest, last: Behind) -> str:
    cursor = signing.dumps([last[0].isoformat(), *last[1:]], salt="fhir history", compress=True)
    pairs = [(name, value) for name, values in request.GET.lists() for value in values if name != PAGE]
    return f"{request.build_absolute_uri(request.path)}?{urlencode([*pairs, (PAGE, cursor)])}"
