"""What the scopes of an access token leave of a FHIR answer (SMART App Launch 2.2); the roles decided before."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl

import orjson

from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking, record_refusal
from hoso.core.accounts.authorization.permits import Interaction, Permit, permits
from hoso.core.errors import HosoError
from hoso.engines.people import queries as people
from hoso.engines.records.fhir.interactions import Found, person_of
from hoso.engines.records.fhir.search.matching import matcher
from hoso.engines.records.fhir.search.query import parse_query
from hoso.engines.records.reading import StoredResource
from hoso.web.routes import ActingRequest

Answer = Callable[[Scope], Found | None]


def within_scopes(request: ActingRequest, type_name: str, interaction: Interaction, answer: Answer) -> Answer:
    """The answer with only the resources that a scope permits. Raises HosoError HS2255 where none permits the type."""
    given = permits(request.actor, type_name, interaction)
    if not given:
        declared = request.declaration
        record_refusal(
            request.actor, declared.purpose, Asking(declared.permission, object=f"{type_name}.{interaction[0]}")
        )
        raise HosoError("HS2255", type=type_name, interaction=interaction)
    if Permit() in given:
        return answer

    def cut(scope: Scope) -> Found | None:
        found = answer(scope)
        if found is None:
            return None
        tests = [_test(permit, scope, type_name, found) for permit in given]
        kept = tuple(one for one in found.resources if any(test(one) for test in tests))
        return replace(found, resources=kept) if kept or interaction == "search" else None

    return cut


def _test(permit: Permit, scope: Scope, type_name: str, found: Found) -> Callable[[StoredResource], bool]:
    person_id = people.person_id_of(scope, permit.patient) if permit.patient else None
    fits = matcher(parse_query(type_name, parse_qsl(permit.query))) if permit.query else None

    def test(one: StoredResource) -> bool:
        if permit.patient:
            whose = found.person_id if found.person_id is not None else person_of(type_name, one.id)
            if person_id is None or whose != person_id:
                return False
        return fits is None or (not one.deleted and fits(orjson.loads(one.served())))

    return test
