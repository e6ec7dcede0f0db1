"""Visits that were not filed because something essential is wrong, newest first, and what the desk does about them."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.intake import desk
from hoso.engines.intake import queries as intake
from hoso.engines.intake.models import DeskAct, FindingRow, VisitRow
from hoso.web.asking import ask
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken

LIMIT = 100


@dataclass(frozen=True)
class Waiting:
    """A visit, why it waits, and what was done last."""

    visit: VisitRow
    reasons: list[FindingRow]
    act: DeskAct | None


def quarantine(request: ActingRequest) -> HttpResponse:
    """At most a hundred; the sender puts them right and sends again."""

    def query(scope: Scope) -> list[Waiting]:
        visits = list(intake.quarantined(scope, limit=LIMIT))
        keys = [(visit.package_id, visit.ordinal) for visit in visits]
        reasons, acts = intake.quarantine_reasons(scope, keys), intake.last_desk_acts(scope, keys)
        return [Waiting(visit, reasons.get(key, []), acts.get(key)) for visit, key in zip(visits, keys, strict=True)]

    waiting = ask(request, query, about="quarantine")
    context = {
        "waiting": waiting,
        "cut": len(waiting) == LIMIT,
        "may_act": may(request.actor, "package.send", "record_keeping"),
    }
    return render(request, "intake/quarantine.html", context)


def act(request: ActingRequest) -> HttpResponse:
    """One act on all visits chosen (`visit`: package/place). Raises HosoError HS3210 when none was chosen, HS9004."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    chosen = [_key(text) for text in request.POST.getlist("visit")]
    kind, note = request.POST.get("act", ""), request.POST.get("note", "").strip()
    count = desk.act(request.actor, kind, chosen, note)
    done = {
        "returned": (f"Đã ghi: trả lại {count} hồ sơ cho cơ sở.", f"Noted: {count} visits sent back to the facility."),
        "recheck_asked": (f"Đang kiểm tra lại {count} hồ sơ.", f"{count} visits are being checked again."),
    }
    messages.success(request, spoken(done[kind]))
    return redirect("quarantine")


def _key(text: str) -> tuple[int, int]:
    package, _, ordinal = text.partition("/")
    if not (package.isdecimal() and ordinal.isdecimal() and len(text) < 30):
        raise HosoError("HS9004", name="visit", value=text[:40])
    return int(package), int(ordinal)
