"""What ordering an export and ordering an import have in common over HTTP: software alone, in the background, asked again."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from hoso.core.errors import HosoError
from hoso.engines.records.bulk.kept_refusals import as_error
from hoso.engines.records.bulk.orders import Order
from hoso.web.fhir.outcomes import ADDRESS, fhir_answer
from hoso.web.routes import ActingRequest
from hoso.web.sign_in import bears_token

View = Callable[..., HttpResponse]
FOLDER = "_bulk"
POLL_SECONDS = 5


def for_software(view: View) -> View:
    """A session of the web orders nothing in bulk: another site could have it do so."""

    @wraps(view)
    def checked(request: HttpRequest, **named: Any) -> HttpResponse:
        if not bears_token(request):
            raise HosoError("HS2003")
        return view(request, **named)

    return checked


def refuse_synchronous(request: HttpRequest) -> None:
    """Raises HosoError HS5160 unless the asker comes back for the answer."""
    wishes = {one.strip() for one in request.headers.get("Prefer", "").replace(";", ",").split(",")}
    if "respond-async" not in wishes:
        raise HosoError("HS5160")


def client_of(request: ActingRequest) -> str:
    """The registered software that asks; empty for a token of the account's own."""
    return str(getattr(getattr(request, "software_access", None), "client", ""))


def accepted(request: HttpRequest, kind: str, number: UUID) -> HttpResponse:
    answer = fhir_answer(b"", 202)
    answer["Content-Location"] = address_of(request, kind, number)
    return answer


def address_of(request: HttpRequest, kind: str, number: UUID) -> str:
    return request.build_absolute_uri(f"{ADDRESS}/{FOLDER}/{kind}/{number}")


def under_way(order: Order, progress: str) -> HttpResponse:
    answer = fhir_answer(b"", 202)
    answer["Retry-After"] = str(POLL_SECONDS)
    answer["X-Progress"] = progress[:100]
    return answer


def refuse_failed(order: Order) -> None:
    """Raises the error that ended it, HS5161 for one that was cancelled."""
    if order.state == "failed":
        raise as_error(order.failure)
    if order.state == "cancelled":
        raise HosoError("HS5161")
