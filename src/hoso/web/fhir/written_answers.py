"""How a write is answered: status, version, and as much of the resource as was asked for (FHIR R4 section 3.1.0.1.8)."""

from typing import Literal, cast

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from hoso.core.errors import HosoError
from hoso.engines.records.fhir.writing.asked import Done
from hoso.web.fhir.outcomes import fhir_answer

Return = Literal["minimal", "representation", "OperationOutcome"]
_RETURNS = ("minimal", "representation", "OperationOutcome")
DONE = {"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "informational"}]}


def preferred(request: HttpRequest, default: Return) -> Return:
    """The `return` of the Prefer header. Raises HosoError HS5142 for one that FHIR does not know."""
    for part in request.headers.get("Prefer", "").replace(",", ";").split(";"):
        name, _, value = part.strip().partition("=")
        if name == "return":
            if value not in _RETURNS:
                raise HosoError("HS5142", value=value[:40])
            return cast(Return, value)
    return default


def answer(base: str, done: Done, wanted: Return) -> HttpResponse:
    response = fhir_answer(_content(done, wanted), done.status)
    if done.version:
        response["ETag"] = f'W/"{done.version}"'
    if done.at:
        response["Last-Modified"] = http_date(done.at.timestamp())
    if done.resource:
        response["Location"] = _location(base, done)
    return response


def entry(base: str, done: Done, wanted: Return) -> bytes:
    """The entry of a bundle's answer."""
    told: dict[str, object] = {"status": str(done.status)}
    if done.resource:
        told["location"] = _location(base, done)
    if done.version:
        told["etag"] = f'W/"{done.version}"'
    if done.at:
        told["lastModified"] = done.at.isoformat()
    if wanted == "OperationOutcome":
        told["outcome"] = DONE
    resource = b""
    if wanted == "representation" and done.resource:
        resource = b'"resource":' + done.resource.served() + b","
    return b"{" + resource + b'"response":' + orjson.dumps(told) + b"}"


def _content(done: Done, wanted: Return) -> bytes:
    if wanted == "OperationOutcome":
        return orjson.dumps(DONE)
    return done.resource.served() if wanted == "representation" and done.resource else b""


def _location(base: str, done: Done) -> str:
    return f"{base}/{done.type_name}/{done.id}/_history/{done.version}"
