"""The ministry's portal: how the synchronisation stands, document by document, and deciding where the two do not agree."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.intake.queries import filed_at
from hoso.engines.records.ministry_portal.board import PAGE, STATES, Board, Story, Wanted, board, story
from hoso.engines.records.ministry_portal.deciding import ours_stands, send_again
from hoso.engines.records.ministry_portal.gateway import portal_is_on
from hoso.engines.records.ministry_portal.schedule import next_night
from hoso.web.asking import ask
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken


def overview(request: ActingRequest) -> HttpResponse:
    """Numbers, differences, documents; `?state=…&facility=…&day=…&before=…`. Raises HosoError HS9004."""
    wanted = _wanted(request)
    found: Board = ask(request, lambda scope: board(scope, wanted), about="ministry portal")
    context = {
        "board": found, "wanted": wanted, "states": STATES, "on": portal_is_on(), "next": next_night(),
        "older": found.documents[-1].id if len(found.documents) == PAGE else None, "may_decide": _may_decide(request),
    }  # fmt: skip
    return render(request, "portal/overview.html", context)


@dataclass(frozen=True)
class _Whole:
    """A document's story, and in which package the visit lies that it is of."""

    story: Story
    place: tuple[int, int] | None

    def __len__(self) -> int:
        return len(self.story)


def document(request: ActingRequest, number: int) -> HttpResponse:
    """Everything that was told of one document and answered. Raises HosoError HS3442."""

    def query(scope: Scope) -> _Whole | None:
        found = story(scope, number)
        return _Whole(found, filed_at(scope, found.encounter)) if found else None

    found: _Whole | None = ask(request, query, about=f"ministry portal document {number}")
    if found is None:
        raise HosoError("HS3442")
    newest = found.story.versions[0]
    contested = newest.state == "different" or any(one.theirs for one in found.story.differences)
    context = {
        "story": found.story, "place": found.place, "contested": contested, "may_decide": _may_decide(request),
    }  # fmt: skip
    return render(request, "portal/document.html", context)


def decide(request: ActingRequest, number: int) -> HttpResponse:
    """POST decision = send_again or ours_stands (with `reason`). Raises HosoError HS3442, HS3443, HS3444, HS9004."""
    decision = request.POST.get("decision", "")
    if decision == "ours_stands":
        ours_stands(request.actor, number, request.POST.get("reason", ""))
    elif decision == "send_again":
        send_again(request.actor, number)
    else:
        raise HosoError("HS9004", name="decision", value=decision[:40])
    messages.success(request, spoken(("Đang gửi lên cổng.", "It is being sent to the portal.")))
    return redirect("portal_document", number)


def _may_decide(request: ActingRequest) -> bool:
    return may(request.actor, "package.send", "record_keeping")


def _wanted(request: ActingRequest) -> Wanted:
    given = request.GET
    state, before, day = given.get("state", ""), given.get("before", ""), given.get("day", "")
    if state and state not in STATES:
        raise HosoError("HS9004", name="state", value=state[:40])
    if before and not (before.isascii() and before.isdecimal() and len(before) < 16):
        raise HosoError("HS9004", name="before", value=before[:40])
    try:
        on = date.fromisoformat(day) if day else None
    except ValueError:
        raise HosoError("HS9004", name="day", value=day[:40]) from None
    facility = given.get("facility", "").replace("\0", "").strip()[:20]
    return Wanted(state, facility, on, int(before) if before else None)
