"""The software that may ask for access, for the administrator: registering, a new secret, closing."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.access.policy import Scope
from hoso.core.accounts.authorization import actions, queries
from hoso.core.accounts.authorization.actions import HandedClient
from hoso.core.accounts.authorization.models import Client
from hoso.core.accounts.authorization.registration import NewClient
from hoso.core.accounts.authorization.scope_words import sentences
from hoso.core.accounts.models import Account
from hoso.core.errors import HosoError
from hoso.core.places.facilities import facility_by_code
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken


def clients(request: ActingRequest) -> HttpResponse:
    """Every client, living ones first."""

    def query(_scope: Scope) -> list[Client]:
        return queries.clients()

    return render(request, "clients/list.html", {"clients": ask(request, query, about="clients")})


def new(request: ActingRequest) -> HttpResponse:
    """The form, and what it makes; what is wrong is told above the form, which keeps what was typed."""
    if request.method != "POST":
        return render(request, "clients/new.html", {"typed": {"kind": "public", "days": "365"}})
    try:
        handed = actions.register_client(request.actor, _typed(request))
    except HosoError as error:
        told = spoken((error.message("vi"), error.message("en")))
        return render(request, "clients/new.html", {"typed": request.POST.dict(), "problem": told}, status=422)
    return _page(request, handed.client, handed)


def client(request: ActingRequest, client_id: str) -> HttpResponse:
    """One client. Raises HosoError HS2254."""
    return _page(request, ask(request, lambda _scope: queries.registered_client(client_id), about="client"))


def secret(request: ActingRequest, client_id: str) -> HttpResponse:
    """A new secret, shown this once."""
    if request.method != "POST":
        return redirect("client", client_id)
    handed = actions.new_secret(request.actor, queries.registered_client(client_id))
    return _page(request, handed.client, handed)


def close(request: ActingRequest, client_id: str) -> HttpResponse:
    """Close it for good; its tokens end at once."""
    if request.method == "POST":
        actions.close_client(request.actor, queries.registered_client(client_id))
        messages.success(request, spoken(("Đã đóng.", "Closed.")))
    return redirect("client", client_id)


def _page(request: ActingRequest, one: Client, handed: HandedClient | None = None) -> HttpResponse:
    context = {"client": one, "handed": handed, "sentences": sentences(" ".join(one.scopes))}
    return render(request, "clients/client.html", context)


def _typed(request: ActingRequest) -> NewClient:
    """What was typed. Raises HosoError HS2253, HS9004."""
    typed = request.POST
    days = typed.get("days", "")
    return NewClient(
        name=typed.get("name", "")[:200],
        kind=typed.get("kind", "")
        if typed.get("kind", "") in Client.Kind.values
        else _unknown("kind", typed.get("kind", "")),
        owner=_account(typed.get("owner", "").strip(), "owner"),
        scopes=typed.get("scopes", "").split(),
        redirect_uris=typed.get("redirect_uris", "").split(),
        launch_url=typed.get("launch_url", "").strip(),
        account=_account(typed["account"].strip(), "account") if typed.get("account", "").strip() else None,
        facility=_facility(typed.get("facility", "").strip()),
        jwks=_key_set(typed.get("jwks", "").strip()),
        jwks_uri=typed.get("jwks_uri", "").strip(),
        days=int(days) if days.isdecimal() and len(days) < 5 else 0,
    )


def _account(username: str, field: str) -> Account:
    return Account.objects.filter(username=username).first() or _unknown(field, username)


def _facility(code: str) -> Any:
    return (facility_by_code(code) or _unknown("facility", code)) if code else None


def _key_set(text: str) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else _unknown("jwks", text)


def _unknown(name: str, value: str) -> Any:
    raise HosoError("HS9004", name=name, value=value[:40])
