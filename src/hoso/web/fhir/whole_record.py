"""`Patient/<id>/$everything` over HTTP."""

from datetime import datetime

from django.http import HttpResponse

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.people import queries as people
from hoso.engines.records.fhir.everything import Wanted, everything, record_types
from hoso.engines.records.fhir.search.across import Page
from hoso.engines.records.fhir.search.moments import span_of
from hoso.engines.records.fhir.search.query import MOST_COUNT
from hoso.web.asking import ask
from hoso.web.fhir import bundles
from hoso.web.fhir.outcomes import fhir_answer
from hoso.web.fhir.paging import PAGE, Pairs, base_of, cursor_in, link, pairs_of, signed
from hoso.web.fhir.scopes import refuse_types, sight_of
from hoso.web.fhir.views import fhir_view
from hoso.web.routes import ActingRequest

PARAMETERS = frozenset({"_since", "_type", "_count", "start", "end", "_format", PAGE})


@fhir_view
def patient_everything(request: ActingRequest, patient_id: str) -> HttpResponse:
    """The whole record of one person; `_since`, `_type`, `start`, `end`, `_count`; pages as of one state of the store.

    Raises HosoError HS5001 for nobody whom the asker may see, HS5110 and HS5112 for other parameters and values.
    """
    pairs = pairs_of(request.GET.lists())
    wanted, cursor = _wanted(pairs), cursor_in(pairs)
    refuse_types(request, {"Patient", *wanted.types})

    def find(scope: Scope) -> Page | None:
        person_id = people.person_id_of(scope, patient_id)
        return None if person_id is None else everything(scope, sight_of(request, scope), person_id, wanted, cursor)

    page = ask(request, find, about=f"Patient/{patient_id}/$everything")
    if page is None:
        raise HosoError("HS5001")
    asked = [pair for pair in pairs if pair[0] != PAGE]
    links = {"self": link(request, asked)}
    if page.next:
        links["next"] = link(request, [*asked, (PAGE, signed(page.next))])
    found, included = ([(one, one.served()) for one in each] for each in (page.resources, page.included))
    return fhir_answer(bundles.searchset(base_of(request), found, included, page.total, links))


def _wanted(pairs: Pairs) -> Wanted:
    given = dict(pairs)
    for name in given:
        if name not in PARAMETERS:
            raise HosoError("HS5110", name=name[:60], type="Patient/$everything")
    types = tuple(one for one in given.get("_type", "").split(",") if one)
    for one in types:
        if one not in record_types():
            raise HosoError("HS5112", name="_type", value=one[:60])
    count = given.get("_count", str(MOST_COUNT))
    if not count.isdecimal() or not 0 < int(count) <= MOST_COUNT:
        raise HosoError("HS5112", name="_count", value=count[:60])
    since, start, end = (_moment(name, given.get(name), 0) for name in ("_since", "start", "end"))
    if end:
        end = _moment("end", given["end"], 1)
    return Wanted(types, since, start, end, int(count))


def _moment(name: str, text: str | None, side: int) -> datetime | None:
    """The beginning (0) or the end (1) of what a date means."""
    if text is None:
        return None
    span = span_of(text)
    if span is None:
        raise HosoError("HS5112", name=name, value=text[:60])
    return span[side]
