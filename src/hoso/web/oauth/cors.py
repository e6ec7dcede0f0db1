"""Which pages of other sites may ask from a browser (SMART App Launch 2.2, considerations for CORS support).

Discovery is open to all; the token endpoint and the APIs to the web origins of registered clients. Nowhere with
cookies: a page of another site has only the token that it was given.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from hoso.core.accounts.authorization.addresses import FHIR, INTROSPECT, JWKS, REVOKE, TOKEN, api_of
from hoso.core.accounts.authorization.queries import is_client_origin

Answer = Callable[[HttpRequest], HttpResponseBase]
FOR_EVERYBODY = (
    "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server",
    FHIR + "/.well-known/smart-configuration", FHIR + "/metadata", JWKS,
)  # fmt: skip
FOR_CLIENTS = (TOKEN, INTROSPECT, REVOKE)
HEADERS = "Authorization, Content-Type, Accept, If-Match, If-None-Match, If-None-Exist, Prefer"
SHOWN = "ETag, Last-Modified, Location, Content-Location, Retry-After"


def cors_middleware(get_response: Answer) -> Answer:
    """Say which origin may read the answer, and answer what a browser asks before it asks."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        origin = request.headers.get("Origin", "")
        if not origin or not _is_shared(request.path):
            return get_response(request)
        asked_before = request.method == "OPTIONS"
        answer = _preflight() if asked_before else get_response(request)
        opened_to = _opened_to(request.path, origin)
        if opened_to:
            answer.headers["Access-Control-Allow-Origin"] = opened_to
            answer.headers["Access-Control-Expose-Headers"] = SHOWN
        answer.headers["Vary"] = ", ".join(filter(None, [answer.headers.get("Vary", ""), "Origin"]))
        return answer

    return middleware


def _is_shared(path: str) -> bool:
    return path in FOR_EVERYBODY or path in FOR_CLIENTS or bool(api_of(path))


def _opened_to(path: str, origin: str) -> str:
    if path in FOR_EVERYBODY:
        return "*"
    return origin if is_client_origin(origin) else ""


def _preflight() -> HttpResponse:
    answer = HttpResponse(status=204)
    answer["Access-Control-Allow-Methods"] = "GET, POST, PUT, PATCH, DELETE"
    answer["Access-Control-Allow-Headers"] = HEADERS
    answer["Access-Control-Max-Age"] = "600"
    return answer
