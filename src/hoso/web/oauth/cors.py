"""Which pages of other sites may ask from a browser (SMART App Launch 2.2, considerations for CORS support).

Discovery is open to all; the token endpoint to the web origins of registered clients.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from hoso.core.accounts.authorization.queries import is_client_origin

View = Callable[..., HttpResponse]
HEADERS = "Authorization, Content-Type, Accept"


def for_everybody(view: View) -> View:
    """Readable from any origin; GET only, without cookies."""
    return _shared(view, "GET", lambda origin: "*")


def for_client_origins(view: View) -> View:
    """Open to pages of registered clients, POST only."""
    return _shared(view, "POST", lambda origin: origin if is_client_origin(origin) else "")


def _shared(view: View, method: str, allowed: Callable[[str], str]) -> View:
    @wraps(view)
    def shared(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        origin = request.headers.get("Origin", "")
        if request.method == "OPTIONS":
            answer = HttpResponse(status=204)
            answer["Access-Control-Allow-Methods"] = method
            answer["Access-Control-Allow-Headers"] = HEADERS
            answer["Access-Control-Max-Age"] = "600"
        elif request.method not in (method, "HEAD" if method == "GET" else method):
            answer = HttpResponse(status=405, headers={"Allow": method})
        else:
            answer = view(request, *args, **kwargs)
        if origin and (opened_to := allowed(origin)):
            answer["Access-Control-Allow-Origin"] = opened_to
        answer["Vary"] = "Origin"
        return answer

    return shared
