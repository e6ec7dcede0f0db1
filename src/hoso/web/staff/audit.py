"""The overseer's pages: who did what to whom, one event, what each account did, who looked at one person's record.

Looking here is itself an event, on the person where one is named.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.core.audit import queries
from hoso.core.audit.queries import AccountUse, EventRow, Filters, Look
from hoso.core.errors import HosoError
from hoso.engines.oversight.case_story import Letter, letters
from hoso.web.asking import ask
from hoso.web.given_days import given_day
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.audit_words import ACTION, OUTCOME, STORE
from hoso.web.whole_numbers import whole_or_none

PAGE = 50
DAYS = 30  # of statistics, where no day is named
WORDS = ("account", "person", "action", "outcome", "store", "sensitive", "break_glass", "since", "until")


@dataclass(frozen=True)
class Told:
    """What a person is told: who looked, and which of it was misuse."""

    looks: list[Look]
    letters: list[Letter]

    def __len__(self) -> int:
        return len(self.looks)


def events(request: ActingRequest) -> HttpResponse:
    """Newest first, `?before=` the number of the oldest event shown; narrowed by the other words."""
    filters, before = filters_of(request), whole_or_none(request.GET, "before")
    found: list[EventRow] = ask(
        request,
        lambda scope: queries.events(scope, filters, PAGE, before),
        action="search",
        person_id=filters.person_id,
        about="audit",
    )
    context = {
        **_form(request, filters),
        "events": found,
        "older": _again(request, before=found[-1].id) if len(found) == PAGE else None,
    }
    return render(request, "audit/events.html", context)


def event(request: ActingRequest, event_id: int) -> HttpResponse:
    """Everything of one event. Raises HosoError HS2158."""
    found: EventRow | None = ask(request, lambda scope: queries.event(scope, event_id), about=f"audit event {event_id}")
    if found is None:
        raise HosoError("HS2158")
    return render(request, "audit/event.html", {"event": found})


def uses(request: ActingRequest) -> HttpResponse:
    """What each account did; of the last thirty days where no day is named."""
    filters = filters_of(request)
    if filters.since is None:
        filters = Filters(**{**filters.__dict__, "since": _start(timezone.localdate() - timedelta(days=DAYS))})
    found: list[AccountUse] = ask(
        request,
        lambda scope: queries.account_uses(scope, filters),
        action="search",
        person_id=filters.person_id,
        about="audit statistics",
    )
    return render(request, "audit/uses.html", {**_form(request, filters), "uses": found})


def looks(request: ActingRequest, person_id: int) -> HttpResponse:
    """Who looked at this person's record, as the person is told it."""
    before = whole_or_none(request.GET, "before")

    def query(scope: Scope) -> Told:
        return Told(queries.who_looked_at(scope, person_id, PAGE, before), letters(scope, person_id))

    told = ask(request, query, person_id=person_id, about="who looked")
    found = told.looks
    context = {
        "person_id": person_id,
        "looks": found,
        "letters": told.letters,
        "older": _again(request, before=found[-1].event_id) if len(found) == PAGE else None,
    }
    return render(request, "audit/looks.html", context)


def filters_of(request: HttpRequest) -> Filters:
    """Raises HosoError HS9004 for a word or a value that is not known."""
    for name in request.GET.keys() - {*WORDS, "before"}:
        raise HosoError("HS9004", name=name[:40], value=request.GET[name][:40])
    whole_or_none(request.GET, "before")
    until = _day(request, "until")
    return Filters(
        account=request.GET.get("account", "").strip(),
        person_id=whole_or_none(request.GET, "person"),
        action=_one_of(request, "action", ACTION),
        outcome=_one_of(request, "outcome", OUTCOME),
        store=_one_of(request, "store", STORE),
        sensitive=request.GET.get("sensitive", "") == "1",
        break_glass=request.GET.get("break_glass", "") == "1",
        since=_start(day) if (day := _day(request, "since")) else None,
        until=_start(until + timedelta(days=1)) if until else None,
    )


def _form(request: HttpRequest, filters: Filters) -> dict[str, object]:
    since = timezone.localdate(filters.since) if filters.since else None
    return {"filters": filters, "since": since, "until": _day(request, "until"),
            "actions": ACTION, "outcomes": OUTCOME, "stores": STORE}  # fmt: skip


def _again(request: HttpRequest, **changed: object) -> str:
    """This page's address with these words changed."""
    kept = {name: value for name, value in request.GET.items() if value}
    return "?" + urlencode({**kept, **changed})


def _one_of(request: HttpRequest, name: str, allowed: dict[str, tuple[str, str]]) -> str:
    value = request.GET.get(name, "")
    if value and value not in allowed:
        raise HosoError("HS9004", name=name, value=value[:40])
    return value


def _day(request: HttpRequest, name: str) -> date | None:
    text = request.GET.get(name, "").strip()
    return given_day(name, text) if text else None


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))
