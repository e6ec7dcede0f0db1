"""Decisions on administrative units: giving the file, what it moves, approving, undoing. Counts only, no person."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.errors import HosoError
from hoso.core.places.decisions import actions
from hoso.core.places.decisions.preview import preview_of
from hoso.core.places.decisions.queries import decision_by_id, decision_list
from hoso.core.places.decisions.sheet import LARGEST, template
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.staff.uploaded import uploaded
from hoso.web.templatetags.bilingual import spoken

SHOWN = 200  # units and refused rows on a page
ACTS = {"approve": actions.approve, "withdraw": actions.withdraw_approval, "drop": actions.drop}


def decisions(request: ActingRequest) -> HttpResponse:
    """Every decision, the latest first day first."""
    return _list(request)


def give(request: ActingRequest) -> HttpResponse:
    """POST a file: its decision as a draft, or every wrong row."""
    try:
        with uploaded(request, LARGEST) as (path, name):
            report = actions.import_decision(request.actor, path, name)
    except HosoError as error:
        return _list(request, problem=error)
    if report.refusals:
        return _list(request, report=report)
    messages.success(
        request,
        spoken(("Đã nhận bản nháp. Hãy xem trước rồi duyệt.", "Taken in as a draft: look at it, then approve.")),
    )
    return redirect("unit_decision", report.decision_id)


def _list(
    request: ActingRequest, problem: HosoError | None = None, report: actions.DecisionReport | None = None
) -> HttpResponse:
    context = {
        "decisions": decision_list(), "problem": problem, "report": report, "most": SHOWN,
        "refusals": report.refusals[:SHOWN] if report else [], "may_manage": _may_manage(request),
    }  # fmt: skip
    return render(request, "units/list.html", context, status=422 if problem or report else 200)


def decision(request: ActingRequest, decision_id: int) -> HttpResponse:
    """One decision; until it is applied with all that it will move. Raises HosoError HS9002."""
    return _one(request, decision_id)


def act(request: ActingRequest, decision_id: int) -> HttpResponse:
    """POST act = approve, withdraw, drop or undo (with a reason). Raises HosoError HS9002, HS9004."""
    what = request.POST.get("act", "")
    if what not in (*ACTS, "undo"):
        raise HosoError("HS9004", name="act", value=what[:40])
    try:
        if what == "undo":
            actions.undo(request.actor, decision_id, request.POST.get("reason", "")[:500])
        else:
            ACTS[what](request.actor, decision_id)
    except HosoError as error:
        return _one(request, decision_id, error)
    messages.success(request, spoken(("Đã ghi nhận.", "Done.")))
    return redirect("unit_decision", decision_id)


def _one(request: ActingRequest, decision_id: int, problem: HosoError | None = None) -> HttpResponse:
    found = decision_by_id(decision_id)
    if found is None:
        raise HosoError("HS9002")
    shown = preview_of(found) if found.state in ("draft", "approved") else None
    context = {
        "decision": found, "shown": shown, "lines": shown.lines[:SHOWN] if shown else [], "most": SHOWN, "problem": problem,
        "totals": shown.totals() if shown else {}, "may_manage": _may_manage(request),
    }  # fmt: skip
    return render(request, "units/decision.html", context, status=422 if problem else 200)


def empty(request: ActingRequest) -> HttpResponse:
    """The template of the file."""
    headers = {"Content-Disposition": 'attachment; filename="quyet-dinh-dia-ban.csv"'}
    return HttpResponse(template().encode("utf-8-sig"), content_type="text/csv; charset=utf-8", headers=headers)


def _may_manage(request: ActingRequest) -> bool:
    return may(request.actor, actions.PERMISSION, actions.PURPOSE)
