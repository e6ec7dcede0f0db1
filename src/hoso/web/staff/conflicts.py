"""Contradictions of identity: both sides beside each other, decided with a reason."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.errors import HosoError
from hoso.engines.intake import conflicts as actions
from hoso.engines.people import queries as people
from hoso.engines.people.models import Conflict
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken

DECISIONS = ("same_person", "different_person")


def conflicts(request: ActingRequest) -> HttpResponse:
    """Those that are open; with `?all=1` the decided ones too."""
    everything = request.GET.get("all") == "1"
    found: list[Conflict] = ask(
        request, lambda scope: list(people.conflicts(scope, open_only=not everything)), about="conflicts"
    )
    return render(request, "intake/conflicts.html", {"conflicts": found, "everything": everything})


def open_conflicts(request: ActingRequest) -> HttpResponse:
    """How many wait and the first of them, as a fragment of the first page."""
    found: list[Conflict] = ask(request, lambda scope: list(people.conflicts(scope)), about="conflicts")
    return render(request, "intake/open_conflicts.html", {"conflicts": found[:5], "count": len(found)})


def decide(request: ActingRequest, conflict_id: int) -> HttpResponse:
    """Take a decision. Raises HosoError HS4010 without a reason, HS9004 for an unknown decision."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    decision, reason = request.POST.get("decision", ""), request.POST.get("reason", "").strip()
    if decision not in DECISIONS:
        raise HosoError("HS9004", name="decision", value=decision[:40])
    if not reason:
        raise HosoError("HS4010")
    actions.decide_conflict(request.actor, conflict_id, decision, reason)
    messages.success(request, spoken(("Đã ghi quyết định.", "The decision is recorded.")))
    return redirect("conflicts")
