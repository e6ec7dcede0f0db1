"""Bundles around stored bytes: each resource stands in them as it was received, `id` and `meta` spliced in."""

from collections.abc import Iterable, Sequence

import orjson

from hoso.core.errors import HosoError
from hoso.engines.records.reading import StoredResource
from hoso.web.fhir.outcomes import warning_of

MATCH_GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"
Written = tuple[StoredResource, bytes]  # a resource and the bytes it is shown as


def searchset(
    base: str,
    found: Iterable[Written],
    included: Iterable[Written],
    total: int | None,
    links: dict[str, str],
    warnings: Iterable[HosoError] = (),
) -> bytes:
    """The answer to a search. `base` is the address of the FHIR service without a slash at the end."""
    entries = [_entry(base, one, "match") for one in found] + [_entry(base, one, "include") for one in included]
    for warning in warnings:
        told = {"resource": warning_of(warning), "search": {"mode": "outcome"}}
        entries.append(orjson.dumps(told))
    return _bundle("searchset", entries, total, links)


def matchset(base: str, found: Iterable[tuple[StoredResource, bytes, float, str]]) -> bytes:
    """The answer to `$match`: each Patient with the probability that it is the one asked about, and how sure that is."""
    entries = []
    for one, content, probability, grade in found:
        told = {
            "extension": [{"url": MATCH_GRADE, "valueCode": grade}],
            "mode": "match",
            "score": round(probability, 6),
        }
        address, search = orjson.dumps(f"{base}/{one.type}/{one.id}"), orjson.dumps(told)
        entries.append(b'{"fullUrl":%s,"resource":%s,"search":%s}' % (address, content, search))
    return _bundle("searchset", entries, len(entries), {})


def _entry(base: str, written: Written, mode: str) -> bytes:
    one, content = written
    address = orjson.dumps(f"{base}/{one.type}/{one.id}")
    return b'{"fullUrl":%s,"resource":%s,"search":{"mode":"%s"}}' % (address, content, mode.encode())


def history(base: str, versions: Sequence[StoredResource], links: dict[str, str]) -> bytes:
    """The versions of one resource, the newest first; a deleted one without its content."""
    first = min((one.version for one in versions), default=0)
    return _bundle("history", [_version(base, one, first) for one in versions], len(versions), links)


def history_of_many(base: str, versions: Sequence[StoredResource], links: dict[str, str]) -> bytes:
    """Versions of many resources, the newest first; how many there are is not counted."""
    return _bundle("history", [_version(base, one, 1) for one in versions], None, links)


def _version(base: str, one: StoredResource, first: int) -> bytes:
    method = "DELETE" if one.deleted else "POST" if one.version == first else "PUT"
    address = one.type if method == "POST" else f"{one.type}/{one.id}"
    told = {
        "fullUrl": f"{base}/{one.type}/{one.id}",
        "request": {"method": method, "url": address},
        "response": {
            "status": {"DELETE": "204", "POST": "201", "PUT": "200"}[method],
            "etag": f'W/"{one.version}"',
            "lastModified": one.last_updated.isoformat(),
        },
    }
    content = b"" if one.deleted else b',"resource":' + one.served()
    return orjson.dumps(told)[:-1] + content + b"}"


def _bundle(kind: str, entries: list[bytes], total: int | None, links: dict[str, str]) -> bytes:
    head: dict[str, object] = {"resourceType": "Bundle", "type": kind}
    if total is not None:
        head["total"] = total
    head["link"] = [{"relation": relation, "url": url} for relation, url in links.items()]
    content = b',"entry":[' + b",".join(entries) + b"]" if entries else b""
    return orjson.dumps(head)[:-1] + content + b"}"


def response_bundle(kind: str, entries: list[bytes]) -> bytes:
    """The answer to a batch or a transaction."""
    head = orjson.dumps({"resourceType": "Bundle", "type": f"{kind}-response"})
    return head[:-1] + (b',"entry":[' + b",".join(entries) + b"]" if entries else b"") + b"}"
