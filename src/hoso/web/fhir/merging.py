"""`Patient/$merge`: two Patients found to be one human, by software (the operation of R5 and of the R6 ballot, over R4).

The source is joined to the target as at the review desk (ADR 92): its Patient says `replaced-by` and is not active, nothing is
copied or dropped, and it can be undone. A preview is the act itself, taken back.
"""

from typing import Any

import orjson
from django.db import connection, transaction
from django.http import HttpResponse

from hoso.core.access.policy import Scope
from hoso.core.accounts.authorization.permits import permits
from hoso.core.errors import HosoError
from hoso.engines.intake.joining import join, join_persons
from hoso.engines.people import queries as people
from hoso.engines.records.fhir.search.candidates import resources_named
from hoso.web.asking import ask
from hoso.web.fhir.limits import MOST_OF_ONE, body_of
from hoso.web.fhir.merge_asked import Asked, Given, asked_of, read_parameters
from hoso.web.fhir.outcomes import fhir_answer
from hoso.web.fhir.scopes import sight_of
from hoso.web.routes import ActingRequest


def patient_merge(request: ActingRequest) -> HttpResponse:
    """POST Parameters: `source-patient`, `target-patient` (or each `…-identifier`), perhaps `result-patient`, `preview`, `reason`.

    Raises HosoError HS5112 for parameters that cannot be read, HS6210 for those that are not taken (a result that says more than
    who it is), HS6230 and HS6231 for identifiers as `merge_asked.who`, HS2255 without a scope, HS5001 where one of the two
    cannot be seen, HS6030, HS6031 as `join_persons`.
    """
    if not permits(request.actor, "Patient", "update"):
        raise HosoError("HS2255", type="Patient", interaction="update")
    asked = _named(request, read_parameters(body_of(request, MOST_OF_ONE)))
    if asked.preview:
        result = ask(request, lambda scope: _tried(request, scope, asked), action="search", **_about(request, asked))
    else:
        joined, into = _both(request, asked)
        join_persons(request.actor, joined, into, asked.reason)
        result = ask(request, lambda scope: _seen(scope, asked.target), recorded=False)
    return fhir_answer(orjson.dumps(_answer(asked, result)))


def _named(request: ActingRequest, given: Given) -> Asked:
    """Which Patients are meant, among those the asker may see; looking them up is part of the act."""

    def query(scope: Scope) -> Asked:
        return asked_of(given, scope, sight_of(request, scope))

    return ask(request, query, recorded=False) if given.by_identifier else asked_of(given)


def _about(request: ActingRequest, asked: Asked) -> dict[str, Any]:
    return {"person_id": _both(request, asked)[1], "about": f"Patient/{asked.source}", "reason": "preview of $merge"}


def _both(request: ActingRequest, asked: Asked) -> tuple[int, int]:
    """Whose records the two are, among those the asker may see."""

    def query(scope: Scope) -> tuple[int | None, int | None]:
        return people.person_id_of(scope, asked.source), people.person_id_of(scope, asked.target)

    joined, into = ask(request, query, recorded=False)
    if joined is None or into is None:
        raise HosoError("HS5001")
    return joined, into


def _tried(request: ActingRequest, scope: Scope, asked: Asked) -> dict[str, Any]:
    joined, into = people.person_id_of(scope, asked.source), people.person_id_of(scope, asked.target)
    if joined is None or into is None:
        raise HosoError("HS5001")
    with transaction.atomic(), connection.cursor() as cursor:
        join(cursor, request.actor, joined, into, asked.reason, "desk")
        shown = _seen(scope, asked.target)
        transaction.set_rollback(True)
    return shown


def _seen(scope: Scope, patient_id: str) -> dict[str, Any]:
    (found,) = resources_named(scope, [("Patient", patient_id)]) or (None,)
    if found is None:
        raise HosoError("HS5001")
    shown: dict[str, Any] = orjson.loads(found.served())
    return shown


def _answer(asked: Asked, result: dict[str, Any]) -> dict[str, Any]:
    said = "Chỉ xem trước: chưa ghép / previewed, nothing was joined" if asked.preview else "Đã ghép / joined"
    issue = {"severity": "information", "code": "informational", "details": {"text": said}}
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "input", "resource": asked.body},
            {"name": "outcome", "resource": {"resourceType": "OperationOutcome", "issue": [issue]}},
            {"name": "result", "resource": result},
        ],
    }
