"""Batches and transactions: the entries of a bundle as interactions. FHIR R4 section 3.1.0.11.

The bundle is split without reading its resources: each stays the bytes that were sent.
"""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from hoso.core.access.actor import Actor
from hoso.core.access.reading import Asking, record_refusal
from hoso.core.errors import HosoError
from hoso.engines.records.fhir.definitions import resource_types
from hoso.engines.records.fhir.writing.asked import METHODS, Done, Refused, Wanted
from hoso.engines.records.fhir.writing.permitted import PERMISSION
from hoso.engines.records.fhir.writing.turn import take_turn
from hoso.engines.records.fhir.writing.unwritten import check_written

MOST_ENTRIES = 20_000
MOST_READS = 200  # of one bundle
_TAG = re.compile(r'(?:W/)?"(\d{1,9})"')
_ADDRESS = re.compile(r"([A-Za-z]+)(?:/([A-Za-z0-9\-.]{1,64}))?(?:\?(.*))?")


class _Request(msgspec.Struct):
    method: str
    url: str
    ifMatch: str = ""
    ifNoneMatch: str = ""
    ifNoneExist: str | None = None


class _Entry(msgspec.Struct):
    request: _Request | None = None
    fullUrl: str = ""
    resource: msgspec.Raw = msgspec.Raw(b"")


class _Bundle(msgspec.Struct):
    resourceType: str
    type: str = ""
    entry: list[_Entry] = []


@dataclass(frozen=True, slots=True)
class Read:
    """An entry that reads: an address below the service's own, as `Patient/x` or `Observation?code=…`."""

    url: str
    if_none_match: str
    place: str


Entry = Wanted | Read
_decode = msgspec.json.Decoder(_Bundle).decode


def asked_of(body: bytes, base: str) -> tuple[str, list[Entry]]:
    """(batch or transaction, its entries). `base`: the service's own address, which may stand before a request's URL.

    Raises HosoError HS5120 for what is no such bundle, HS5131 for one too long, Refused for an entry not understood.
    """
    try:
        given = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise HosoError("HS5120", reason=str(error)[:200]) from error
    if given.resourceType != "Bundle" or given.type not in ("batch", "transaction"):
        raise HosoError("HS5120", reason=f"{given.resourceType[:40]} {given.type[:40]}")
    if len(given.entry) > MOST_ENTRIES:
        raise HosoError("HS5131", most=f"{MOST_ENTRIES} entries")
    if sum(one.request is not None and one.request.method == "GET" for one in given.entry) > MOST_READS:
        raise HosoError("HS5131", most=f"{MOST_READS} GET")
    return given.type, [_entry(one, f"Bundle.entry[{number}]", base) for number, one in enumerate(given.entry)]


def only_reads(body: bytes) -> bool:
    """Whether it is a bundle that writes nothing."""
    if b'"GET"' not in body:
        return False
    try:
        given = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return bool(given.entry) and all(one.request is not None and one.request.method == "GET" for one in given.entry)


def transaction(
    actor: Actor, purpose: str, wanted: Sequence[Wanted], beside: Callable[[Any, list[Done]], None]
) -> list[Done]:
    """All or nothing; `beside` as of `take_turn`. Raises what `take_turn` raises."""
    for one in wanted:
        _check_type(one)
    return take_turn(actor, purpose, wanted, "Bundle", in_bundle=True, beside=beside)


def batch(actor: Actor, purpose: str, wanted: Sequence[Wanted]) -> list[Done | HosoError]:
    """Each entry by itself: what became of it, or why not.

    Entries that do not get in each other's way are filed together; where something is refused the bundle is halved until
    what is refused stands alone.
    """
    answers: list[Done | HosoError] = []
    waiting = [list(wanted)]
    while waiting:
        some = waiting.pop()
        try:
            for one in some:
                _check_type(one)
            answers += take_turn(actor, purpose, some, _about(some))
        except HosoError as error:
            if len(some) <= 1:
                answers.append(error)
            else:
                middle = len(some) // 2
                waiting += [some[middle:], some[:middle]]
    if all(
        isinstance(one, HosoError) for one in answers
    ):  # nothing was done: that it was asked is recorded all the same
        record_refusal(actor, purpose, Asking(PERMISSION, object="Bundle"))
    return answers


def _about(wanted: Sequence[Wanted]) -> str:
    if len(wanted) != 1:
        return "Bundle"
    return f"{wanted[0].type_name}/{wanted[0].id}".rstrip("/")


def _check_type(wanted: Wanted) -> None:
    if wanted.type_name not in resource_types():
        raise Refused("HS5115", wanted.place, type=wanted.type_name[:40])
    check_written(wanted.type_name, wanted.place)


def _entry(entry: _Entry, place: str, base: str) -> Entry:
    request = entry.request
    if request is None:
        raise Refused("HS5120", place, reason="request is missing")
    if request.method == "GET":
        if entry.resource:
            raise Refused("HS5120", place, reason="resource")
        return Read(request.url.removeprefix(f"{base}/").lstrip("/"), request.ifNoneMatch, place)
    return _wanted(entry, request, place, base)


def _wanted(entry: _Entry, request: _Request, place: str, base: str) -> Wanted:
    if request.method not in METHODS:
        raise Refused("HS5141", place, method=request.method[:10])
    match = _ADDRESS.fullmatch(request.url.removeprefix(f"{base}/").lstrip("/"))
    if match is None:
        raise Refused("HS5120", place, reason=f"request.url {request.url[:80]}")
    type_name, id_, query = match[1], match[2] or "", match[3]
    if (request.method == "POST") == bool(id_ or query):  # a create names a type, everything else a resource
        raise Refused("HS5120", place, reason=f"request.url {request.url[:80]}")
    body = bytes(entry.resource)
    if (request.method == "DELETE") == bool(body):
        raise Refused("HS5120", place, reason="resource")
    kind, body = _patch(body, place) if request.method == "PATCH" else ("", body)
    return Wanted(
        request.method,
        type_name, id_, body, None if id_ else query, _version(request.ifMatch, place),
        request.ifNoneMatch == "*", request.ifNoneExist, entry.fullUrl, kind, place,
    )  # fmt: skip


def _version(tag: str, place: str) -> int | None:
    if not tag:
        return None
    match = _TAG.fullmatch(tag)
    if match is None:
        raise Refused("HS5123", place, version=tag[:40])
    return int(match[1])


class _Binary(msgspec.Struct):
    resourceType: str
    contentType: str = ""
    data: str = ""


def _patch(body: bytes, place: str) -> tuple[str, bytes]:
    """A JSON Patch travels as a Binary, a FHIRPath Patch as Parameters."""
    try:
        given = msgspec.json.decode(body, type=_Binary)
        if given.resourceType != "Binary":
            return "fhirpath", body
        return "json-patch", base64.b64decode(given.data, validate=True)
    except (msgspec.MsgspecError, binascii.Error) as error:
        raise Refused("HS5135", place, reason=str(error)[:200]) from error
