"""The page of sensitive labels, of one visit or of a person: what is carried, who decided it, setting and lifting."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.access.labels import Label
from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.people import queries as people
from hoso.engines.people.models import Person
from hoso.engines.records.labelling import SHORTEST_REASON, Labelled, decide_label, labels_of
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken

ACTS = {"set": True, "lift": False}


@dataclass(frozen=True)
class LabelsPage:
    person: Person
    labelled: Labelled


def visit_labels(request: ActingRequest, person_id: int, encounter: str) -> HttpResponse:
    """Raises HosoError HS5001 where there is no such visit to see, and as `decide_label` does."""
    return _labels(request, person_id, encounter)


def person_labels(request: ActingRequest, person_id: int) -> HttpResponse:
    """Violence at home, of the person: raises HosoError HS4003 where there is nobody to see, and as `decide_label` does."""
    return _labels(request, person_id, None)


def _labels(request: ActingRequest, person_id: int, encounter: str | None) -> HttpResponse:
    if request.method == "POST":
        return _decide(request, person_id, encounter)

    def query(scope: Scope) -> LabelsPage | None:
        person, labelled = people.person(scope, person_id), labels_of(scope, person_id, encounter)
        return LabelsPage(person, labelled) if person and labelled else None

    page = ask(request, query, person_id=person_id, about=_about(encounter))
    if page is None:
        raise HosoError("HS4003" if encounter is None else "HS5001")
    carried = page.labelled.carried
    context = {
        "person": page.person, "labelled": page.labelled, "encounter": encounter, "shortest": SHORTEST_REASON,
        "free": [one for one in page.labelled.choices if one not in carried],
    }  # fmt: skip
    return render(request, "visits/labels.html", context)


def _decide(request: ActingRequest, person_id: int, encounter: str | None) -> HttpResponse:
    act, key, reason = (request.POST.get(name, "") for name in ("act", "label", "reason"))
    if act not in ACTS:
        raise HosoError("HS9004", name="act", value=act[:40])

    def query(scope: Scope) -> tuple[Label, ...]:
        if people.person(scope, person_id) is None:
            raise HosoError("HS4003")
        decide_label(request.actor, scope, person_id, encounter, key, ACTS[act], reason)
        return ()

    ask(
        request, query, action="update", person_id=person_id, about=_about(encounter),
        reason=f"{act} {key}: {reason.strip()}"[:400],
    )  # fmt: skip
    messages.success(
        request,
        spoken(
            (
                "Đã ghi nhãn; mọi bản của hồ sơ mang nhãn này.",
                "The label is recorded; every copy of the record carries it.",
            )
        )
        if ACTS[act]
        else spoken(("Đã gỡ nhãn khỏi mọi bản của hồ sơ.", "The label is lifted from every copy of the record.")),
    )
    # Whoever sets a label may be one of those who do not see it: the way back is the person's page.
    return redirect("person", person_id)


def _about(encounter: str | None) -> str:
    return f"Encounter/{encounter}/labels" if encounter else "labels"
