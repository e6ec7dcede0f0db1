"""The person at the screen: which software asks for what, and the answer. Only a session may answer, never a token."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from hoso.core.accounts.authorization import protocol
from hoso.core.accounts.authorization.grants import Decision
from hoso.core.accounts.authorization.protocol import Asked, ProtocolError
from hoso.core.accounts.authorization.queries import may_act_for
from hoso.core.accounts.authorization.record import record_refusal
from hoso.core.accounts.authorization.scope_words import sentences
from hoso.core.accounts.authorization.scopes import needs_patient
from hoso.core.accounts.models import Account
from hoso.core.errors import HosoError
from hoso.web.oauth import chosen_patient
from hoso.web.routes import ActingRequest
from hoso.web.sign_in import ask_to_sign_in, bears_token, lacks_second_factor, stranger

LONGEST_QUERY = 4000


@csrf_exempt  # it changes nothing: by POST it leads to the same question by GET, where the session is known
def authorize(request: HttpRequest) -> HttpResponse:
    """The authorization endpoint (RFC 6749 section 3.1), by GET and POST."""
    if request.method == "POST":
        return _as_get(request.POST)
    if request.method != "GET":
        return HttpResponse(status=405, headers={"Allow": "GET, POST"})
    request.asker = stranger(request, "oauth_authorize")  # type: ignore[attr-defined]
    try:
        asked = protocol.examine(request)
    except ProtocolError as error:
        return refuse(request, error)
    if bears_token(request):
        raise HosoError("HS2252")
    if not request.user.is_authenticated:
        return ask_to_sign_in(request)
    account = _account(request)
    if not may_act_for(asked.client, account):
        raise HosoError("HS2251", client=asked.client.name)
    return _question(request, asked)


def decide(request: ActingRequest) -> HttpResponse:
    """The answer of the person; what was asked stands in the address and is examined once more."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    if bears_token(request):
        raise HosoError("HS2252")
    request.asker = request.actor  # type: ignore[attr-defined]
    try:
        asked = protocol.examine(request)
    except ProtocolError as error:
        return refuse(request, error)
    account = _account(request)
    if not may_act_for(asked.client, account):
        raise HosoError("HS2251", client=asked.client.name)
    if request.POST.get("decision") != "allow":
        record_refusal(request, asked.client.client_id, "declined", account)
        return protocol.conclude(request, None)
    patient = chosen_patient.of(request, asked) if needs_patient(asked.scopes) else None
    if needs_patient(asked.scopes) and patient is None:
        return _as_get(request.GET)
    decision = Decision(account, not lacks_second_factor(request), _signed_in_at(request))
    if patient:
        decision = replace(decision, patient=patient.patient_id, encounter=patient.encounter)
    chosen_patient.forget(request, asked)
    return protocol.conclude(request, decision)


def _question(request: HttpRequest, asked: Asked) -> HttpResponse:
    query = request.GET.urlencode()
    patient = None
    if needs_patient(asked.scopes):
        patient = chosen_patient.of(request, asked)
        if patient is None:
            return redirect(f"{reverse('oauth_launch' if asked.launch else 'oauth_patient')}?{query}")
    context = {
        "client": asked.client,
        "sentences": sentences(asked.scopes),
        "goes_to": urlsplit(asked.redirect_uri).netloc or asked.redirect_uri,
        "patient": patient,
        "decide_url": f"{reverse('oauth_decide')}?{query}",
        "change_patient_url": "" if asked.launch else f"{reverse('oauth_patient')}?{query}",
    }
    response = render(request, "oauth/consent.html", context)
    response["Cache-Control"] = "no-store"
    # The form is answered by a redirect to the client, which browsers count as a target of the form.
    response._csp_update = {"form-action": ["'self'", _source(asked.redirect_uri)]}  # type: ignore[attr-defined]
    return response


def refuse(request: HttpRequest, error: Any) -> HttpResponse:
    """To the client where its address is known to be its own; else the person is told, and sent nowhere."""
    record_refusal(request, request.GET.get("client_id", ""), str(error.error))
    if error.redirect_uri:
        return protocol.tell_client(request, error)
    raise HosoError("HS2250", reason=str(error.description or error.error)[:200])


def _as_get(parameters: QueryDict) -> HttpResponse:
    query = parameters.urlencode()
    if len(query) > LONGEST_QUERY:
        raise HosoError("HS2250", reason="too long")
    return HttpResponseRedirect(f"{reverse('oauth_authorize')}?{query}", status=303)


def _account(request: HttpRequest) -> Account:
    user: Any = request.user
    account: Account = user
    return account


def _signed_in_at(request: HttpRequest) -> datetime:
    records = get_authentication_records(request, request.user)
    moments = [record["at"] for record in records if record.get("at")]
    return datetime.fromtimestamp(max(moments), UTC) if moments else timezone.now()


def _source(redirect_uri: str) -> str:
    """The address as a source of the content policy: its origin, or the scheme of an app."""
    parts = urlsplit(redirect_uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"
