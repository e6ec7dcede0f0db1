"""Events of accesses in other systems: FHIR AuditEvent (IHE ATNA, ITI-20), or one event a line (CEF, OCSF, our own names)."""

from dataclasses import asdict
from typing import Any, cast

from django.http import HttpRequest
from ninja import Router, Schema

from hoso.core.errors import HosoError
from hoso.engines.oversight.outside.event import NotUnderstood
from hoso.engines.oversight.outside.shapes import fhir_events
from hoso.engines.oversight.outside.taking import take
from hoso.web.api.answers import ErrorAnswer
from hoso.web.api.governed import declare
from hoso.web.routes import ActingRequest

router = Router(tags=["oversight"])
MOST_BYTES = 2_000_000
FHIR = {"application/fhir+json", "application/json"}


class TakenAnswer(Schema):
    """`seen` events, of which `taken` were new; `dead` texts told no event and are kept for the monitoring officers;
    `passed` lines of a log spoke of something else than an access."""

    seen: int
    taken: int
    dead: int
    passed: int


def _body(kind: str) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {kind: {"schema": {"type": "string", "format": "binary"}}}}}


@router.post(
    "/fhir/AuditEvent", response={201: TakenAnswer, 401: ErrorAnswer, 403: ErrorAnswer, 422: ErrorAnswer},
    url_name="api_audit_event", operation_id="send_audit_event", summary="Send an AuditEvent, or a batch of them",
    openapi_extra=_body("application/fhir+json"),
)  # fmt: skip
@declare("api_audit_event", permission="audit.feed", purpose="oversight")
def send_audit_event(request: HttpRequest) -> tuple[int, dict[str, Any]]:
    """Take over one FHIR R4 AuditEvent, or a Bundle of them. 201 comes after the commit; sending again changes nothing."""
    if request.content_type not in FHIR:
        raise HosoError("HS8032", kind=(request.content_type or "")[:60])
    try:
        texts = list(fhir_events(_bytes(request)))
    except NotUnderstood as problem:
        raise HosoError("HS8033", reason=str(problem)) from problem
    taken = take(cast(ActingRequest, request).actor, texts)
    if taken.dead and not taken.seen:
        raise HosoError("HS8033", reason="kept as a dead letter")
    return 201, asdict(taken)


@router.post(
    "/events", response={201: TakenAnswer, 401: ErrorAnswer, 403: ErrorAnswer, 422: ErrorAnswer},
    url_name="api_oversight_events", operation_id="send_oversight_events", summary="Send events, one a line",
    openapi_extra=_body("text/plain"),
)  # fmt: skip
@declare("api_oversight_events", permission="audit.feed", purpose="oversight")
def send_events(request: HttpRequest) -> tuple[int, dict[str, Any]]:
    """Take over one event a line: CEF, OCSF, FHIR AuditEvent, PostgreSQL's jsonlog, or JSON with our own names, mixed as they come."""
    if request.content_type != "text/plain":
        raise HosoError("HS8032", kind=(request.content_type or "")[:60])
    lines = [line for line in _bytes(request).decode("utf-8", "replace").split("\n") if line.strip()]
    return 201, asdict(take(cast(ActingRequest, request).actor, lines))


def _bytes(request: HttpRequest) -> bytes:
    """Raises HosoError HS8033 for more than may come at once."""
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise HosoError("HS8033", reason=f"> {MOST_BYTES} bytes")
    return body
