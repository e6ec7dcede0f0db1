"""Taking members off a JSON object without touching a byte of the others."""

import re
from collections.abc import Mapping

import msgspec

Raw = msgspec.Raw
_TO_KEY = re.compile(rb'[\s{,]*"')
_TO_VALUE = re.compile(rb'"\s*:\s*')
_COMMA = re.compile(rb"\s*,")
_decode = msgspec.json.Decoder(dict[str, Raw]).decode


def members_of(body: bytes) -> Mapping[str, Raw]:
    """The members of a JSON object as their own bytes. Raises msgspec.DecodeError."""
    return _decode(body)


def without(body: bytes, names: frozenset[str]) -> tuple[bytes, dict[str, bytes]]:
    """An object that names nothing twice, without these members, and their values. Every other byte stays as it was,
    white space too.

    A member goes with the comma before it, the first one with the comma behind it: exactly what `StoredResource.served` puts
    in is taken off again.
    """
    members = members_of(body)
    wanted = names & members.keys()
    taken: dict[str, bytes] = {}
    at, copied, kept = body.index(b"{") + 1, 0, bytearray()
    is_first = True
    for name, raw in members.items():
        if len(taken) == len(wanted):
            break
        key, value = bytes(name, "utf-8"), bytes(raw)
        begin = _place(_TO_KEY, body, at)
        end = _place(_TO_VALUE, body, begin + len(key)) + len(value)
        if name in wanted:
            taken[name] = value
            comma = _COMMA.match(body, end) if is_first else None
            end = comma.end() if comma else end
            kept += body[copied:at]
            copied = end
        else:
            is_first = False
        at = end
    kept += body[copied:]
    return bytes(kept), taken


def _place(pattern: re.Pattern[bytes], body: bytes, at: int) -> int:
    """Where the match ends: behind a key's first quotation mark, or where a value begins."""
    match = pattern.search(body, at)
    assert match is not None
    return match.end()
