"""`Composition/<id>/$document` and `Patient/<id>/$summary` over HTTP: a document Bundle, or a PDF where that is asked for.

To read a document needs what reading a record needs. A PDF is a paper that leaves: the right to print and a reason, in the
header X-HoSo-Reason.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.records.papers.document import Document
from hoso.engines.records.papers.leaving import May
from hoso.engines.records.papers.patient_summary import patient_summary
from hoso.engines.records.papers.stored_paper import paper_document
from hoso.web.asking import ask
from hoso.web.fhir.outcomes import fhir_answer
from hoso.web.fhir.paging import base_of
from hoso.web.fhir.scopes import refuse_types, sight_of
from hoso.web.fhir.views import JSON_FORMATS
from hoso.web.papers import as_attachment, print_document
from hoso.web.routes import ActingRequest

PDF = {"application/pdf", "pdf"}
Compose = Callable[[Scope, str, str, May], Document | None]


def document(request: ActingRequest, composition: str) -> HttpResponse:
    """The document of a Composition. Raises HosoError HS5001 where there is none to see."""
    return _answer(request, paper_document, composition, f"Composition/{composition}/$document", "Composition")


def summary(request: ActingRequest, patient_id: str) -> HttpResponse:
    """The International Patient Summary of a person. Raises HosoError HS5001 for nobody whom the asker may see."""
    return _answer(request, patient_summary, patient_id, f"Patient/{patient_id}/$summary", "Patient")


def _answer(request: ActingRequest, compose: Compose, id_: str, about: str, type_name: str) -> HttpResponse:
    as_pdf = _wants_pdf(request)
    for name in request.GET:
        if name not in ("_format", "_pretty"):
            raise HosoError("HS5110", name=name[:60], type=about.rpartition("/")[2])
    refuse_types(request, {type_name, "Patient"})

    def find(scope: Scope) -> Document | None:
        sight = sight_of(request, scope)
        return compose(scope, id_, base_of(request), lambda one: sight(one.type)(one))

    if as_pdf:
        reason = request.headers.get("X-HoSo-Reason", "")[:500]
        return as_attachment(print_document(request, find, about, reason), id_[:36])
    found = ask(request, find, about=about)
    if found is None:
        raise HosoError("HS5001")
    return fhir_answer(found.bundle)


def _wants_pdf(request: HttpRequest) -> bool:
    """By `_format`, else by Accept. Raises HosoError HS5114 for a format that is not made."""
    asked = request.GET.get("_format")
    if asked is None:
        kinds = [one.partition(";")[0].strip() for one in request.headers.get("Accept", "").split(",")]
        return next((one for one in kinds if one in PDF | JSON_FORMATS), "json") in PDF
    if asked not in PDF | JSON_FORMATS:
        raise HosoError("HS5114", format=asked[:40])
    return asked in PDF
