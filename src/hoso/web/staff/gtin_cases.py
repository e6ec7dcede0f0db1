"""GTINs that two products claim: both side by side, and the decision."""

from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.errors import HosoError
from hoso.core.terminology.packages import Decision, decide_case, open_cases
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken


def cases(request: ActingRequest) -> HttpResponse:
    """What waits, the oldest first."""
    return _page(request)


def decide(request: ActingRequest, case_id: int) -> HttpResponse:
    """POST decision = keep or give, reason. Raises HosoError HS9004."""
    decision = request.POST.get("decision", "")
    if decision not in ("keep", "give"):
        raise HosoError("HS9004", name="decision", value=decision[:40])
    try:
        decide_case(request.actor, case_id, cast(Decision, decision), request.POST.get("reason", ""))
    except HosoError as error:
        return _page(request, error)
    messages.success(request, spoken(("Đã ghi quyết định.", "The decision is recorded.")))
    return redirect("gtin_cases")


def _page(request: ActingRequest, problem: HosoError | None = None) -> HttpResponse:
    context = {"cases": open_cases(), "problem": problem}
    return render(request, "terminology/gtin_cases.html", context, status=422 if problem else 200)
