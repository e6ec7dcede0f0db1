"""The register of practitioners: search, one practitioner with licences, places and history, changes of dates with a reason."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hoso.core.errors import HosoError
from hoso.core.places.facility_checks import read_day
from hoso.engines.intake.practitioners import actions
from hoso.engines.intake.practitioners.forms import UNKNOWN, licence_forms
from hoso.engines.intake.practitioners.kind import MANAGE
from hoso.engines.intake.practitioners.queries import PAGE, find, practitioner
from hoso.engines.intake.practitioners.register import holds
from hoso.web.asking import ask
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken

LONGEST = 100  # characters of a search


def practitioners(request: ActingRequest) -> HttpResponse:
    """By the beginnings of names or of a licence number; the rows alone for a search as one types."""
    text, page = request.GET.get("q", "").strip()[:LONGEST], request.GET.get("page", "1")
    if not page.isdecimal() or not int(page):
        raise HosoError("HS9004", name="page", value=page[:40])
    found = ask(request, lambda scope: find(scope, text, int(page)), action="search", about="practitioners")
    today = timezone.localdate()
    context = {
        "rows": [(one, one.licences[0] if one.licences else None, one.licences[0].state(today) if one.licences else "",
                  [each for each in one.places if holds(each.first_day, each.last_day, today)]) for one in found.practitioners],
        "total": found.total, "text": text, "number": int(page), "pages": max(1, -(-found.total // PAGE)),
        "may_manage": may(request.actor, MANAGE, request.declaration.purpose),
    }  # fmt: skip
    fragment = request.headers.get("HX-Target") == "results"
    return render(request, "practitioners/rows.html" if fragment else "practitioners/list.html", context)


def one_practitioner(request: ActingRequest, practitioner_id: int) -> HttpResponse:
    """Raises HosoError HS9002."""
    return _page(request, practitioner_id)


def _page(request: ActingRequest, practitioner_id: int, problem: HosoError | None = None) -> HttpResponse:
    found = ask(request, lambda scope: practitioner(scope, practitioner_id), about=f"practitioner/{practitioner_id}")
    if found is None:
        raise HosoError("HS9002")
    one, earlier = found
    today = timezone.localdate()
    context = {
        "one": one, "earlier": earlier, "problem": problem, "today": today,
        "licences": [(each, each.state(today), licence_forms().get(each.form, UNKNOWN)) for each in one.licences],
        "places": [(each, holds(each.first_day, each.last_day, today)) for each in one.places],
        "may_manage": may(request.actor, MANAGE, "record_keeping"),
    }  # fmt: skip
    return render(request, "practitioners/practitioner.html", context, status=422 if problem else 200)


def suspend(request: ActingRequest, practitioner_id: int, licence_id: int) -> HttpResponse:
    """POST from, to (may be empty), reason."""
    return _act(request, practitioner_id, lambda reason: actions.suspend(
        request.actor, practitioner_id, licence_id, _day(request, "from"), _optional_day(request, "to"), reason,
    ))  # fmt: skip


def end_suspension(request: ActingRequest, practitioner_id: int, suspension_id: int) -> HttpResponse:
    """POST to, reason."""
    return _act(request, practitioner_id, lambda reason: actions.end_suspension(
        request.actor, practitioner_id, suspension_id, _day(request, "to"), reason,
    ))  # fmt: skip


def withdraw(request: ActingRequest, practitioner_id: int, licence_id: int) -> HttpResponse:
    """POST from, reason."""
    return _act(request, practitioner_id, lambda reason: actions.withdraw(
        request.actor, practitioner_id, licence_id, _day(request, "from"), reason,
    ))  # fmt: skip


def end_place(request: ActingRequest, practitioner_id: int, place_id: int) -> HttpResponse:
    """POST to, reason."""
    return _act(request, practitioner_id, lambda reason: actions.end_place(
        request.actor, practitioner_id, place_id, _day(request, "to"), reason,
    ))  # fmt: skip


def _act(request: ActingRequest, practitioner_id: int, act: Callable[[str], None]) -> HttpResponse:
    """What is refused is told on the page itself."""
    try:
        act(" ".join(request.POST.get("reason", "").split()))
    except HosoError as error:
        return _page(request, practitioner_id, error)
    messages.success(request, spoken(("Đã ghi.", "Recorded.")))
    return redirect("practitioner", practitioner_id)


def _day(request: ActingRequest, name: str) -> date:
    """Raises HosoError HS9004."""
    text = request.POST.get(name, "").strip()
    day = read_day(text)
    if day is None:
        raise HosoError("HS9004", name=name, value=text[:40])
    return day


def _optional_day(request: ActingRequest, name: str) -> date | None:
    return _day(request, name) if request.POST.get(name, "").strip() else None
