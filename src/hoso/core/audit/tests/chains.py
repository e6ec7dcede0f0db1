"""Sealed chains to tamper with, and the owner's hand that does it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.audit.sealer import Sealer
from hoso.core.audit.verification import Report, verify
from hoso.core.audit.writer import connect_writer

PATIENCE_SECONDS = 60.0


def write_events(count: int, purpose: str = "treatment", first_person: int = 1) -> None:
    actor = Actor(7, "bacsi", "person", "192.0.2.7", "Firefox")
    for number in range(count):
        record_event(AuditEvent(actor, "doctor", purpose, "read", first_person + number, "timeline", reason="khám"))


def seal_all(sign: bool = True) -> None:
    """Seal every event there is. Neighbours on the same server may hold the horizon back for a moment."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    with connect_writer() as connection:
        sealer = Sealer(connection)
        while True:
            sealer.round()
            if not _unsealed(connection):
                break
            assert time.monotonic() < deadline, "a transaction elsewhere on the server never ends"
            time.sleep(0.02)
        if sign and sealer.head.sequence > sealer.signed:
            sealer.sign()


def _unsealed(connection: psycopg.Connection) -> int:
    row = connection.execute(
        "SELECT (SELECT count(*) FROM audit_event) - (SELECT count(*) FROM audit_chain)"
    ).fetchone()
    assert row is not None
    return int(row[0])


def look(**how: Any) -> Report:
    with connect_writer() as connection:
        return verify(connection, **how)


def kinds(report: Report) -> set[str]:
    return {finding.kind for finding in report.findings}


@contextmanager
def owners_hand(database: Database) -> Iterator[psycopg.Connection]:
    """The database's owner with every trigger asleep: nothing inside the database stops this hand."""
    with psycopg.connect(database.admin_url) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection
