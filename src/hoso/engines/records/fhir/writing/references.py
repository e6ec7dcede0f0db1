"""References inside received bytes: those to other entries of a bundle, and conditional ones, are put right.

Only the text of the reference is replaced; every other byte stays. FHIR R4 section 3.1.0.11.2.
"""

import re
from collections.abc import Callable, Mapping

import orjson

from hoso.engines.records.fhir.writing.asked import Refused

# A key cannot stand inside a string: there its quotation marks are escaped.
# Each key in a pattern of its own, and the text without a choice for each letter: a third of the time of one for both.
_TEXT = rb'"([^"\\]*(?:\\.[^"\\]*)*)"'
_REFERENCE = re.compile(rb'("reference"\s*:\s*)' + _TEXT)
_ADDRESS = re.compile(rb'("url"\s*:\s*)' + _TEXT)
_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?(.+)")


def conditional_references(body: bytes) -> list[tuple[str, str]]:
    """(type, query) of every conditional reference: `Practitioner?identifier=…`."""
    if b"?" not in body:
        return []
    found = (_CONDITIONAL.fullmatch(_text(match[2])) for match in _REFERENCE.finditer(body) if b"?" in match[2])
    return [(match[1], match[2]) for match in found if match]


def rewritten(
    body: bytes, entries: Mapping[str, str], found: Callable[[str, str], str], in_bundle: bool = False, place: str = ""
) -> bytes:
    """The bytes with references to the full URLs of a bundle and conditional ones as `Type/id`.

    `entries`: full URL to `Type/id`. `found` answers a conditional reference. What is in neither stays, but in a bundle a
    reference by `urn:` to no entry of it means nothing: Refused HS5126.
    """

    def put_right(match: re.Match[bytes]) -> bytes:
        text = _text(match[2])
        target = entries.get(text)
        if target is None and in_bundle and text.startswith("urn:uuid:"):
            raise Refused("HS5126", place, reference=text[:120], count=0)
        if target is None and (asked := _CONDITIONAL.fullmatch(text)):
            target = f"{asked[1]}/{found(asked[1], asked[2])}"
        return match[0] if target is None else match[1] + orjson.dumps(target)

    def put_address_right(match: re.Match[bytes]) -> bytes:
        target = entries.get(_text(match[2]))
        return match[0] if target is None else match[1] + orjson.dumps(target)

    body = _REFERENCE.sub(put_right, body)
    return _ADDRESS.sub(put_address_right, body) if entries else body


def _text(raw: bytes) -> str:
    return str(orjson.loads(b'"' + raw + b'"')) if b"\\" in raw else raw.decode()
