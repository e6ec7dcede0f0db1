"""A resource on its way into the store, and the ids and hashes that make filing it twice the same as once."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import Any

import orjson

# Stands for the person's Patient id until linkage has found it; no id can contain it. The quotation marks around the
# whole reference tell it from words that a visit may contain: inside a text they are escaped.
PATIENT_PLACEHOLDER = "\N{LEFT CURLY BRACKET}patient\N{RIGHT CURLY BRACKET}"
_PLACEHOLDER_BYTES = f':"Patient/{PATIENT_PLACEHOLDER}"'.encode()


@dataclass(slots=True)
class Draft:
    """One resource to file: its bytes without id and meta, where it came from, how it is found."""

    type: str
    id: str
    table: int
    line: int
    happened: datetime
    sensitivity: int
    body: bytes
    tokens: tuple[int, ...]

    def for_patient(self, patient_id: str) -> bytes:
        """The bytes with the person's Patient id in place."""
        return self.body.replace(_PLACEHOLDER_BYTES, f':"Patient/{patient_id}"'.encode())


def uuid8(moment: datetime, *parts: str) -> str:
    """A UUID version 8: 48 bits of milliseconds, then the hash of the parts. The same parts give the same id,
    and ids of one time lie together in an index (RFC 9562 section 5.8; design.md section 3.4)."""
    return uuid8_at(int(moment.timestamp() * 1000), *parts)


def uuid8_at(milliseconds: int, *parts: str) -> str:
    """`uuid8` for a moment already counted in milliseconds since 1970."""
    digest = sha256("\x1f".join(parts).encode()).hexdigest()
    time = f"{milliseconds & (2**48 - 1):012x}"
    variant = "89ab"[int(digest[3], 16) & 3]
    return f"{time[:8]}-{time[8:]}-8{digest[:3]}-{variant}{digest[4:7]}-{digest[7:19]}"


@lru_cache(maxsize=131072)
def token_hash(type_name: str, parameter: str, system: str, code: str) -> int:
    """The 64-bit signed hash under which a code is found across persons; one with and one without system is stored."""
    text = f"{type_name}\x1f{parameter}\x1f{system}\x1f{code}".encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)


def code_tokens(type_name: str, parameter: str, system: str, code: str) -> tuple[int, ...]:
    """Both spellings of a coded search parameter, `system|code` and `code`; none for an empty code."""
    if not code:
        return ()
    return token_hash(type_name, parameter, system, code), token_hash(type_name, parameter, "*", code)


def to_bytes(resource: dict[str, Any]) -> bytes:
    return orjson.dumps(resource)
