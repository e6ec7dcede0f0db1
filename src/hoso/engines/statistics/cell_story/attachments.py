"""Papers beside a reported figure: put there by who may write it, read by who may read it, taken off without being lost."""

from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope, decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.files.originals import keep_original, open_original
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.cell_story.story import PURPOSE, cell_numbers, words_of
from hoso.engines.statistics.hints import Key
from hoso.engines.statistics.reports_by_address import Address, find_address

LARGEST = 10 * 1024 * 1024  # octets, as the table holds
LONGEST_NAME = 200
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_BEGINNINGS = {b"%PDF-": "pdf", b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg"}
_FOLDERS = {"xl/workbook.xml": "xlsx", "word/document.xml": "docx"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A paper as it is given out."""

    name: str
    media_type: str
    stream: BinaryIO


def kind_of(content: bytes) -> str:
    """What the content is, whatever its name says; empty for what is not taken."""
    for beginning, kind in _BEGINNINGS.items():
        if content.startswith(beginning):
            return kind
    if not content.startswith(b"PK"):
        return ""
    try:
        with ZipFile(BytesIO(content)) as packed:
            names = set(packed.namelist())
    except (BadZipFile, ValueError):
        return ""
    return next((kind for name, kind in _FOLDERS.items() if name in names), "")


def attach(actor: Actor, address: Address, key: Key, name: str, content: bytes) -> int:
    """Put a paper beside a figure; returns its number.

    Raises HosoError: HS2001, HS7003, those of `find_address`, HS5546 for a blank cell, HS5548 for a file of another kind, an
    empty or too large one.
    """
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.write", PURPOSE)
        form, unit, period = find_address(address, "statistics.write")
        words_of(form, key)
        kind = kind_of(content)
        if not kind or len(content) > LARGEST:
            raise HosoError("HS5548", name=name[:60])
        numbers = cell_numbers(read_catalogue(), key)
        digest, size = keep_original([content])
        cursor.execute(
            """
            INSERT INTO statistics_attachment (unit_id, period_id, element_id, split_id, place_id, facility_id, name, kind, size,
                                               sha256, account_id)
            SELECT v.unit_id, v.period_id, v.element_id, v.split_id, v.place_id, v.facility_id, %s, %s, %s, %s, %s
            FROM statistics_value v JOIN statistics_period p ON p.id = v.period_id
            WHERE (v.unit_id, p.iso, v.element_id, v.split_id) = (%s, %s, %s, %s) AND NOT v.deleted LIMIT 1 RETURNING id
            """,
            [name[:LONGEST_NAME], kind, size, digest, actor.account_id, unit.id, period.id, *(numbers or (0, 0))],
        )
        row = cursor.fetchone()
        if row is None:
            raise HosoError("HS5546", row=key[0][:60])
        _record(actor, scope, "update", int(row[0]), f"attached to {form.key}/{period.id}/{key[0]}")
    return int(row[0])


def open_attachment(actor: Actor, number: int) -> Opened:
    """Raises HosoError: HS2001, HS5549 for one that is not there, taken off, or out of reach; HS2240 without its key."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.read", PURPOSE)
        cursor.execute(
            "SELECT name, kind, sha256 FROM statistics_attachment WHERE id = %s AND removed_at IS NULL", [number]
        )
        row = cursor.fetchone()
        if row is None:
            raise HosoError("HS5549")
        _record(actor, scope, "read", number, "")
    return Opened(row[0], MEDIA_TYPES[row[1]], open_original(bytes(row[2])))


def take_off(actor: Actor, number: int) -> None:
    """The paper stands there no more; its row says who took it off. Raises HosoError: HS2001, HS5549."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.write", PURPOSE)
        cursor.execute(
            "UPDATE statistics_attachment SET removed_by = %s, removed_at = now() WHERE id = %s AND removed_at IS NULL",
            [actor.account_id, number],
        )
        if cursor.rowcount == 0:
            raise HosoError("HS5549")
        _record(actor, scope, "update", number, "taken off")


def _record(actor: Actor, scope: Scope, action: str, number: int, reason: str) -> None:
    record_event(
        AuditEvent(actor, scope.role.key, PURPOSE, action, object=f"statistics/attachment/{number}", reason=reason)
    )
