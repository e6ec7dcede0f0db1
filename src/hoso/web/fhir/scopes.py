"""What the scopes of an access token leave of a FHIR answer (SMART App Launch 2.2); the roles decided before."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from urllib.parse import parse_qsl

import orjson

from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking, record_refusal
from hoso.core.accounts.authorization.permits import Interaction, Permit, permits
from hoso.core.errors import HosoError
from hoso.engines.people import queries as people
from hoso.engines.records.fhir.interactions import Found
from hoso.engines.records.fhir.search.across import Sight, Test
from hoso.engines.records.fhir.search.matching import matcher
from hoso.engines.records.fhir.search.query import Chain, Has, Query, parse_query
from hoso.engines.records.reading import StoredResource
from hoso.web.routes import ActingRequest

Answer = Callable[[Scope], Found | None]


def within_scopes(request: ActingRequest, type_name: str, interaction: Interaction, answer: Answer) -> Answer:
    """The answer with only the resources that a scope permits. Raises HosoError HS2255 where none permits the type."""
    given = permits(request.actor, type_name, interaction)
    if not given:
        _refuse(request, type_name, interaction)
    if Permit() in given:
        return answer

    def cut(scope: Scope) -> Found | None:
        found = answer(scope)
        if found is None:
            return None
        tests = [_test(permit, scope, type_name) for permit in given]
        kept = tuple(one for one in found.resources if any(test(one) for test in tests))
        return replace(found, resources=kept) if kept else None

    return cut


def refuse_unpermitted(request: ActingRequest, query: Query) -> None:
    """Raises HosoError HS2255 where no scope permits searching a type that the query names: its own, or one of an include or
    a chain that can be no other."""
    refuse_types(request, _named(query))


def refuse_types(request: ActingRequest, types: set[str]) -> None:
    """Raises HosoError HS2255 where no scope permits searching one of these types."""
    for type_name in sorted(types):
        if not permits(request.actor, type_name, "search"):
            _refuse(request, type_name, "search")


def _named(query: Query) -> set[str]:
    found = {query.type_name}
    for include in query.includes:
        found.add(include.parameter.type_name if include.back else include.target or query.type_name)
    for one in query.criteria:
        inner = one.queries if isinstance(one, Chain) else (one.query,) if isinstance(one, Has) else ()
        if len(inner) == 1:
            found |= _named(inner[0])
    return found


def sight_of(request: ActingRequest, scope: Scope) -> Sight:
    """Of each type what the scopes leave; of a type that none permits, nothing."""

    @cache
    def sight(type_name: str) -> Test:
        given = permits(request.actor, type_name, "search")
        if Permit() in given:
            return lambda one: True
        tests = [_test(permit, scope, type_name) for permit in given]
        return lambda one: any(test(one) for test in tests)

    return sight


def _refuse(request: ActingRequest, type_name: str, interaction: Interaction) -> None:
    declared = request.declaration
    asking = Asking(declared.permission, object=f"{type_name}.{interaction[0]}")
    record_refusal(request.actor, declared.purpose, asking)
    raise HosoError("HS2255", type=type_name, interaction=interaction)


def _test(permit: Permit, scope: Scope, type_name: str) -> Test:
    person_id = people.person_id_of(scope, permit.patient) if permit.patient else None
    fits = matcher(parse_query(type_name, parse_qsl(permit.query))) if permit.query else None

    def test(one: StoredResource) -> bool:
        if permit.patient and (person_id is None or one.person_id != person_id):
            return False
        return fits is None or (not one.deleted and fits(orjson.loads(one.served())))

    return test
