"""A Subscription resource read: what it asks for, and its secrets taken out (R4 Subscription, rest-hook channel).

What is filed and served holds the name of each header and three asterisks for its value. Such a value sent back means the
one kept. The status `requested` becomes `active`: R4 knows no handshake.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson

from hoso.core.errors import HosoError
from hoso.core.messages.calls import may_be_called
from hoso.engines.records.fhir.search.matching import matcher
from hoso.engines.records.fhir.search.query import parse_query
from hoso.engines.records.resource_types import NUMBERS

HIDDEN = "***"
TYPE = "Subscription"
PAYLOADS = ("application/fhir+json", "application/json")
# Headers that say how a call is made are the house's own.
OWN = frozenset(
    {"host", "content-length", "connection", "transfer-encoding", "content-type", "te", "upgrade", "expect"}
)


@dataclass(frozen=True)
class Asked:
    type_name: str
    criteria: str
    url: str
    content: bool
    active: bool
    ends_at: datetime | None


def without_secrets(body: bytes) -> tuple[bytes, dict[str, str]]:
    """The resource as it is filed, and the headers it brought. A body that is none of ours is left for others to refuse.

    Raises HosoError HS5243 for a header that cannot be sent.
    """
    try:
        orjson.loads(body)  # the stricter reader: what it refuses (lone surrogates, NaN) cannot be written again
        content = json.loads(body, parse_float=_as_it_stands, parse_int=_as_it_stands)
    except ValueError:
        return body, {}
    channel = content.get("channel") if isinstance(content, dict) else None
    if not isinstance(channel, dict):
        return body, {}
    headers: dict[str, str] = {}
    given = channel.get("header", [])
    for line in given if isinstance(given, list) else []:
        name, colon, value = str(line).partition(":")
        if not colon or not _is_header(name.strip(), value.strip()):
            raise HosoError("HS5243")
        headers[name.strip()] = value.strip()
    if headers:
        channel["header"] = [f"{name}: {HIDDEN}" for name in headers]
    if content.get("status") == "requested":
        content["status"] = "active"
    return orjson.dumps(content), headers


def _as_it_stands(number: str) -> orjson.Fragment:
    """Each digit is kept, and a number of any length."""
    return orjson.Fragment(number)


def asked_of(content: dict[str, Any]) -> Asked:
    """Raises HosoError HS5240 for criteria that cannot be watched, HS5241 for an address that cannot be called, HS5242 for
    another channel or payload than those served."""
    channel = content.get("channel", {})
    if channel.get("type") != "rest-hook" or channel.get("payload", PAYLOADS[0]) not in PAYLOADS:
        raise HosoError("HS5242")
    url = str(channel.get("endpoint", ""))
    if not may_be_called(url):
        raise HosoError("HS5241")
    type_name, _, criteria = str(content.get("criteria", "")).partition("?")
    if type_name not in NUMBERS or type_name == TYPE:
        raise HosoError("HS5240", criteria=str(content.get("criteria", ""))[:200])
    test_of(type_name, criteria)
    end = content.get("end")
    return Asked(
        type_name, criteria, url, "payload" in channel, content.get("status") == "active",
        datetime.fromisoformat(end) if end else None,
    )  # fmt: skip


def test_of(type_name: str, criteria: str) -> Any:
    """Whether a resource fits. Raises HosoError HS5240 for a search that asks of more than the resource itself."""
    try:
        query = parse_query(type_name, parse_qsl(criteria, keep_blank_values=True))
        if query.includes or query.sort or query.elements:
            raise HosoError("HS5240", criteria=criteria[:200])
        return matcher(query)
    except HosoError as error:
        raise HosoError("HS5240", criteria=f"{type_name}?{criteria}"[:200]) from error


def _is_header(name: str, value: str) -> bool:
    token = bool(name) and all(one.isascii() and (one.isalnum() or one in "-_") for one in name)
    return token and value.isascii() and value.isprintable() and name.lower() not in OWN and len(value) < 4000
