"""The desk's page of severities: what the outcomes of closed cases propose, put forward by one officer, decided by another."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.oversight.sensing import sensors
from hoso.engines.oversight.tuning import Due, Proposal, decide_on, due, proposals, propose
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken


def tuning(request: ActingRequest) -> HttpResponse:
    """What is proposed by the counts, what waits for a second officer, what was decided."""

    def query(scope: Scope) -> tuple[list[Due], list[Proposal]]:
        return due(scope), proposals(scope)

    found, told = ask(request, query, action="search", about="severities of sensors")
    titles = {one.key: (one.title_vi, one.title_en) for one in sensors()}
    context = {
        "due": [(one, titles[one.sensor]) for one in found],
        "proposals": [(one, titles.get(one.sensor, (one.sensor, one.sensor))) for one in told],
        "own": request.actor.account_id,
    }
    return render(request, "oversight/tuning.html", context)


def propose_severity(request: ActingRequest) -> HttpResponse:
    """Put one forward. Raises HosoError HS9060."""
    propose(request.actor, request.POST.get("sensor", ""))
    messages.success(
        request,
        spoken(("Đã đề xuất; cần một người giám sát khác quyết định.", "Proposed; another officer has to decide.")),
    )
    return redirect("oversight_tuning")


def decide_severity(request: ActingRequest, tuning_id: int) -> HttpResponse:
    """Accept or refuse what somebody else proposed. Raises HosoError HS8022, HS9004, HS9060."""
    word = request.POST.get("decision", "")
    if word not in ("accept", "refuse"):
        raise HosoError("HS9004", name="decision", value=word[:40])
    decide_on(request.actor, tuning_id, word == "accept")
    messages.success(
        request,
        spoken(("Đã chấp nhận: có hiệu lực từ lần quét sau.", "Accepted: in force from the next look."))
        if word == "accept"
        else spoken(("Đã từ chối.", "Refused.")),
    )
    return redirect("oversight_tuning")
