"""The sealing process: seals what comes, signs checkpoints, brings the spool in, prepares months, ends what is past its
retention. One in the whole house works; others wait for the lock."""

import logging
import time
from collections.abc import Callable
from datetime import date, timedelta

import psycopg
from django.db import DatabaseError, InterfaceError, close_old_connections

from hoso.core.audit.checkpoints import Ledger
from hoso.core.audit.places import newest_hash, send_on
from hoso.core.audit.retention import end_what_is_due
from hoso.core.audit.sealing import BATCH, Head, hash_at, head_of, installation_of, seal_batch
from hoso.core.audit.spool import import_spool
from hoso.core.audit.writer import connect_writer, take_turn
from hoso.core.errors import HosoError

log = logging.getLogger(__name__)

CHECKPOINT_EVENTS = 1000
CHECKPOINT_SECONDS = 50.0  # the promise is 60; a round and a slow disk come on top
IDLE_SECONDS = 0.5
TROUBLE_SECONDS = 5.0
MONTHS_AHEAD = 92  # days


class Sealer:
    """Seals in rounds. `ledger` signs; the newest checkpoint outside says where the last one stands."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self.ledger = Ledger(installation_of(connection))
        self.head = head_of(connection)
        self.signed = self._signed()
        self.since = time.monotonic()  # when the first event that no checkpoint covers was sealed

    def round(self) -> bool:
        """Seal what waits, at most one batch, and sign where it is time; returns whether there was anything."""
        before = self.head.sequence
        head = seal_batch(self.connection, BATCH)
        if head is not None:
            if before == self.signed:
                self.since = time.monotonic()
            self.head = head
        waiting = self.head.sequence - self.signed
        if waiting >= CHECKPOINT_EVENTS or (waiting and time.monotonic() - self.since >= CHECKPOINT_SECONDS):
            self.sign()
        return head is not None

    def sign(self) -> None:
        """Write a checkpoint of the end of the chain. Raises HosoError HS2153, HS2154, HS2155."""
        self._signed()
        line = self.ledger.add("checkpoint", sequence=self.head.sequence, hash=self.head.hash.hex())
        self.signed = line.sequence
        send_on(line)

    def _signed(self) -> int:
        """Up to where the checkpoints outside reach. Raises HosoError HS2154 where the chain does not contain them."""
        line = newest_hash()
        if line is None:
            return 0
        if hash_at(self.connection, line.sequence) != line.hash:
            raise HosoError("HS2154", number=line.number)
        return line.sequence


def seal_until(stop: Callable[[], bool]) -> None:
    """Work until told to stop. Trouble (no database, no disk, no key) is logged and tried again."""
    while not stop():
        try:
            _bring_spool_in()
            _work(stop)
        except (psycopg.Error, OSError) as error:
            log.warning("sealing waits: %s", type(error).__name__)
        except HosoError as error:
            log.error("sealing waits: %s", error)
        _pause(TROUBLE_SECONDS, stop)


def _work(stop: Callable[[], bool]) -> None:
    with connect_writer() as connection:
        while not take_turn(connection):
            _bring_spool_in()
            _pause(TROUBLE_SECONDS, stop)
            if stop():
                return
        sealer = Sealer(connection)
        tended: date | None = None
        try:
            while not stop():
                if tended != date.today():
                    tended = date.today()
                    tend(connection, sealer.ledger, tended)
                _bring_spool_in()
                if not sealer.round():
                    _pause(IDLE_SECONDS, stop)
        finally:
            if not connection.broken and sealer.head.sequence > sealer.signed:
                sealer.sign()


def tend(connection: psycopg.Connection, ledger: Ledger, today: date) -> None:
    """Once a day: make the partitions of the next months, remove months past their retention."""
    connection.execute("SELECT audit_prepare_months(%s, %s)", [today, today + timedelta(days=MONTHS_AHEAD)])
    end_what_is_due(connection, ledger, today)


def accept_restore(connection: psycopg.Connection, reason: str) -> Head:
    """Declare that the database was set back on purpose: the chain goes on from where it stands, and the loss of what
    came after is written down, signed, for ever. Raises HosoError as Ledger.add."""
    head = head_of(connection)
    ledger = Ledger(installation_of(connection))
    line = newest_hash()
    lost = line.sequence if line else None
    send_on(ledger.add("restore", sequence=head.sequence, hash=head.hash.hex(), reason=reason[:500], lost_up_to=lost))
    return head


def _bring_spool_in() -> None:
    """Events of this machine's spool; while the database still takes none they wait on."""
    close_old_connections()
    try:
        if imported := import_spool():
            log.warning("%s events of the spool are in the audit now", imported)
    except (DatabaseError, InterfaceError) as error:
        log.warning("the spool waits: %s", type(error).__name__)


def _pause(seconds: float, stop: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not stop() and time.monotonic() < deadline:
        time.sleep(0.1)
