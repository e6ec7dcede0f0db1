"""`$meta`, `$meta-add`, `$meta-delete` of one resource: its profiles, tags and security labels. FHIR R4 resource-operations.

A change is a version of its own, as every write is here. Labels of the house can be added; lifting one is an act of the staff
with a reason, so taking one away is refused.
"""

from typing import Any

import orjson
from django.db import connection
from django.http import HttpResponse

from hoso.core.access import policy
from hoso.core.access.policy import Scope
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.records.fhir import interactions
from hoso.engines.records.fhir.interactions import Found
from hoso.engines.records.fhir.writing.asked import Wanted
from hoso.engines.records.fhir.writing.current import resources_by_key
from hoso.engines.records.fhir.writing.permitted import PERMISSION
from hoso.engines.records.fhir.writing.turn import take_turn
from hoso.engines.records.reading import LABEL_SYSTEM
from hoso.web.asking import ask
from hoso.web.fhir.outcomes import fhir_answer
from hoso.web.fhir.parameters import given_to
from hoso.web.fhir.scopes import within_scopes
from hoso.web.fhir.views import fhir_view
from hoso.web.fhir.writes import take_no_parameters, writing
from hoso.web.routes import ActingRequest

PARTS = ("profile", "tag", "security")
Meta = dict[str, Any]


@fhir_view
def meta(request: ActingRequest, type_name: str, id_: str) -> HttpResponse:
    """The meta of the current version. Raises HosoError HS5001 where there is none to see."""

    def query(scope: Scope) -> Found | None:
        return interactions.current(scope, type_name, id_)

    found = ask(request, within_scopes(request, type_name, "read", query), about=f"{type_name}/{id_}/$meta")
    if found is None or found.resources[0].deleted:
        raise HosoError("HS5001")
    return _answer(found.resources[0].served())


@writing
def meta_add(request: ActingRequest, type_name: str, id_: str) -> HttpResponse:
    """With the profiles, tags and labels given."""
    return _changed(request, type_name, id_, _added)


@writing
def meta_delete(request: ActingRequest, type_name: str, id_: str) -> HttpResponse:
    """Without the profiles, tags and labels given. Raises HosoError HS5204 for a label of the house."""
    return _changed(request, type_name, id_, _taken_away)


def _changed(request: ActingRequest, type_name: str, id_: str, change: Any) -> HttpResponse:
    take_no_parameters(request)
    given = given_to(request, "$meta", frozenset({"meta"})).get("meta")
    if not isinstance(given, dict):
        raise HosoError("HS5202", name="meta")
    purpose = request.declaration.purpose
    scope = policy.decide(request.actor, PERMISSION, purpose)
    with acting_transaction(request.actor.account_id, purpose), connection.cursor() as cursor:
        found = resources_by_key(cursor, scope, [(type_name, id_)]).get((type_name, id_))
    if found is None or found.deleted:
        raise HosoError("HS5001")
    content = orjson.loads(found.served())
    content["meta"] = change(content.get("meta", {}), given)
    wanted = Wanted("PUT", type_name, id_, orjson.dumps(content), if_match=found.version)
    (done,) = take_turn(request.actor, purpose, [wanted], f"{type_name}/{id_}")
    return _answer(done.resource.served() if done.resource else b"{}")


def _added(now: Meta, given: Meta) -> Meta:
    return {**now, **{part: _union(now.get(part, []), given.get(part, [])) for part in PARTS if part in given}}


def _union(now: list[Any], more: list[Any]) -> list[Any]:
    return [*now, *(one for one in more if not any(_same(one, other) for other in now))]


def _taken_away(now: Meta, given: Meta) -> Meta:
    for one in given.get("security", []):
        if isinstance(one, dict) and one.get("system") == LABEL_SYSTEM:
            raise HosoError("HS5204", label=str(one.get("code"))[:40])
    left = {
        part: [one for one in now.get(part, []) if not any(_same(one, other) for other in given[part])]
        for part in PARTS
        if part in given
    }
    return {key: value for key, value in {**now, **left}.items() if value}


def _same(one: Any, other: Any) -> bool:
    """Profiles by their address, codings by system and code."""
    if isinstance(one, dict) and isinstance(other, dict):
        return (one.get("system"), one.get("code")) == (other.get("system"), other.get("code"))
    return bool(one == other)


def _answer(served: bytes) -> HttpResponse:
    told = orjson.loads(served).get("meta", {})
    return fhir_answer(
        orjson.dumps({"resourceType": "Parameters", "parameter": [{"name": "return", "valueMeta": told}]})
    )
