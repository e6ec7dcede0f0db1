"""The review desk: pairs of persons who may be one human, side by side; joins that can be undone."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.intake.conflicts import DECISIONS
from hoso.engines.intake.joining import part_persons
from hoso.engines.intake.pairs import decide_pair
from hoso.engines.people.pairs import Pair, StandingJoin, standing_joins, waiting_pairs
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken


def pairs(request: ActingRequest) -> HttpResponse:
    """What waits, and what was joined."""

    def query(scope: Scope) -> tuple[list[Pair], list[StandingJoin]]:
        return waiting_pairs(scope), standing_joins(scope)

    waiting, joins = ask(request, query, about="pairs")
    return render(request, "intake/pairs.html", {"pairs": waiting, "joins": joins})


def decide(request: ActingRequest, pair_id: int) -> HttpResponse:
    """POST decision and reason. Raises HosoError HS4007, HS4010, HS6031, HS9004."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    decision = request.POST.get("decision", "")
    if decision not in DECISIONS:
        raise HosoError("HS9004", name="decision", value=decision[:40])
    decide_pair(request.actor, pair_id, decision, request.POST.get("reason", ""))
    messages.success(request, spoken(("Đã ghi quyết định.", "The decision is recorded.")))
    return redirect("pairs")


def part(request: ActingRequest, join_id: int) -> HttpResponse:
    """POST reason: undo a join. Raises HosoError HS4010, HS6032."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    part_persons(request.actor, join_id, request.POST.get("reason", ""))
    messages.success(request, spoken(("Đã hoàn tác: hai hồ sơ lại tách riêng.", "Undone: they are two records again.")))
    return redirect("pairs")
