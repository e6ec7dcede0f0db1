"""Coded errors as pages for people and JSON for software; nothing else of an error leaves the house."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from hoso.core.access.explanation import explain_refusal
from hoso.core.errors import HosoError
from hoso.web.bhxh.answers import is_gateway, refusal
from hoso.web.dhis2.web_message import is_dhis2, refused
from hoso.web.fhir.outcomes import is_fhir, outcome
from hoso.web.language import page_language
from hoso.web.sign_in import wants_json


def answer(request: HttpRequest, error: HosoError) -> HttpResponse:
    """The answer to a coded error: its message, what to do, and the status that fits."""
    if is_gateway(request):
        return refusal(error)
    if is_fhir(request):
        return outcome(error)
    if is_dhis2(request):
        return refused(error)
    if wants_json(request):
        return JsonResponse(error.as_dict(), status=error.status)
    language = page_language()
    context = {"code": error.code, "message": error.message(language), "what_to_do": error.what_to_do(language)}
    return render(request, "error.html", {**context, **_refusal(request, error)}, status=error.status)


def _refusal(request: HttpRequest, error: HosoError) -> dict[str, Any]:
    """Why the policy said no, how to ask, whether the asker may break the glass. It looks at no record, so it is the same
    for a person out of reach and for one who does not exist."""
    actor, declared = getattr(request, "actor", None), getattr(request, "declaration", None)
    if error.code not in ("HS2001", "HS4003") or actor is None or declared is None:
        return {}
    return {
        "refusal": explain_refusal(actor, declared.permission, declared.purpose),
        "breaks_glass": actor.role_for("record.break_glass", "treatment") is not None,
    }


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, HosoError("HS9002"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form older than its session: signing in again gives a fresh one."""
    return answer(request, HosoError("HS2003"))


def server_error(request: HttpRequest) -> HttpResponse:
    """Shown without menu and name: whatever failed, this page asks the database nothing."""
    request.user = AnonymousUser()
    request.actor = None  # type: ignore[attr-defined]
    return answer(request, HosoError("HS9001"))
