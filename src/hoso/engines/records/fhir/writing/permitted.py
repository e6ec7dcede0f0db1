"""Who may write: a role that reaches everybody, and what the scopes of a token leave of it (SMART App Launch 2.2)."""

from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import orjson

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.accounts.authorization.permits import Interaction, Permit, permits
from hoso.core.errors import HosoError
from hoso.engines.records.fhir.search.matching import Test, matcher
from hoso.engines.records.fhir.search.query import parse_query

PERMISSION = "record.write"
_INTERACTIONS: dict[str, Interaction] = {"POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}


def scope_of_writer(actor: Actor, purpose: str) -> Scope:
    """How far the writer reaches: to everybody, as one who files must know whether a person is known.

    Raises HosoError HS2001 where no role grants writing, HS2412 where it is held at one facility or place alone.
    """
    scope = policy.decide(actor, PERMISSION, purpose)
    if not any(reach.relation == "everywhere" for reach in scope.reaches):
        raise HosoError("HS2412")
    return scope


def check_type(actor: Actor, type_name: str, method: str) -> tuple[Permit, ...]:
    """The ways in which this may be done. Raises HosoError HS2255 where there is none."""
    interaction = _INTERACTIONS[method]
    found = permits(actor, type_name, interaction)
    if not found:
        raise HosoError("HS2255", type=type_name, interaction=interaction)
    return found


def check_resource(given: tuple[Permit, ...], type_name: str, method: str, patient_id: str, served: bytes) -> None:
    """Whether one of them covers this resource of this patient. Raises HosoError HS2255."""
    content: Any = None
    for permit in given:
        if permit.patient and permit.patient != patient_id:
            continue
        if not permit.query:
            return
        content = content or orjson.loads(served)
        if _test(type_name, permit.query)(content):
            return
    raise HosoError("HS2255", type=type_name, interaction=_INTERACTIONS[method])


@lru_cache(256)
def _test(type_name: str, query: str) -> Test:
    return matcher(parse_query(type_name, parse_qsl(query)))
