"""Coded errors as FHIR's OperationOutcome, and how a FHIR answer is written."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from hoso.core.errors import HosoError
from hoso.engines.records.fhir.validation import Issue
from hoso.engines.records.fhir.writing.asked import NotValid

ADDRESS = "/fhir/r4"
CONTENT_TYPE = "application/fhir+json; charset=utf-8"
ISSUE_TYPES = {
    "HS5124": "multiple-matches", "HS5126": "not-found", "HS5129": "not-found", "HS5131": "too-long", "HS5127": "required",
}  # fmt: skip
_BY_STATUS = {
    401: "login", 403: "forbidden", 404: "not-found", 406: "not-supported", 410: "deleted", 412: "conflict",
    429: "throttled", 500: "exception", 503: "transient",
}  # fmt: skip


def is_fhir(request: HttpRequest) -> bool:
    return request.path == ADDRESS or request.path.startswith(f"{ADDRESS}/")


def fhir_answer(body: bytes, status: int = 200) -> HttpResponse:
    return HttpResponse(body, status=status, content_type=CONTENT_TYPE)


def outcome(error: HosoError) -> HttpResponse:
    """The error with the catalogue's code; Vietnamese and English, what is wrong and what to do."""
    answer = fhir_answer(orjson.dumps(outcome_of(error)), error.status)
    if error.status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    if error.status == 429:
        answer["Retry-After"] = str(error.params.get("seconds", 5))
    return answer


def entry_of(error: HosoError) -> bytes:
    """The entry of a batch's answer for an interaction that was refused."""
    return orjson.dumps({"response": {"status": str(error.status), "outcome": outcome_of(error)}})


def outcome_of(error: HosoError) -> dict[str, Any]:
    """The OperationOutcome of an error."""
    if isinstance(error, NotValid):
        issues = [issue_of(one, place=error.place) for one in error.issues]
    else:
        place = getattr(error, "place", "")
        issues = [
            _issue(
                error, ISSUE_TYPES.get(error.code) or _BY_STATUS.get(error.status, "invalid"), [place] if place else []
            )
        ]
    return {"resourceType": "OperationOutcome", "issue": issues}


def issue_of(one: Issue, severity: str = "error", place: str = "") -> dict[str, Any]:
    """One issue of a resource as FHIR tells it."""
    params = {"expression": one.expression, "profile": one.detail, "type": one.expression.partition(".")[0], "reason": one.detail,
              "given": one.detail, "address": ""}  # fmt: skip
    told = _issue(HosoError(one.error, **params), one.code, [at(place, one.expression)], one.detail)
    return {**told, "severity": severity}


def _issue(error: HosoError, kind: str, places: list[str], detail: str = "") -> dict[str, Any]:
    code = {"system": "https://hoso.vn/fhir/CodeSystem/error", "code": error.code}
    text = f"{error.message('en')} {error.what_to_do('en')} / {error.message('vi')} {error.what_to_do('vi')}"
    issue: dict[str, Any] = {"severity": "error", "code": kind, "details": {"coding": [code], "text": text}}
    if detail:
        issue["diagnostics"] = detail
    if places := [place for place in places if place]:
        issue["expression"] = places
    return issue


def at(place: str, expression: str) -> str:
    """The place of an issue, within the entry of a bundle where it came in one."""
    inside = expression.partition(".")[2]
    return expression if not place else f"{place}.resource.{inside}".rstrip(".")


def warning_of(error: HosoError) -> dict[str, Any]:
    """The OperationOutcome of what an answer leaves out."""
    issue = _issue(error, "incomplete", [])
    return {"resourceType": "OperationOutcome", "issue": [{**issue, "severity": "warning"}]}
