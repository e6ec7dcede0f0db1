"""What acts for me: software that I allowed, and tokens that I made. Only a session may look and change here."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hoso.core.accounts.authorization import actions, queries
from hoso.core.accounts.authorization.scope_words import sentences
from hoso.core.accounts.credentials import Shape
from hoso.core.accounts.models import Account, Credential
from hoso.core.errors import HosoError
from hoso.web.routes import ActingRequest
from hoso.web.sign_in import bears_token
from hoso.web.templatetags.bilingual import spoken

LONGEST_DAYS = 365


def own_software(request: ActingRequest) -> HttpResponse:
    """My software and my tokens, living ones."""
    return _page(request, "")


def new_token(request: ActingRequest) -> HttpResponse:
    """Make a token of mine, shown this once: some of my permissions, or the DHIS2-shaped API, until a day."""
    account = _person(request)
    if request.method != "POST":
        return redirect("own_software")
    name, days, chosen = (
        request.POST.get("name", "").strip(),
        request.POST.get("days", ""),
        request.POST.getlist("scope"),
    )
    if not name:
        raise HosoError("HS9004", name="name", value="")
    if not days.isdecimal() or not 1 <= int(days[:5]) <= LONGEST_DAYS:
        raise HosoError("HS9004", name="days", value=days[:40])
    offered = {scope for scope, _ in _offered(request)}
    if not chosen or not set(chosen) <= offered:
        raise HosoError("HS9004", name="scope", value=" ".join(chosen)[:40])
    shape: Shape = "dhis2" if request.POST.get("shape") == "dhis2" else "hoso"
    return _page(request, actions.create_own_token(request.actor, account, name[:200], int(days), chosen, shape))


def end_token(request: ActingRequest, credential_id: int) -> HttpResponse:
    account = _person(request)
    if request.method == "POST":
        actions.end_credential(request.actor, account, credential_id)
        messages.success(request, spoken(("Đã thu hồi mã.", "The token was revoked.")))
    return redirect("own_software")


def end_software(request: ActingRequest, grant_id: int) -> HttpResponse:
    account = _person(request)
    if request.method == "POST":
        actions.end_grant(request.actor, account, grant_id)
        messages.success(
            request, spoken(("Phần mềm không còn quyền truy cập.", "The software has no access any more."))
        )
    return redirect("own_software")


def _page(request: ActingRequest, token: str) -> HttpResponse:
    account = _person(request)
    tokens = Credential.objects.filter(
        account=account, kind=Credential.Kind.API_TOKEN, revoked_at=None, expires_at__gt=timezone.now()
    ).order_by("-created_at")
    grants = [(grant, sentences(grant.scopes)) for grant in queries.living_grants(account)]
    context = {"token": token, "tokens": tokens, "grants": grants, "offered": _offered(request)}
    response = render(request, "security/software.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _offered(request: ActingRequest) -> list[tuple[str, str]]:
    """Scopes for a token of mine, with what each means: one for every permission of mine, and the DHIS2 API."""
    mine = sorted({permission for role in request.actor.roles for permission in role.permissions})
    scopes = [f"__hoso/{permission}" for permission in mine] + ["__dhis2/*.rs", "__dhis2/*.cruds"]
    return [(scope, spoken((words.vi, words.en))) for scope in scopes for words in sentences(scope)]


def _person(request: ActingRequest) -> Account:
    """Whoever signed in. Raises HosoError HS2252 for software: a token must not make tokens."""
    if bears_token(request):
        raise HosoError("HS2252")
    return Account.objects.get(pk=request.actor.account_id)
