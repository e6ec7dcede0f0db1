"""Reads inside a bundle: each is asked and answered as the same address by GET, with its own permission and audit event."""

from http import HTTPStatus
from io import BytesIO
from typing import Any

import orjson
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from hoso.core.access.reading import Asking, record_refusal
from hoso.core.audit.events import events_of_request
from hoso.core.errors import HosoError
from hoso.engines.records.fhir.writing.bundles import Read
from hoso.web.fhir.outcomes import ADDRESS, outcome
from hoso.web.routes import ActingRequest

PERMISSION, PURPOSE = "record.read", "treatment"  # of every address that a bundle may read
LONGEST = 4000


class ReadRefused(Exception):
    """A read of a transaction was refused: all of it is undone."""

    def __init__(self, answer: HttpResponse) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


def refuse_unpermitted(request: ActingRequest) -> None:
    """Before anything of a transaction is done: HosoError HS2001 for who may not read at all."""
    if request.actor.role_for(PERMISSION, PURPOSE) is None:
        record_refusal(request.actor, PURPOSE, Asking(PERMISSION, object="Bundle"))
        raise HosoError("HS2001", permission=PERMISSION, purpose=PURPOSE)


def answered(request: HttpRequest, read: Read) -> HttpResponse:
    """The answer that GET would give; an OperationOutcome where it is refused."""
    path, _, query = read.url.partition("?")
    before = events_of_request.get()
    try:
        view, args, named = resolve(f"{ADDRESS}/{path}")
        if len(read.url) > LONGEST or not _is_read(view):
            raise HosoError("HS5141", method="GET")
        answer: HttpResponse = view(_as_get(request, f"{ADDRESS}/{path}", query, read), *args, **named)
    except (Resolver404, UnicodeError):
        answer = outcome(HosoError("HS5115", type=path[:40]))
    except HosoError as error:
        answer = outcome(error)
    finally:
        events_of_request.set(before + events_of_request.get())
    return answer


def _is_read(view: Any) -> bool:
    """Reading and searching alone: no export, no page, nothing that is done by GET elsewhere."""
    declared = getattr(view, "declarations", {}).get("GET")
    return declared is not None and (declared.permission, declared.purpose) == (PERMISSION, PURPOSE)


def _as_get(request: HttpRequest, path: str, query: str, read: Read) -> HttpRequest:
    environ = {name: value for name, value in request.META.items() if not name.startswith(("CONTENT_", "HTTP_IF_"))}
    environ |= {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "wsgi.input": BytesIO(b"")}
    if read.if_none_match:
        environ["HTTP_IF_NONE_MATCH"] = read.if_none_match
    asked = WSGIRequest(environ)
    for name in ("user", "session", "LANGUAGE_CODE"):
        if hasattr(request, name):
            setattr(asked, name, getattr(request, name))
    return asked


def entry(answer: HttpResponse) -> bytes:
    """The entry of the bundle's answer."""
    told: dict[str, Any] = {"status": f"{answer.status_code} {HTTPStatus(answer.status_code).phrase}"}
    if tag := answer.headers.get("ETag"):
        told["etag"] = tag
    if answer.status_code >= 400:
        told["outcome"] = orjson.loads(answer.content)
        return orjson.dumps({"response": told})
    resource = b'"resource":' + answer.content + b"," if answer.content else b""
    return b"{" + resource + b'"response":' + orjson.dumps(told) + b"}"
