"""FHIR search over HTTP: of a type, by POST, and within a compartment."""

from django.http import HttpRequest, HttpResponse

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.records.fhir import interactions
from hoso.engines.records.fhir.definitions import compartment, search_parameters
from hoso.engines.records.fhir.search.across import Page
from hoso.engines.records.fhir.search.query import parse_query
from hoso.engines.records.fhir.search.resolved import Referring, Resolved
from hoso.engines.records.fhir.search.subsets import written
from hoso.web.asking import ask
from hoso.web.fhir import bundles
from hoso.web.fhir.capability import served_types
from hoso.web.fhir.outcomes import fhir_answer
from hoso.web.fhir.paging import PAGE, Pairs, base_of, cursor_in, link, pairs_of, signed
from hoso.web.fhir.scopes import refuse_unpermitted, sight_of
from hoso.web.fhir.views import fhir_view
from hoso.web.routes import ActingRequest

COMPARTMENTS = ("Patient", "Encounter", "Practitioner", "RelatedPerson", "Device")


@fhir_view
def search(request: ActingRequest, type_name: str) -> HttpResponse:
    """`?…`: what fits, of everybody whom the asker may see."""
    return _answer(request, type_name, pairs_of(request.GET.lists()))


@fhir_view
def search_by_post(request: ActingRequest, type_name: str) -> HttpResponse:
    """The same with parameters in the body, which no log of addresses keeps; those of the address count too."""
    pairs = pairs_of([*request.GET.lists(), *request.POST.lists()])
    return _answer(request, type_name, pairs)


@fhir_view
def search_compartment(request: ActingRequest, type_name: str, id_: str, member: str) -> HttpResponse:
    """What belongs to one patient, encounter, practitioner, related person or device."""
    if type_name not in COMPARTMENTS or member not in served_types():
        raise HosoError("HS5115", type=(member if type_name in COMPARTMENTS else type_name)[:40])
    codes = compartment(type_name).get(member, ())
    if not codes:
        raise HosoError("HS5157", type=member, compartment=type_name)
    known = search_parameters(member)
    belongs = Referring(tuple(known[one] for one in codes if one in known), frozenset({(type_name, id_)}))
    return _answer(request, member, pairs_of(request.GET.lists()), (belongs,))


def _answer(request: ActingRequest, type_name: str, pairs: Pairs, extra: tuple[Resolved, ...] = ()) -> HttpResponse:
    asked = [pair for pair in pairs if pair[0] != PAGE]
    query = parse_query(type_name, asked, strict=not _is_lenient(request))
    cursor = cursor_in(pairs)
    refuse_unpermitted(request, query)

    def find(scope: Scope) -> Page:
        return interactions.search(scope, sight_of(request, scope), query, extra, cursor)

    page = ask(request, find, action="search", about=type_name)
    understood = [pair for pair in asked if pair[0] not in query.ignored]
    links = {"self": link(request, understood)}
    if page.next:
        links["next"] = link(request, [*understood, (PAGE, signed(page.next))])
    return fhir_answer(
        bundles.searchset(
            base_of(request),
            [(one, written(query, one)) for one in page.resources],
            [(one, written(query, one)) for one in page.included],
            page.total,
            links,
            page.warnings,
        )
    )


def _is_lenient(request: HttpRequest) -> bool:
    wishes = [one.strip() for one in request.headers.get("Prefer", "").replace(";", ",").split(",")]
    return "handling=lenient" in wishes
