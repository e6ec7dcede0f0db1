"""Lines of an import read, and what each of them asks for: a resource put under its own id, or a new one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

import msgspec

from hoso.engines.records.fhir.writing.asked import Kept, Method, Refused, Wanted

MOST_BYTES = 8 * 1024 * 1024  # of one line
BATCH_LINES = 500
BATCH_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number from 1, its bytes without the end, and the place behind it."""

    number: int
    content: bytes
    end: int
    too_long: bool = False


class _Meta(msgspec.Struct):
    versionId: Any = None
    lastUpdated: Any = None


class _Head(msgspec.Struct):
    resourceType: str
    id: str = ""
    meta: _Meta | None = None


_decode = msgspec.json.Decoder(_Head).decode


def read_lines(source: BinaryIO, place: int, lines: int) -> Iterator[list[Line]]:
    """The lines behind a place, so many at once as go into one transaction. `lines`: how many came before."""
    source.seek(place)
    batch: list[Line] = []
    size = 0
    while content := source.readline(MOST_BYTES + 2):
        length, too_long = len(content), len(content) > MOST_BYTES + 1
        while too_long and content and not content.endswith(b"\n"):  # its rest is passed over
            content = source.readline(MOST_BYTES)
            length += len(content)
        place, lines, size = place + length, lines + 1, size + length
        batch.append(Line(lines, b"" if too_long else content.strip(), place, too_long))
        if len(batch) >= BATCH_LINES or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def wanted_of(line: Line, type_name: str, keeps: bool) -> Wanted:
    """What the line asks for. `keeps`: version and date that it names are kept, and it may follow on an older version; else
    what is there already stays. Raises Refused HS5170, HS5121, HS5167."""
    place = f"line {line.number}"
    if line.too_long:
        raise Refused("HS5170", place, type=type_name, reason=f"more than {MOST_BYTES // 1024 // 1024} MB")
    try:
        head = _decode(line.content)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Refused("HS5170", place, type=type_name, reason=str(error)[:200]) from error
    if head.resourceType != type_name:
        raise Refused("HS5121", place, type=type_name, given=head.resourceType[:40])
    method: Method = "PUT" if head.id else "POST"
    kept = _kept(head.meta, place) if keeps and head.meta else Kept()
    return Wanted(method, type_name, head.id, line.content, place=place, kept=kept, as_sent=True, only_new=not keeps)


def _kept(meta: _Meta, place: str) -> Kept:
    version = meta.versionId if isinstance(meta.versionId, str) else ""
    number = int(version) if version.isdecimal() and version.isascii() and len(version) <= 9 else 0
    if not isinstance(meta.lastUpdated, str):
        return Kept(number)
    try:
        moment = datetime.fromisoformat(meta.lastUpdated)
    except ValueError:  # whether it is an instant at all, the validation says
        return Kept(number)
    if moment.tzinfo is None:
        return Kept(number)
    if moment > datetime.now(UTC):
        raise Refused("HS5167", place, value=meta.lastUpdated[:40])
    return Kept(number, moment)
