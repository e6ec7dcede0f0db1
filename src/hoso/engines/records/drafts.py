"""A resource on its way into the store, and the ids that make filing it twice the same as once."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from hashlib import sha256
from operator import attrgetter
from typing import Any

import orjson

from hoso.engines.records.fhir.search.index_rows import IndexRow

# Stands for the person's Patient id until linkage has found it; no id can contain it. The quotation marks around the
# whole reference tell it from words that a visit may contain: inside a text they are escaped.
PATIENT_PLACEHOLDER = "\N{LEFT CURLY BRACKET}patient\N{RIGHT CURLY BRACKET}"
_PLACEHOLDER_BYTES = f':"Patient/{PATIENT_PLACEHOLDER}"'.encode()


@dataclass(slots=True)
class Draft:
    """One resource to file: its bytes without id and meta, where it came from, how it is found. `meta`: what its sender
    said in meta besides version and time, as JSON; empty for nothing."""

    type: str
    id: str
    table: int
    line: int
    happened: datetime
    sensitivity: int
    body: bytes
    tokens: tuple[IndexRow, ...]  # of `index_rows`
    meta: bytes = b""
    version: int = 0  # the number it keeps; 0: the next one is given
    last_updated: datetime | None = None  # the date it keeps; None: that of the transaction

    def __reduce__(self) -> tuple[Any, ...]:
        """By place: dozens travel with every visit from a helper process, and names would cost half of that."""
        return self.__class__, _values_of(self.__class__)(self)  # type: ignore[arg-type]  # a class can be hashed

    def for_patient(self, patient_id: str) -> bytes:
        """The bytes with the person's Patient id in place."""
        return self.body.replace(_PLACEHOLDER_BYTES, f':"Patient/{patient_id}"'.encode())


@cache
def _values_of(kind: type[Draft]) -> Callable[[Draft], tuple[Any, ...]]:
    return attrgetter(*(one.name for one in fields(kind)))


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


def to_bytes(resource: dict[str, Any]) -> bytes:
    return orjson.dumps(resource)
