"""Papers to hand to a person: a paper of a visit, or the summary of the whole record, as PDF or as FHIR document."""

from django.http import HttpResponse

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.people import queries as people
from hoso.engines.records.papers.document import Document
from hoso.engines.records.papers.patient_summary import patient_summary
from hoso.engines.records.papers.stored_paper import paper_document
from hoso.web.fhir.paging import base_of
from hoso.web.papers import as_attachment, print_document
from hoso.web.routes import ActingRequest

LONGEST_REASON = 500


def paper(request: ActingRequest, person_id: int, composition: str) -> HttpResponse:
    """One paper of a visit; the form's `reason` and `format` (pdf or fhir). Raises HosoError HS2103, HS5001."""

    def compose(scope: Scope) -> Document | None:
        found = paper_document(scope, composition, base_of(request))
        return found if found and found.person_id == person_id else None

    file = print_document(request, compose, f"Composition/{composition}/$document", _reason(request), as_fhir=_fhir(request))  # fmt: skip
    return as_attachment(file, f"giay-{composition[:18]}")


def summary(request: ActingRequest, person_id: int) -> HttpResponse:
    """The summary of the person's record. Raises HosoError HS2103, HS4003."""

    def compose(scope: Scope) -> Document | None:
        person = people.person(scope, person_id)
        return patient_summary(scope, person.patient_id, base_of(request)) if person else None

    try:
        file = print_document(request, compose, "Patient/$summary", _reason(request), as_fhir=_fhir(request))
    except HosoError as error:
        raise HosoError("HS4003") if error.code == "HS5001" else error
    return as_attachment(file, f"tom-tat-{person_id}")


def _reason(request: ActingRequest) -> str:
    return request.POST.get("reason", "")[:LONGEST_REASON]


def _fhir(request: ActingRequest) -> bool:
    return request.POST.get("format") == "fhir"
