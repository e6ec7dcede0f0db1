"""From a request to an actor: a session of a person, or an API token of a machine."""

from dataclasses import replace
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from hoso.core.access.actor import Actor
from hoso.core.access.reading import Asking, record_refusal
from hoso.core.accounts.authorization.addresses import api_of
from hoso.core.accounts.authorization.bearer import Access, access_of, presents_credential
from hoso.core.accounts.authorization.permits import allowed_permissions
from hoso.core.accounts.disuse import lock_for_disuse
from hoso.core.accounts.models import Account
from hoso.core.accounts.out_of_hours import tell_managers
from hoso.core.accounts.standing import OUT_OF_HOURS, UNUSED, what_keeps_out
from hoso.core.errors import HosoError
from hoso.web.bhxh.answers import is_gateway, refusal
from hoso.web.bhxh.sessions import account_of_gateway
from hoso.web.dhis2.web_message import is_dhis2, refused
from hoso.web.fhir.outcomes import is_fhir, outcome
from hoso.web.source import source_of


def identify(request: HttpRequest, route: str) -> Actor | None:
    """The actor of this request, or None where nobody has signed in."""
    if bears_token(request) and not is_gateway(request):
        return _software(request, route)
    user: Any = account_of_gateway(request) if is_gateway(request) else _person(request)
    if user is None:
        return None
    actor = replace(stranger(request, route), account_id=user.pk, name=user.username)
    return actor if not is_gateway(request) or _may_act(actor, user) else None


def _person(request: HttpRequest) -> Any:
    """Who has signed in; a session of a machine or an office, however it came about, counts for nobody."""
    user: Any = request.user
    return user if user.is_authenticated and getattr(user, "kind", "") not in Account.WITHOUT_SESSION else None


def stranger(request: HttpRequest, route: str) -> Actor:
    """From where somebody asks, before it is known who: account 0, no roles."""
    address, port = source_of(request)
    device = request.headers.get("User-Agent", "")[:200]
    return Actor(account_id=0, name="", route=route, source=address, source_port=port, device=device)


def _software(request: HttpRequest, route: str) -> Actor | None:
    """The account that software acts for, with only what its token allows here."""
    somebody = stranger(request, route)
    access = access_of(request, somebody.source)
    request.software_access = access  # type: ignore[attr-defined]
    if access is None:
        return None
    actor = replace(
        somebody,
        account_id=access.account.pk,
        name=access.account.username,
        device=f"{access.client} {somebody.device}".strip(),
        scopes=access.scopes,
        allowed=None if access.scopes is None else allowed_permissions(access.scopes, api_of(request.path)),
        patient=access.patient,
        warrant=access.warrant,
    )
    if not _may_act(actor, access.account):
        return None
    access.note_use()
    return actor


def _may_act(actor: Actor, account: Account) -> bool:
    """Whether software may act for the account now; one that nobody used for too long is locked, as signing in does.

    Raises HosoError HS2204 outside of the account's hours.
    """
    problem = what_keeps_out(account)
    if not problem:
        return True
    record_refusal(actor, "own_account", Asking(problem))
    if problem == UNUSED:
        lock_for_disuse(actor, account)
    if problem == OUT_OF_HOURS:
        tell_managers(account, let_in=False)
        raise HosoError(OUT_OF_HOURS)
    return False


def bears_token(request: HttpRequest) -> bool:
    """Whether software is asking, with a credential of its own; any other header leaves the session to decide."""
    return presents_credential(request)


def wants_json(request: HttpRequest) -> bool:
    return bool(api_of(request.path))


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page for a person, a coded 401 for software; a part of a page takes the whole page there."""
    if is_gateway(request):
        return refusal(HosoError("HS3302"))
    if is_fhir(request):
        return outcome(HosoError("HS2003"))
    if is_dhis2(request):
        return refused(HosoError("HS2003"))
    if wants_json(request):
        return JsonResponse(HosoError("HS2003").as_dict(), status=401, headers={"WWW-Authenticate": "Bearer"})
    address = f"{reverse('account_login')}?{urlencode({'next': _page_of(request)})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return redirect(address)


def _page_of(request: HttpRequest) -> str:
    """The address to come back to: of a fragment the page that holds it."""
    shown = request.headers.get("HX-Current-URL", "")
    host = f"{request.scheme}://{request.get_host()}"
    return shown.removeprefix(host) if shown.startswith(f"{host}/") else request.get_full_path()


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether this session, or what software acts with, came about without a second factor."""
    if bears_token(request):
        access: Access | None = getattr(request, "software_access", None)
        return access is None or not access.second_factor
    user: Any = request.user
    return not any(record.get("method") == "mfa" for record in get_authentication_records(request, user))
