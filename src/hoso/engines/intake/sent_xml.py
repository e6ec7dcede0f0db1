"""A table of a visit as it was sent, laid out line by line, with the place of a finding in it and in the envelope."""

from contextlib import closing
from dataclasses import dataclass
from typing import Any

from django.db import connection
from lxml import etree

from hoso.core.access.policy import Scope
from hoso.core.audit.shown import note_labels
from hoso.core.errors import HosoError
from hoso.core.files.originals import open_original
from hoso.engines.intake.archives import read_package
from hoso.engines.intake.exchange import load_decisions
from hoso.engines.intake.sent import RawVisit
from hoso.engines.intake.sent_envelope import EnvelopeLine, envelope_lines, odd_character
from hoso.engines.intake.tables import parse_part

AROUND = 4  # lines shown before and behind the record
MOST_LINES = 400


@dataclass(frozen=True)
class SentLine:
    """One line of the laid out XML; `found` where the finding is."""

    number: int
    text: str
    found: bool


@dataclass(frozen=True)
class SentTable:
    """The part of a table around one record. `lines` is empty where the table cannot be read."""

    ma_lk: str
    table: int
    record: int
    field: str
    lines: list[SentLine]
    last: int
    envelope: list[EnvelopeLine]
    odd: tuple[str, int] | None  # a character that base64 does not have, and its place


def sent_table(scope: Scope, package_id: int, ordinal: int, table: int, record: int, field: str) -> SentTable | None:
    """What was sent around the record (from 1; 0 shows the beginning); None where there is no such visit to see."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT p.sha256, p.file_name, v.ma_lk, v.sensitivity FROM intake_visit v
            JOIN intake_package p ON p.id = v.package_id
            WHERE v.package_id = %s AND v.ordinal = %s AND {scope.facilities("v")}
            """,
            [package_id, ordinal],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    note_labels([row[3]])
    raw = _visit(bytes(row[0]), row[1], ordinal)
    text, begin, end, found = _laid_out(raw, table, record, field) if raw else ([], 0, 0, 0)
    first = max(begin - AROUND, 1)
    until = min(end + AROUND, len(text), first + MOST_LINES)
    lines = [SentLine(number, text[number - 1], number == found) for number in range(first, until + 1)]
    envelope = envelope_lines(raw, table) if raw and raw.parts else []
    parts = [part for part in raw.parts if part.name == f"XML{table}"] if raw else []
    odd = next(filter(None, map(odd_character, parts)), None)
    return SentTable(row[2], table, record, field, lines, len(text), envelope, odd)


def _visit(sha256: bytes, file_name: str, ordinal: int) -> RawVisit | None:
    with closing(open_original(sha256)) as stream:
        try:
            return next((raw for raw in read_package(stream, file_name) if raw.ordinal == ordinal), None)
        except HosoError:
            return None


def _laid_out(raw: RawVisit, table: int, record: int, field: str) -> tuple[list[str], int, int, int]:
    """The lines of the part that holds the record, its first and last line, and that of the field (0: none)."""
    before = 0
    for part in raw.parts:
        if part.name != f"XML{table}":
            continue
        try:
            root = parse_part(part, raw.ordinal)
        except HosoError:
            return [], 0, 0, 0
        etree.indent(root, "  ")
        text = etree.tostring(root, encoding="unicode")
        root = etree.fromstring(text)
        records = _records(root, table)
        if record - before <= len(records) or part is raw.parts[-1]:
            return (text.split("\n"), *_place(records, record - before, field, text.count("\n") + 1))
        before += len(records)
    return [], 0, 0, 0


def _records(root: Any, table: int) -> list[Any]:
    paths = [one.tables[table].path for one in load_decisions().values() if table in one.tables]
    path = next((path for path in paths if path and path[0] == root.tag), (str(root.tag),))
    found = [root]
    for tag in path[1:]:
        found = [child for one in found for child in one if child.tag == tag]
    return found


def _place(records: list[Any], record: int, field: str, last: int) -> tuple[int, int, int]:
    if not 1 <= record <= len(records):
        return 1, last, 0
    chosen = records[record - 1]
    begin = int(chosen.sourceline)
    end = int(chosen[-1].sourceline) + 1 if len(chosen) else begin
    at = next((int(child.sourceline) for child in chosen if child.tag == field), begin)
    return begin, end, at
