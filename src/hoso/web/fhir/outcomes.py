"""Coded errors as FHIR's OperationOutcome, and how a FHIR answer is written."""

import orjson
from django.http import HttpRequest, HttpResponse

from hoso.core.errors import HosoError

ADDRESS = "/fhir/r4"
CONTENT_TYPE = "application/fhir+json; charset=utf-8"
ISSUE_TYPES = {
    401: "login", 403: "forbidden", 404: "not-found", 406: "not-supported", 410: "deleted", 412: "conflict",
    429: "throttled", 500: "exception", 503: "transient",
}  # fmt: skip


def is_fhir(request: HttpRequest) -> bool:
    return request.path.startswith(f"{ADDRESS}/")


def fhir_answer(body: bytes, status: int = 200) -> HttpResponse:
    return HttpResponse(body, status=status, content_type=CONTENT_TYPE)


def outcome(error: HosoError, status: int) -> HttpResponse:
    """The error with the catalogue's code; Vietnamese and English, what is wrong and what to do."""
    code = {"system": "https://hoso.vn/fhir/CodeSystem/error", "code": error.code}
    text = f"{error.message('en')} {error.what_to_do('en')} / {error.message('vi')} {error.what_to_do('vi')}"
    issue = {
        "severity": "error",
        "code": ISSUE_TYPES.get(status, "invalid"),
        "details": {"coding": [code], "text": text},
    }
    answer = fhir_answer(orjson.dumps({"resourceType": "OperationOutcome", "issue": [issue]}), status)
    if status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer
