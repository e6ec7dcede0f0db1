"""The sender board: every facility's sending at a glance; a hospital sees its own row."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.access.policy import Scope
from hoso.engines.intake.notifying import calls
from hoso.engines.intake.reminders import remind as leave_reminder
from hoso.engines.intake.senders import Sender
from hoso.engines.intake.senders import senders as list_senders
from hoso.web.asking import ask
from hoso.web.components.sparkline import sparkline
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken


@dataclass(frozen=True)
class Board:
    senders: list[Sender]
    calls: list[calls.TroubledCall]

    def __len__(self) -> int:
        return len(self.senders)


def _board(scope: Scope) -> Board:
    return Board(list_senders(scope), calls.troubled_calls(scope))


def board(request: ActingRequest) -> HttpResponse:
    """Every facility in scope, the longest silent first; and results that could not be called in."""
    found: Board = ask(request, _board, about="senders")
    says = spoken(("Phát hiện trên 100 hồ sơ, 12 tuần", "Findings per hundred visits, 12 weeks"))
    context = {
        "rows": [(one, sparkline(one.weeks, says)) for one in found.senders],
        "silent": sum(one.is_silent for one in found.senders),
        "calls": found.calls,
        "may_call": may(request.actor, "package.send", "record_keeping"),
        "may_remind": may(request.actor, "sender.remind", "record_keeping"),
    }
    return render(request, "intake/senders.html", context)


def remind(request: ActingRequest, facility_id: int) -> HttpResponse:
    """POST: tell the facility's records officers. Raises HosoError HS3350 where there is nobody to tell."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    count = leave_reminder(request.actor, facility_id)
    messages.success(request, spoken((f"Đã nhắc {count} cán bộ.", f"{count} officers were reminded.")))
    return redirect("senders")


def call(request: ActingRequest, number: int) -> HttpResponse:
    """POST: call a result in once more. Raises HosoError HS3377 where no such call waits."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    calls.call_again(request.actor, number)
    messages.success(request, spoken(("Đang gọi lại.", "It is being called again.")))
    return redirect("senders")
