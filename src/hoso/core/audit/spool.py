"""The second path: events that the database does not take are kept in a file on this machine and brought in later.

The file may be another disk (HOSO_AUDIT_SPOOL). Each line is on the disk before the answer leaves, has a key of its own,
and is imported once, with the time at which it happened in `spooled_at`. Full means full: then reading stops.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO
from uuid import uuid4

import orjson
from django.db import DatabaseError, InterfaceError, connection, transaction

from hoso.core.audit.events import (
    AuditEvent,
    AuditUnwritable,
    columns_of,
    events_of_request,
    insert_event,
    record_event,
)
from hoso.core.audit.paths import spool_folder, spool_limit
from hoso.core.errors import HosoError

NAME = "events.jsonl"


@dataclass(frozen=True)
class SpoolState:
    """How many bytes wait, and how many may."""

    waiting: int
    limit: int


def keep_instead(event: AuditEvent) -> None:
    """What becomes of a read whose event the database did not take: a sensitive one stops, another is spooled.

    Raises HosoError HS2151 for a sensitive read, HS2152 where the spool is full or cannot be written.
    """
    if event.sensitive:
        raise HosoError("HS2151")
    spool(columns_of(event))
    events_of_request.set(events_of_request.get() + 1)


def record_or_spool(event: AuditEvent) -> None:
    """Record an event that belongs to no transaction: a refusal, a sign-in. Raises HosoError HS2151, HS2152."""
    try:
        with transaction.atomic():
            record_event(event)
    except (AuditUnwritable, DatabaseError, InterfaceError):  # the latter two where there is no server at all
        keep_instead(event)


def spool(columns: dict[str, Any]) -> None:
    """Append one line and see it on the disk. Raises HosoError HS2152."""
    line = orjson.dumps({"key": uuid4(), "spooled_at": datetime.now(UTC), **columns}) + b"\n"
    try:
        with _locked_file() as file:
            if os.fstat(file.fileno()).st_size + len(line) > spool_limit():
                raise HosoError("HS2152")
            before = os.fstat(file.fileno()).st_size
            try:
                _append(file.fileno(), line)
            except OSError:
                os.ftruncate(file.fileno(), before)  # half a line would spoil the next
                raise
    except OSError as error:
        raise HosoError("HS2152") from error


def _append(descriptor: int, line: bytes) -> None:
    written = os.write(descriptor, line)
    if written != len(line):
        raise OSError("the disk took a part of the line")
    os.fsync(descriptor)


def state() -> SpoolState:
    path = spool_folder() / NAME
    return SpoolState(path.stat().st_size if path.exists() else 0, spool_limit())


def import_spool() -> int:
    """Bring every waiting line into the database and empty the file; returns how many were new.

    A line that came in before (the process was killed in between) is passed over by its key. Raises DatabaseError while
    the database still takes no events; the file stays then.
    """
    if not state().waiting:
        return 0
    imported = 0
    with _locked_file() as file:
        with transaction.atomic(), connection.cursor() as cursor:
            for line in _lines(file):
                columns: dict[str, Any] = orjson.loads(line)
                cursor.execute(
                    "INSERT INTO audit_spool_line (key) VALUES (%s) ON CONFLICT DO NOTHING", [columns.pop("key")]
                )
                if cursor.rowcount:
                    insert_event(columns)
                    imported += 1
        os.ftruncate(file.fileno(), 0)
        os.fsync(file.fileno())
    return imported


def _lines(file: TextIO) -> Iterator[str]:
    """Whole lines only: a kill may have left a part of the last one, whose answer never left."""
    file.seek(0)
    return (line for line in file if line.endswith("\n"))


@contextmanager
def _locked_file() -> Iterator[TextIO]:
    folder = spool_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / NAME, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with open(descriptor, "r+", encoding="utf-8", newline="\n") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
