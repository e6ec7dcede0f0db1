"""The desk for requests of persons: what is due first on top, one request with its history, the letters."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hoso.core.access.consent.representatives import representatives
from hoso.core.access.purposes import purposes
from hoso.core.access.rights import actions, queries
from hoso.core.access.rights.actions import NewRequest
from hoso.core.access.rights.clocks import rights_rules
from hoso.core.access.rights.models import Request
from hoso.core.errors import HosoError
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.staff.person_at_desk import behalf_of, find_person, person_of_ticket, subject_of, ticket_for
from hoso.web.templatetags.bilingual import spoken

LETTERS = ("reply", "extension", "decision")


def desk(request: ActingRequest) -> HttpResponse:
    """Open requests, the overdue ones first, and what was decided lately."""

    def query(scope: object) -> list[Request]:
        return [*queries.open_requests(), *queries.decided_requests()]

    found: list[Request] = ask(request, query, about="requests")
    today = timezone.localdate()
    waiting = [(one, one.overdue(today), (one.next_day - today).days) for one in found if one.state == "open"]
    context = {
        "waiting": waiting,
        "decided": [one for one in found if one.state != "open"],
        "kinds": rights_rules().kinds,
    }
    return render(request, "rights/desk.html", context)


def new(request: ActingRequest) -> HttpResponse:
    """The form for the person who was found by number and year of birth."""
    person = find_person(request)
    context = {
        "person": person, "ticket": ticket_for(request, person), "kinds": rights_rules().kinds.values(),
        "restrictable": [purposes()[key] for key in rights_rules().restrictable],
        "representatives": representatives().values(),
    }  # fmt: skip
    return render(request, "rights/new.html", context)


def receive(request: ActingRequest) -> HttpResponse:
    person = person_of_ticket(request)
    made = NewRequest(
        subject_of(person), person.name, request.POST.get("kind", ""), request.POST.get("details", ""),
        through_others=request.POST.get("through_others") == "yes",
        channel="paper" if request.POST.get("channel") == "paper" else "desk", behalf=behalf_of(request),
        purposes=tuple(request.POST.getlist("purposes")),
    )  # fmt: skip
    if made.kind not in rights_rules().kinds:
        raise HosoError("HS9004", name="kind", value=made.kind[:20])
    return redirect("rights_request", request_id=actions.receive(request.actor, made))


def one(request: ActingRequest, request_id: int) -> HttpResponse:
    """A request, its clocks and history, and the steps that are open."""
    found, history, restrictions = ask(request, lambda scope: _read(request_id), about=f"Request/{request_id}")
    context = {
        "one": found, "history": history, "today": timezone.localdate(), "overdue": found.overdue(timezone.localdate()),
        "relation": representatives().get(found.relation), "restrictions": restrictions,
        "purposes": [purposes()[key] for key in found.purposes], "letters": _letters(found),
    }  # fmt: skip
    return render(request, "rights/request.html", context)


def step(request: ActingRequest, request_id: int) -> HttpResponse:
    """One step, named by the button that was pressed."""
    act, note, days = (request.POST.get(name, "") for name in ("act", "note", "days"))
    if act == "reply":
        actions.reply(request.actor, request_id, note)
    elif act == "extend":
        actions.extend(request.actor, request_id, int(days) if days.isdecimal() else 0, note)
    elif act == "carry_out":
        actions.carry_out(request.actor, request_id, note)
    elif act == "refuse":
        actions.refuse(request.actor, request_id, note)
    elif act == "lift":
        actions.lift(request.actor, int(request.POST.get("restriction", "0")), note)
    else:
        raise HosoError("HS9004", name="act", value=act[:20])
    messages.success(request, spoken(("Đã ghi nhận.", "Recorded.")))
    return redirect("rights_request", request_id=request_id)


def letter(request: ActingRequest, request_id: int, kind: str) -> HttpResponse:
    """A letter to the person, in Vietnamese, with the facts of the case; printing it is a line of the history."""

    def query(scope: object) -> Request:
        found, _, _ = _read(request_id)
        if kind not in _letters(found):
            raise HosoError("HS2320")
        actions.printed(request.actor, request_id, kind)
        return found

    found = ask(request, query, about=f"Request/{request_id}/letter/{kind}")
    context = {
        "one": found, "kind": kind, "today": timezone.localdate(), "relation": representatives().get(found.relation),
        "purposes": [purposes()[key] for key in found.purposes],
    }  # fmt: skip
    return render(request, "rights/letter.html", context)


def _read(request_id: int) -> tuple[Request, list[object], list[object]]:
    found = queries.request(request_id)
    if found is None:
        raise HosoError("HS2320")
    return found, list(queries.history(request_id)), list(queries.restrictions(found.person_id))


def _letters(found: Request) -> list[str]:
    """The letters that the case has come to."""
    letters = ["reply"]
    if found.extended_due:
        letters.append("extension")
    if found.state != "open":
        letters.append("decision")
    return letters
