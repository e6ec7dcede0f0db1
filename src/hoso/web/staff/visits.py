"""One visit: diagnoses, drugs, services, results, course, papers, costs."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.people import queries as people
from hoso.engines.people.models import Person
from hoso.engines.records import queries as records
from hoso.engines.records.models import Costs, Visit
from hoso.web.asking import ask
from hoso.web.components.stacked_bar import Part, stacked_bar
from hoso.web.menu import may
from hoso.web.papers import PRINT
from hoso.web.routes import ActingRequest
from hoso.web.staff.apps import apps_of, lets_open
from hoso.web.staff.drug_courses import drug_courses
from hoso.web.templatetags.bilingual import spoken
from hoso.web.templatetags.figures import dong

PAYERS = {
    "insurer": ("Quỹ BHYT", "Insurance fund"),
    "copay": ("Cùng chi trả", "Co-payment"),
    "self_paid": ("Tự trả", "Paid by the person"),
    "other": ("Nguồn khác", "Other sources"),
}


@dataclass(frozen=True)
class VisitPage:
    person: Person
    visit: Visit
    allergies: tuple[str, ...]


def visit(request: ActingRequest, person_id: int, encounter: str) -> HttpResponse:
    """Raises HosoError HS5001 where there is no such visit to see."""

    def query(scope: Scope) -> VisitPage | None:
        person, found = people.person(scope, person_id), records.visit(scope, person_id, encounter)
        if person is None or found is None:
            return None
        return VisitPage(person, found, records.timeline(scope, person_id, limit=1).allergies)

    page = ask(request, query, person_id=person_id, about=f"Encounter/{encounter}")
    if page is None:
        raise HosoError("HS5001")
    parts = payer_parts(page.visit.costs) if page.visit.costs else []
    context = {
        "person": page.person,
        "visit": page.visit,
        "summary": page.visit.summary,
        "allergies": page.allergies,
        "drugs": drug_courses(page.visit.medications),
        "has_ranges": any(line.low is not None or line.high is not None for line in page.visit.results),
        "may_label": may(request.actor, "record.label", request.declaration.purpose),
        "may_print": may(request.actor, PRINT, request.declaration.purpose),
        "apps": (apps := apps_of(request)),
        "payers": parts,
        "payers_picture": stacked_bar(parts, "; ".join(f"{part.text} {dong(part.amount)}" for part in parts)),
    }
    return lets_open(render(request, "visits/visit.html", context), apps)


def payer_parts(costs: Costs) -> list[Part]:
    """Who pays how much, in the order of the exchange's cost fields."""
    return [Part(key, spoken(words), getattr(costs, key)) for key, words in PAYERS.items()]
