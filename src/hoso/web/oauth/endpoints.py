"""The endpoints that software calls: tokens, what a token is worth, ending one. Refusals are braked and recorded."""

import json
from base64 import b64decode
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from hoso.core.accounts.authorization import protocol, throttle
from hoso.core.accounts.authorization.jose import BadStatement, open_statement
from hoso.core.accounts.authorization.record import record_refusal
from hoso.core.errors import HosoError
from hoso.web.sign_in import stranger

Endpoint = Callable[[HttpRequest], HttpResponse]


def token(request: HttpRequest) -> HttpResponse:
    return _braked(request, protocol.token_answer)


def introspect(request: HttpRequest) -> HttpResponse:
    return _braked(request, protocol.introspection_answer)


def revoke(request: HttpRequest) -> HttpResponse:
    return _braked(request, protocol.revocation_answer)


def _braked(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    request.asker = stranger(request, f"oauth_{endpoint.__name__.removesuffix('_answer')}")  # type: ignore[attr-defined]
    client, address = claimed_client(request), request.asker.source  # type: ignore[attr-defined]
    try:
        throttle.refuse_when_throttled(client, address)
    except HosoError as error:
        return _slow_down(error)
    answer = endpoint(request)
    if answer.status_code >= 400:
        _refused(request, client, address, _error_of(answer))
    answer["Cache-Control"], answer["Pragma"] = "no-store", "no-cache"
    return answer


def _refused(request: HttpRequest, client: str, address: str, error: str) -> None:
    record_refusal(request, client, error)
    # Secrets are guessed by naming a client; an expired code or token is no guess, and many may share an address.
    throttle.count_failure(client if error == "invalid_client" else "", address)


def _slow_down(error: HosoError) -> HttpResponse:
    told = {"error": "temporarily_unavailable", "error_description": f"{error.code} {error.message('en')}"}
    seconds = str(error.params["seconds"])
    return JsonResponse(told, status=429, headers={"Retry-After": seconds, "Cache-Control": "no-store"})


def _error_of(answer: HttpResponse) -> str:
    try:
        return str(json.loads(answer.content).get("error", answer.status_code))
    except ValueError:
        return str(answer.status_code)


def claimed_client(request: HttpRequest) -> str:
    """The client that the request says it comes from, unverified; empty where it says nothing readable."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    claimed: object = request.POST.get("client_id", "")
    try:
        if kind.lower() == "basic":
            claimed = b64decode(value).decode().partition(":")[0]
        elif assertion := request.POST.get("client_assertion"):
            claimed = open_statement(assertion).claims.get("iss")
    except (ValueError, BadStatement):
        pass
    return str(claimed)[:64]
