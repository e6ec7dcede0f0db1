"""Withdrawing wrongly sent visits: asking, and deciding what somebody else asked."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.intake import queries as intake
from hoso.engines.intake import withdrawing
from hoso.engines.intake.models import VisitRow
from hoso.engines.intake.withdrawals import WithdrawalRow
from hoso.engines.intake.withdrawals import withdrawals as list_withdrawals
from hoso.web.asking import ask
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken

KINDS = {
    "wrong_patient": ("Sai người bệnh", "Wrong patient"),
    "duplicate": ("Gửi trùng", "Duplicate"),
    "test_data": ("Dữ liệu thử", "Test data"),
    "other": ("Lý do khác", "Other"),
}


def ask_for(request: ActingRequest, package_id: int, ordinal: int) -> HttpResponse:
    """The visit and the form; POST asks. Raises HosoError HS5001, HS3340, HS3341."""

    def query(scope: Scope) -> VisitRow | None:
        return next(
            (row for row in intake.visits(scope, package_id, None, 1, ordinal - 1) if row.ordinal == ordinal), None
        )

    visit: VisitRow | None = ask(request, query, about=f"package {package_id} visit {ordinal}")
    if visit is None:
        raise HosoError("HS5001")
    if request.method == "POST":
        withdrawing.ask_withdrawal(
            request.actor, package_id, ordinal, request.POST.get("kind", ""), request.POST.get("reason", "")
        )
        messages.success(
            request, spoken(("Đã ghi đề nghị; chờ người khác duyệt.", "Recorded; somebody else has to approve."))
        )
        return redirect("withdrawals")
    return render(request, "intake/withdraw.html", {"visit": visit, "package_id": package_id, "kinds": KINDS})


def withdrawals(request: ActingRequest) -> HttpResponse:
    """Every request in scope, those waiting first."""
    found: list[WithdrawalRow] = ask(request, list_withdrawals, about="withdrawals")
    context = {
        "withdrawals": found,
        "kinds": KINDS,
        "may_decide": may(request.actor, "visit.approve_withdrawal", "record_keeping"),
        "me": request.actor.account_id,
    }
    return render(request, "intake/withdrawals.html", context)


def decide(request: ActingRequest, number: int) -> HttpResponse:
    """POST decision = approve, decline or undo. Raises HosoError HS3340, HS3342, HS3343, HS9004."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    decision = request.POST.get("decision", "")
    if decision == "undo":
        withdrawing.undo_withdrawal(request.actor, number, request.POST.get("reason", ""))
    elif decision in ("approve", "decline"):
        withdrawing.decide_withdrawal(request.actor, number, approve=decision == "approve")
    else:
        raise HosoError("HS9004", name="decision", value=decision[:40])
    messages.success(request, spoken(("Đã ghi quyết định.", "The decision is recorded.")))
    return redirect("withdrawals")
