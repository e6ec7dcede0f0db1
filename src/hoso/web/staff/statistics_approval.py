"""Approving reports: what waits for me, and one report beside the period before, to be handed in, approved or returned."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hoso.core.errors import HosoError
from hoso.core.periods.periods import parse_period
from hoso.engines.statistics.approval.cells import returned_cells, split_reasons
from hoso.engines.statistics.approval.queries import standing_of, what_waits
from hoso.engines.statistics.approval.reports import STATES
from hoso.engines.statistics.approval.steps import Kind, Wanted, take_steps
from hoso.engines.statistics.entry import open_sheet
from hoso.engines.statistics.forms import form_of
from hoso.engines.statistics.printed.reading import versions_of
from hoso.web.routes import ActingRequest
from hoso.web.staff import statistics_offline as offline
from hoso.web.staff.period_titles import period_title
from hoso.web.templatetags.bilingual import spoken

DECISIONS: dict[str, tuple[Kind, tuple[str, str]]] = {
    "approve": ("approve", ("Đã duyệt.", "Approved.")),
    "return": ("return", ("Đã trả lại để sửa; người nhập được báo.", "Returned; whoever entered it is told.")),
    "reopen": ("reopen", ("Đã mở lại có hạn.", "Open again for a time.")),
    "withdraw": ("withdraw", ("Đã rút lại việc duyệt.", "The approval is withdrawn.")),
}
MOST_DAYS = 30
LONGEST_REASON = 2000


def waiting(request: ActingRequest) -> HttpResponse:
    """What waits for the actor to decide, and what came back to be corrected."""
    to_decide, back = what_waits(request.actor)
    lists = [
        [(row, period_title(parse_period(row.period)), STATES[row.state]) for row in rows] for rows in (to_decide, back)
    ]
    return render(request, "statistics/waiting.html", {"to_decide": lists[0], "back": lists[1]})


def report(request: ActingRequest, data_set: str, unit: str, period: str) -> HttpResponse:
    """One report with its figures, those of the period before, hints, its history, and what the actor may do with it."""
    (standing,) = standing_of(request.actor, [(data_set, period, unit)])
    form = form_of(data_set)
    sheet = open_sheet(request.actor, form.key, unit, period) if form else None
    reasons = returned_cells(request.actor, standing.key)
    lines = [(line, reasons.get((line.row.key, line.options), "")) for line in sheet.lines] if sheet else []
    context = {
        **offline.context(request, keeps=False),
        "standing": standing,
        "state": STATES[standing.state],
        "title": period_title(standing.key.period),
        "form": form,
        "sheet": sheet,
        "lines": lines,
        "address": (data_set, unit, period),
        "told": [(step, STATES[step.state]) for step in standing.steps],
        "versions": versions_of(request.actor, (data_set, period, unit)),
    }
    return render(request, "statistics/report.html", context)


def hand_in(request: ActingRequest, data_set: str, unit: str, period: str) -> HttpResponse:
    """POST: the report is complete and waits for the tier above. What does not fit in it is told and keeps nobody from it."""
    take_steps(request.actor, [(data_set, period, unit)], Wanted("hand_in"))
    form = form_of(data_set)
    if form and (hints := open_sheet(request.actor, form.key, unit, period).hints):
        messages.warning(
            request,
            spoken((
                f"Báo cáo có {len(hints)} chỗ số liệu không khớp nhau, ghi ở dưới: người duyệt cũng thấy.",
                f"{len(hints)} figures of the report do not fit together, told below: the approver sees them too.",
            )),
        )  # fmt: skip
    messages.success(
        request, spoken(("Đã nộp; số liệu khoá đến khi được trả lại.", "Handed in; closed until it is returned."))
    )
    return redirect("statistics_report", data_set, unit, period)


def decide(request: ActingRequest, data_set: str, unit: str, period: str) -> HttpResponse:
    """POST `decision`; of a return the reasons of cells are in `why:row:options`. Raises HosoError HS9004, HS704x."""
    if request.POST.get("decision", "") not in DECISIONS:
        raise HosoError("HS9004", name="decision", value=request.POST.get("decision", "")[:40])
    kind, told = DECISIONS[request.POST["decision"]]
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    wanted = Wanted(kind, reason)
    if kind == "return":
        cells, rest = split_reasons(data_set, _reasons(request))
        wanted = Wanted(
            kind, "; ".join(text for text in (reason, *rest) if text) or _first(cells), cells={} if rest else cells
        )
    elif kind == "reopen":
        days = request.POST.get("days", "")
        if not days.isdigit() or not 1 <= int(days[:4]) <= MOST_DAYS:
            raise HosoError("HS9004", name="days", value=days[:40])
        wanted = Wanted(kind, reason, timezone.now() + timedelta(days=int(days)))
    elif kind == "approve":
        wanted = Wanted(kind)
    take_steps(request.actor, [(data_set, period, unit)], wanted)
    messages.success(request, spoken(told))
    return redirect("statistics_waiting")


def _reasons(request: ActingRequest) -> dict[tuple[str, tuple[str, ...]], str]:
    """Row and options of each cell with a reason."""
    found = {}
    for name, text in request.POST.items():
        if name.startswith("why:") and isinstance(text, str) and text.strip():
            _, row, options = (*name.split(":"), "", "")[:3]
            found[row, tuple(key for key in options.split(",") if key)] = text.strip()[:LONGEST_REASON]
    return found


def _first(cells: dict[tuple[int, int], str]) -> str:
    return next(iter(cells.values()), "")
