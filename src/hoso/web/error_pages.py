"""Coded errors as pages for people and JSON for software; nothing else of an error leaves the house."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language

from hoso.core.access.explanation import explain_refusal
from hoso.core.errors import HosoError, Language
from hoso.web.bhxh.answers import is_gateway, refusal
from hoso.web.fhir.outcomes import STATUS as FHIR_STATUS
from hoso.web.fhir.outcomes import is_fhir, outcome
from hoso.web.sign_in import wants_json

STATUS = {
    "HS2003": 401, "HS2011": 429, "HS2150": 503, "HS2158": 404, "HS2151": 503, "HS2152": 503, "HS4001": 409, "HS4003": 404,
    "HS4007": 409, "HS5001": 404, "HS5002": 409,
    "HS2300": 404, "HS2301": 410, "HS2303": 409, "HS2304": 410, "HS2306": 429, "HS2307": 404, "HS2313": 409, "HS2325": 400,
    "HS2101": 409, "HS2102": 410, "HS2103": 422, "HS2104": 422, "HS2105": 409, "HS2106": 404, "HS2131": 422, "HS2132": 409, "HS2133": 422,
    "HS2134": 409,
    "HS2320": 404, "HS2322": 409, "HS2323": 409, "HS2324": 409, "HS2327": 409,
    "HS2230": 404, "HS2231": 503, "HS2233": 400, "HS2236": 409, "HS2238": 422, "HS2242": 409, "HS2243": 422,
    "HS2250": 400, "HS2253": 422, "HS2254": 404,
    "HS2200": 422, "HS2205": 404, "HS2207": 422, "HS2208": 422, "HS2209": 422, "HS2210": 410, "HS2211": 422,
    "HS2212": 422, "HS2213": 422, "HS2214": 422, "HS2215": 422, "HS2216": 422, "HS2217": 422, "HS2219": 422,
    "HS5006": 410, "HS5008": 410, "HS5114": 406, "HS5115": 404, "HS5116": 405, "HS5150": 503, "HS5157": 404, "HS9001": 500, "HS9002": 404,
    "HS9003": 503,
} | FHIR_STATUS  # fmt: skip
FAMILY_STATUS = {"HS1": 500, "HS2": 403, "HS3": 422}


def answer(request: HttpRequest, error: HosoError) -> HttpResponse:
    """The answer to a coded error: its message, what to do, and the status that fits."""
    if is_gateway(request):
        return refusal(error)
    status = STATUS.get(error.code, FAMILY_STATUS.get(error.code[:3], 400))
    if is_fhir(request):
        return outcome(error, status)
    if wants_json(request):
        return JsonResponse(error.as_dict(), status=status)
    language: Language = "en" if get_language() == "en" else "vi"
    context = {"code": error.code, "message": error.message(language), "what_to_do": error.what_to_do(language)}
    return render(request, "error.html", {**context, **_refusal(request, error)}, status=status)


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
