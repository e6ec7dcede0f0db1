"""Where this house is reached from outside: the issuer, the endpoints and the audiences."""

from django.conf import settings
from django.http import HttpRequest

AUTHORIZE, TOKEN, INTROSPECT, REVOKE, JWKS = (
    "/oauth/authorize", "/oauth/token", "/oauth/introspect", "/oauth/revoke", "/oauth/jwks",
)  # fmt: skip
FHIR = "/fhir/r4"
APIS = {"fhir": "/fhir/", "dhis2": "/dhis2/", "own": "/api/"}  # where software asks, by the name of the API


def base_url(request: HttpRequest) -> str:
    """The house's own address, without a slash at the end; the issuer of tokens.

    HOSO_PUBLIC_URL, or, where it is not set, what the request came to (one of HOSO_ALLOWED_HOSTS).
    """
    return str(settings.PUBLIC_URL or request.build_absolute_uri("/")).rstrip("/")


def audiences(request: HttpRequest) -> tuple[str, ...]:
    """What a token may be asked for: the base address of one of the APIs."""
    base = base_url(request)
    return (base + FHIR, base + "/dhis2", base + "/api/v1")


def api_of(path: str) -> str:
    """The API that a path belongs to; empty for a page."""
    return next((name for name, start in APIS.items() if path.startswith(start)), "")
