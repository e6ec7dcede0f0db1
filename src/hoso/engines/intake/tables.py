"""The inner tables of a visit: unpack, parse, and lay out as lines of tag -> text."""

import binascii
import re
from base64 import b64decode
from functools import cache
from typing import Any

from lxml import etree

from hoso.core.errors import HosoError
from hoso.core.vietnamese.nfc import to_nfc
from hoso.engines.intake.exchange import Decision, load_decisions
from hoso.engines.intake.old_encodings import encoding_of_bytes
from hoso.engines.intake.sent import Finding, Part, RawVisit, SentVisit, Values

_PARSER_OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "remove_comments": True,
    "remove_pis": True,
    "huge_tree": False,
}
_TABLE_NAME = re.compile(r"XML(\d{1,2})$")
_DECLARATION = re.compile(rb"<\?xml[^>]*\?>\s*")
_SAYS_UTF_16 = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']utf-16[^>]*\?>\s*", re.IGNORECASE)
MAX_LINES = 20_000
MAX_MARKUP = 1_000_000  # tags of one table: what a tree of them may take of memory


def open_visit(raw: RawVisit) -> SentVisit:
    """Open every part. What cannot be opened becomes an error finding of that visit and harms no other."""
    visit = SentVisit(raw.header, raw.ordinal, {})
    for part in raw.parts:
        try:
            number = _table_number(part.name, raw.ordinal)
            visit.tables.setdefault(number, []).extend(_lines(number, part, raw.ordinal))
        except HosoError as error:
            params = {name: str(value) for name, value in error.params.items()}
            visit.findings.append(Finding(error.code, "error", _known_number(part.name), 0, "", "", params))
    if sum(map(len, visit.tables.values())) > MAX_LINES:
        visit.findings.append(
            Finding(
                "HS3018",
                "error",
                0,
                0,
                "HOSO",
                "",
                {"limit": str(MAX_LINES), "count": str(sum(map(len, visit.tables.values())))},
            )
        )
        visit.tables = {number: lines[:1] for number, lines in visit.tables.items()}
    return visit


def _known_number(name: str) -> int:
    match = _TABLE_NAME.match(name)
    return int(match[1]) if match else -1


def _table_number(name: str, visit: int) -> int:
    number = _known_number(name)
    if not 0 <= number <= 15:
        raise HosoError("HS3009", visit=visit, table=name[:40])
    return number


def _lines(number: int, part: Part, visit: int) -> list[Values]:
    root = parse_part(part, visit)
    path = _path(number, root.tag)
    if path is None:
        raise HosoError("HS3007", visit=visit, table=part.name[:40], root=str(root.tag)[:60])
    records = [root]
    for tag in path[1:]:
        records = [child for record in records for child in record if child.tag == tag]
    return [_values(record) for record in records]


def _path(number: int, root_tag: str) -> tuple[str, ...] | None:
    """The way from the root to a record, by the shape some decision gives this table."""
    for decision in _newest_first():
        table = decision.tables.get(number)
        if table and table.path and table.path[0] == root_tag:
            return table.path
    return None


def _newest_first() -> list[Decision]:
    return list(load_decisions().values())[::-1]


def inner_text(part: Part, visit: int) -> bytes:
    """The XML of a table, unpacked, without a declaration that is no longer true. Raises HosoError HS3006."""
    text = part.content.strip()
    if text.startswith(b"<"):
        said = _DECLARATION.match(text)  # decoded with the envelope: whatever encoding it names, it is UTF-8 now
    else:
        text = _unpack(part.name, text, visit)
        said = _SAYS_UTF_16.match(text)  # found as single bytes, so it is not; .NET programmes write this
    return text[said.end() :] if said else text


def parse_part(part: Part, visit: int) -> Any:
    """The root of a part's XML. Raises HosoError HS3001, HS3006, HS3007, HS3321, HS3330."""
    text = inner_text(part, visit)
    if text.count(b"<") > MAX_MARKUP:
        raise HosoError("HS3321", visit=visit, table=part.name[:40], limit=str(MAX_MARKUP))
    try:
        root: Any = etree.fromstring(_normal(text), _parser())
    except (etree.XMLSyntaxError, ValueError):
        if encoding := encoding_of_bytes(text):
            raise HosoError("HS3330", visit=visit, table=part.name[:40], encoding=encoding) from None
        raise HosoError("HS3007", visit=visit, table=part.name[:40], root="?") from None
    if root.getroottree().docinfo.doctype:
        raise HosoError("HS3001", file=f"{part.name[:40]} / HOSO {visit}")
    return root


@cache
def _parser() -> Any:
    """One parser for the process: making one costs as much as parsing a small table."""
    return etree.XMLParser(**_PARSER_OPTIONS)


def _normal(text: bytes) -> bytes:
    """UTF-8 text in NFC, once for the whole table: a call for every value would cost more than parsing it."""
    if text.isascii():
        return text
    try:
        return to_nfc(text.decode()).encode()
    except UnicodeDecodeError:
        return text  # another encoding, which the XML declaration names


def _unpack(name: str, text: bytes, visit: int) -> bytes:
    compact = b"".join(text.split()).translate(bytes.maketrans(b"-_", b"+/"))  # URL-safe spelling is accepted too
    try:
        return b64decode(compact + b"=" * (-len(compact) % 4), validate=True).lstrip(b"\xef\xbb\xbf").strip()
    except (binascii.Error, ValueError):
        raise HosoError("HS3006", visit=visit, table=name[:40]) from None


def _values(record: Any) -> Values:
    return {child.tag: (child.text or "").strip() for child in record}
