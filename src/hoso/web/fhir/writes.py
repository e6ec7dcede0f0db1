"""FHIR R4 writing over HTTP: create, update, patch, delete, each by id or by condition; batches and transactions."""

import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from hoso.core.access.reading import Asking, record_refusal
from hoso.core.errors import HosoError
from hoso.engines.records.fhir.definitions import resource_types
from hoso.engines.records.fhir.writing.asked import Done, Wanted
from hoso.engines.records.fhir.writing.bundles import Entry, Read, asked_of, batch, only_reads, transaction
from hoso.engines.records.fhir.writing.permitted import PERMISSION
from hoso.engines.records.fhir.writing.turn import take_turn
from hoso.engines.records.fhir.writing.unwritten import check_written
from hoso.web import routes
from hoso.web.fhir import bundle_reads
from hoso.web.fhir import written_answers as answers
from hoso.web.fhir.bundles import response_bundle
from hoso.web.fhir.limits import MOST_BYTES, MOST_OF_ONE, among_writers, body_of
from hoso.web.fhir.outcomes import ADDRESS, entry_of, fhir_answer
from hoso.web.routes import ActingRequest
from hoso.web.sign_in import bears_token

View = Callable[..., HttpResponse]
FHIR_JSON = frozenset({"application/fhir+json", "application/json", "text/json"})
MOST_OF_READS = 1024 * 1024  # bytes of a bundle that is looked into before it is known who asks
JSON_PATCH = "application/json-patch+json"
_TAG = re.compile(r'(?:W/)?"(\d{1,9})"')


def writing(view: View) -> View:
    """For software with a credential of its own, of types that are written, one place among the writers."""

    @wraps(view)
    def checked(request: HttpRequest, **named: Any) -> HttpResponse:
        if not bears_token(request):
            raise HosoError("HS2003")
        if "type_name" in named:
            if named["type_name"] not in resource_types():
                raise HosoError("HS5115", type=named["type_name"][:40])
            check_written(named["type_name"])
        if "\0" in named.get("id_", ""):
            raise HosoError("HS5001")
        with among_writers():
            return view(request, **named)

    return checked


@writing
def create(request: ActingRequest, type_name: str) -> HttpResponse:
    """POST a resource; with If-None-Exist only where none such is there."""
    take_no_parameters(request)
    wanted = Wanted("POST", type_name, body=_resource(request), if_none_exist=request.headers.get("If-None-Exist"))
    return _answered(request, wanted, type_name)


@writing
def update(request: ActingRequest, type_name: str, id_: str) -> HttpResponse:
    """PUT a resource under its id, new or as the next version; If-Match says which version it follows on."""
    take_no_parameters(request)
    wanted = Wanted(
        "PUT", type_name, id_, _resource(request), if_match=_if_match(request),
        if_none_match=request.headers.get("If-None-Match") == "*",
    )  # fmt: skip
    return _answered(request, wanted, f"{type_name}/{id_}")


@writing
def conditional_update(request: ActingRequest, type_name: str) -> HttpResponse:
    wanted = Wanted("PUT", type_name, body=_resource(request), query=_query(request), if_match=_if_match(request))
    return _answered(request, wanted, type_name)


@writing
def patch(request: ActingRequest, type_name: str, id_: str) -> HttpResponse:
    """JSON Patch or FHIRPath Patch, by content type."""
    take_no_parameters(request)
    kind, body = _patch(request)
    wanted = Wanted("PATCH", type_name, id_, body, if_match=_if_match(request), patch_kind=kind)
    return _answered(request, wanted, f"{type_name}/{id_}")


@writing
def conditional_patch(request: ActingRequest, type_name: str) -> HttpResponse:
    kind, body = _patch(request)
    wanted = Wanted("PATCH", type_name, body=body, query=_query(request), if_match=_if_match(request), patch_kind=kind)
    return _answered(request, wanted, type_name)


@writing
def delete(request: ActingRequest, type_name: str, id_: str) -> HttpResponse:
    """A last version that says deleted; what was stays in the history."""
    take_no_parameters(request)
    return _answered(request, Wanted("DELETE", type_name, id_, if_match=_if_match(request)), f"{type_name}/{id_}")


@writing
def conditional_delete(request: ActingRequest, type_name: str) -> HttpResponse:
    wanted = Wanted("DELETE", type_name, query=_query(request), if_match=_if_match(request))
    return _answered(request, wanted, type_name)


@writing
def bundle(request: ActingRequest) -> HttpResponse:
    """A transaction, all or nothing; or a batch, entry by entry."""
    take_no_parameters(request)
    wanted_return = answers.preferred(request, "minimal")
    _check_type(request, FHIR_JSON)
    kind, asked = asked_of(body_of(request, MOST_BYTES), request.build_absolute_uri(ADDRESS))
    try:
        answer = _transaction if kind == "transaction" else _batch
        return fhir_answer(response_bundle(kind, answer(request, asked, wanted_return)))
    except bundle_reads.ReadRefused as refused:
        record_refusal(request.actor, request.declaration.purpose, Asking(PERMISSION, object="Bundle"))
        return refused.answer


def _transaction(request: ActingRequest, asked: Sequence[Entry], wanted_return: answers.Return) -> list[bytes]:
    """Reads come last, in the same transaction: one that is refused undoes all."""
    wanted = [one for one in asked if isinstance(one, Wanted)]
    reads = [one for one in asked if isinstance(one, Read)]
    read: list[bytes] = []
    if reads:
        bundle_reads.refuse_unpermitted(request)

    def read_beside(cursor: Any, done: list[Done]) -> None:
        read.clear()
        for one in reads:
            answer = bundle_reads.answered(request, one)
            if answer.status_code >= 400:
                raise bundle_reads.ReadRefused(answer)
            read.append(bundle_reads.entry(answer))

    base, purpose = request.build_absolute_uri(ADDRESS), request.declaration.purpose
    done = iter(transaction(request.actor, purpose, wanted, read_beside))
    found = iter(read)
    return [next(found) if isinstance(one, Read) else answers.entry(base, next(done), wanted_return) for one in asked]


def _batch(request: ActingRequest, asked: Sequence[Entry], wanted_return: answers.Return) -> list[bytes]:
    """Each entry by itself, reads after writes."""
    base, purpose = request.build_absolute_uri(ADDRESS), request.declaration.purpose
    wanted = [one for one in asked if isinstance(one, Wanted)]
    done = iter(batch(request.actor, purpose, wanted) if wanted or not asked else ())
    written = {id(one): next(done) for one in wanted}
    told = []
    for one in asked:
        if isinstance(one, Read):
            told.append(bundle_reads.entry(bundle_reads.answered(request, one)))
        else:
            what = written[id(one)]
            told.append(entry_of(what) if isinstance(what, HosoError) else answers.entry(base, what, wanted_return))
    return told


def reads_alone(request: ActingRequest) -> HttpResponse:
    """A bundle that writes nothing, of software that may read."""
    if not bears_token(request):
        raise HosoError("HS2003")
    take_no_parameters(request)
    _check_type(request, FHIR_JSON)
    kind, asked = asked_of(body_of(request, MOST_BYTES), request.build_absolute_uri(ADDRESS))
    told = [bundle_reads.answered(request, one) for one in asked if isinstance(one, Read)]
    if kind == "transaction" and (refused := next((one for one in told if one.status_code >= 400), None)):
        return refused
    return fhir_answer(response_bundle(kind, [bundle_reads.entry(one) for one in told]))


def writing_or_reading(writes: routes.View, reads: routes.View) -> routes.View:
    """One address for both: a small bundle whose entries all read needs no right to write."""

    @wraps(writes)
    def chosen(request: HttpRequest, **named: Any) -> HttpResponseBase:
        stated = request.headers.get("Content-Length", "")
        small = stated.isdecimal() and int(stated) <= MOST_OF_READS
        return (reads if small and only_reads(request.body) else writes)(request, **named)

    chosen.declaration = writes.declaration  # type: ignore[attr-defined]
    return chosen


def _answered(request: ActingRequest, wanted: Wanted, about: str) -> HttpResponse:
    wanted_return = answers.preferred(request, "representation")
    (done,) = take_turn(request.actor, request.declaration.purpose, [wanted], about)
    return answers.answer(request.build_absolute_uri(ADDRESS), done, wanted_return)


def _resource(request: HttpRequest) -> bytes:
    _check_type(request, FHIR_JSON)
    return body_of(request, MOST_OF_ONE)


def _patch(request: HttpRequest) -> tuple[str, bytes]:
    kind = _check_type(request, FHIR_JSON | {JSON_PATCH})
    return "json-patch" if kind == JSON_PATCH else "fhirpath", body_of(request, MOST_OF_ONE)


def _check_type(request: HttpRequest, allowed: frozenset[str]) -> str:
    """Raises HosoError HS5140 for a format that is not taken."""
    kind = request.content_type or ""
    if kind not in allowed:
        raise HosoError("HS5140", given=kind[:60] or "-", allowed=", ".join(sorted(allowed)))
    return kind


def _query(request: HttpRequest) -> str:
    """The criteria of a conditional interaction. Raises HosoError HS5125 where there are none."""
    text = request.META.get("QUERY_STRING", "")
    if not text:
        raise HosoError("HS5125", type=request.path.rpartition("/")[2][:40])
    return str(text)


def take_no_parameters(request: HttpRequest) -> None:
    """A parameter that would be ignored is refused: HosoError HS5110."""
    for name in request.GET:
        if name not in ("_format", "_pretty"):
            raise HosoError("HS5110", name=name[:60], type=request.path.rpartition("/")[2][:40])


def _if_match(request: HttpRequest) -> int | None:
    """Raises HosoError HS5123 for a tag that no version has."""
    text = request.headers.get("If-Match")
    if text is None:
        return None
    match = _TAG.fullmatch(text.strip())
    if match is None:
        raise HosoError("HS5123", version=text[:40])
    return int(match[1])
