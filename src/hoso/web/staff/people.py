"""Finding a person, and the person's page with the timeline of visits."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.core.places.queries import TEXT_LENGTH
from hoso.engines.intake.numbers import SHAPES as END_KINDS
from hoso.engines.people import detail_history
from hoso.engines.people import queries as people
from hoso.engines.people.cards.numbers import scanned_card
from hoso.engines.people.citizen_card import read_citizen_card
from hoso.engines.people.detail_history import DetailHistory
from hoso.engines.people.models import Person, SearchAnswer, Sex
from hoso.engines.records import queries as records
from hoso.engines.records.models import Timeline
from hoso.web.asking import ask
from hoso.web.components.month_strip import month_strip
from hoso.web.menu import may
from hoso.web.papers import PRINT
from hoso.web.routes import ActingRequest
from hoso.web.staff.apps import apps_of, lets_open
from hoso.web.staff.asked_commune import asked_commune
from hoso.web.staff.detail_rows import detail_rows
from hoso.web.staff.timeline_rows import timeline_rows
from hoso.web.templatetags.bilingual import spoken

SHORTEST = 2  # letters or digits worth a search
TREATMENT = "treatment"


@dataclass(frozen=True)
class Found:
    """A search answer that the audit can count."""

    answer: SearchAnswer

    def __len__(self) -> int:
        return len(self.answer.hits)


@dataclass(frozen=True)
class PersonPage:
    person: Person
    timeline: Timeline
    details: list[DetailHistory]


@dataclass(frozen=True)
class PersonDetails:
    person: Person
    details: list[DetailHistory]


def search(request: ActingRequest) -> HttpResponse:
    """`?q=` a name with or without accents, a number, a card or a phone; `&commune=` those alone whose address, old or new, lies
    in this commune of today (by name or code). As a fragment while typing."""
    text = request.GET.get("q", "").strip()
    commune = asked_commune(request.GET.get("commune", "")[:TEXT_LENGTH])
    living_in = commune.addresses()
    asked = (len(text) >= SHORTEST or (living_in is not None and not text)) and bool(commune.chosen or not commune.text)

    def query(scope: Scope) -> Found:
        return Found(people.search(scope, text, living_in=living_in) if asked else SearchAnswer((), False))

    about = f"commune {commune.chosen.code}" if commune.chosen else ""
    answer = ask(request, query, action="search", about=about).answer
    treating = request.declaration.purpose == TREATMENT
    cards = may(request.actor, "card.manage", request.declaration.purpose)
    context = {
        "text": text,
        "card": read_citizen_card(text),
        "health_card": scanned_card(text) if cards else None,
        "may_manage_cards": cards,
        "differences": _differences(text, answer),
        "asked": asked,
        "commune": commune,
        "answer": answer,
        "search_route": "people" if treating else "intake_people",
        "person_route": "person" if treating else "intake_person",
    }
    fragment = request.headers.get("HX-Target") == "results"
    return render(request, "people/results.html" if fragment else "people/search.html", context)


def _differences(text: str, answer: SearchAnswer) -> tuple[str, ...]:
    """What a scanned card says otherwise than the only person found by it."""
    card = read_citizen_card(text)
    if card is None or len(answer.hits) != 1:
        return ()
    (hit,) = answer.hits
    return card.differs(hit.name, hit.birth, hit.sex)


def person(request: ActingRequest, person_id: int) -> HttpResponse:
    """The banner and the newest visits. Raises HosoError HS4003 where there is nobody to see."""

    def query(scope: Scope) -> PersonPage | None:
        found = people.person(scope, person_id)
        if found is None:
            return None
        return PersonPage(found, records.timeline(scope, person_id), detail_history.detail_histories(scope, person_id))

    page = ask(request, query, person_id=person_id, about="timeline")
    if page is None:
        raise HosoError("HS4003")
    visits = page.timeline.visits
    today = timezone.localdate()
    context = {
        "person": page.person,
        "details": detail_rows(page.person, page.details),
        "history_route": "person_details",
        "timeline": page.timeline,
        "allergies": page.timeline.allergies,
        "rows": timeline_rows(visits, today),
        "may_label": may(request.actor, "record.label", request.declaration.purpose),
        "may_manage_cards": may(request.actor, "card.manage", request.declaration.purpose),
        "may_register_newborn": page.person.sex != Sex.MALE
        and may(request.actor, "newborn.register", request.declaration.purpose),
        "may_print": may(request.actor, PRINT, request.declaration.purpose),
        "apps": (apps := apps_of(request)),
        "last": visits[-1].started if visits else None,
        "strip": month_strip(
            [timezone.localtime(visit.started).date() for visit in visits],
            page.timeline.first_year,
            timezone.localtime(visits[-1].started).date() if visits and page.timeline.more else None,
            today,
            spoken(("Số lượt khám theo tháng", "Visits by month")),
        ),
    }
    return lets_open(render(request, "people/person.html", context), apps)


def older_visits(request: ActingRequest, person_id: int) -> HttpResponse:
    """`?before=` the start of the oldest visit shown: the rows that follow it."""
    before = _moment(request.GET.get("before", ""))
    timeline = ask(
        request, lambda scope: records.timeline(scope, person_id, before=before), person_id=person_id, about="timeline"
    )
    visits = timeline.visits
    context = {
        "person_id": person_id,
        "timeline": timeline,
        "rows": timeline_rows(visits, timezone.localtime(before).date(), first=False),
        "last": visits[-1].started if visits else None,
    }
    return render(request, "people/timeline_rows.html", context)


def identity(request: ActingRequest, person_id: int) -> HttpResponse:
    """Who a person is, without the record: for those who receive packages. Raises HosoError HS4003."""
    found = _details(request, person_id, "identity")
    context = {
        "person": found.person,
        "details": detail_rows(found.person, found.details),
        "history_route": "intake_person_details",
        "may_end_numbers": may(request.actor, "conflict.decide", request.declaration.purpose),
        "ending": [one for one in found.person.identifiers if one.kind in END_KINDS and not one.is_old],
        "ended": [one for one in found.person.identifiers if one.is_old],
        "today": timezone.localdate(),
    }
    return render(request, "people/identity.html", context)


def details(request: ActingRequest, person_id: int) -> HttpResponse:
    """Everything that was said of the person's details, by whom and when. Raises HosoError HS4003."""
    found = _details(request, person_id, "history of details")
    return render(request, "people/detail_history.html", {"details": detail_rows(found.person, found.details)})


def _details(request: ActingRequest, person_id: int, about: str) -> PersonDetails:
    def query(scope: Scope) -> PersonDetails | None:
        found = people.person(scope, person_id)
        return PersonDetails(found, detail_history.detail_histories(scope, person_id)) if found else None

    answer: PersonDetails | None = ask(request, query, person_id=person_id, about=about)
    if answer is None:
        raise HosoError("HS4003")
    return answer


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise HosoError("HS9004", name="before", value=text[:40]) from None
