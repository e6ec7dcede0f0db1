"""Audit events written and sealed: each event in a transaction of its own, as a read writes it, by four processes at once,
while the sealer of the house works; the clock stops when the last event is under a signed checkpoint.

Beside it: what the same writing brings without the sealer, how fast a backlog is sealed, how fast it is verified."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hoso.bench.bench_house import administrator_url, open_home, temporary_home
from hoso.bench.figure import Figure
from hoso.bench.stopwatch import Stopwatch
from hoso.bench.tables import print_table

EVENTS = {"small": 12_000, "full": 200_000}
WRITERS = 4
SEAL = "from hoso.cli import main; main()"
WRITE = "from hoso.bench.audit_write import write; write({count}, {batch})"


@dataclass(frozen=True)
class Run:
    """One way of writing: events a transaction, events, seconds until the last was written and until it was signed."""

    batch: int
    events: int
    written: float
    signed: float

    @property
    def a_second(self) -> float:
        return self.events / self.signed


def measure(size: str) -> Figure:
    with temporary_home("audit-write") as home:
        open_home(home)
        count = EVENTS[size]
        plain = _run(count, 1, sealing=False)
        backlog = _seal_backlog(plain.events)
        with _sealer():
            single = _run(count, 1, sealing=True)
            bulk = _run(count * 4, 100, sealing=True)
        verified, clean = _verify()
        if not clean:
            raise RuntimeError("the chain that was just written does not verify")
        rows: list[list[object]] = [
            ["one event a transaction, without sealing", plain.events, plain.written, round(plain.events / plain.written)],
            ["one event a transaction, sealed and signed", single.events, single.signed, round(single.a_second)],
            ["a hundred a transaction, sealed and signed", bulk.events, bulk.signed, round(bulk.a_second)],
            ["sealing a backlog, nothing else running", plain.events, backlog, round(plain.events / backlog)],
            ["hoso audit verify", plain.events + single.events + bulk.events, verified,
             round((plain.events + single.events + bulk.events) / verified)],
        ]  # fmt: skip
        print_table(["audit events", "events", "s", "events/s"], rows)
        print(f"bytes an event with its indexes: {_bytes('event'):.0f}, its entry in the chain: {_bytes('chain'):.0f}")
        return Figure("audit-write", round(single.a_second, 1), "events/s")


def write(count: int, batch: int) -> None:
    """In a writing process: events as `access.reading.read` writes them, `batch` in each transaction."""
    from hoso.config import start

    start.setup_django()
    from hoso.core.access.actor import Actor
    from hoso.core.audit.events import AuditEvent, record_event
    from hoso.core.database.session import acting_transaction

    doctor = Actor(1, "bacsi", "person", "192.0.2.7", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140", source_port=47011)
    sys.stdin.readline()  # all begin together
    for first in range(0, count, batch):
        with acting_transaction(1, "treatment"):
            for number in range(first, first + batch):
                record_event(AuditEvent(doctor, "doctor", "treatment", "read", number, "timeline", found=1))


def _run(count: int, batch: int, sealing: bool) -> Run:
    code = WRITE.format(count=count // WRITERS, batch=batch)
    writers = [subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) for _ in range(WRITERS)]
    time.sleep(4)  # until they are ready
    began, before = time.monotonic(), _signed()
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"\n")
        writer.stdin.close()
    if any(writer.wait() for writer in writers):
        raise RuntimeError("a writer failed")
    written = time.monotonic() - began
    # A checkpoint comes with every thousand events: the rest of less than a thousand is signed within a minute.
    while sealing and _signed() - before < count - count % 1000:
        time.sleep(0.02)
    return Run(batch, count, written, time.monotonic() - began)


def _signed() -> int:
    from hoso.core.audit.places import newest_hash

    line = newest_hash()
    return line.sequence if line else 0


@contextmanager
def _sealer() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-c", SEAL, "audit", "seal"])
    time.sleep(4)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _seal_backlog(events: int) -> float:
    from hoso.core.audit import sealer, sealing
    from hoso.core.audit.writer import connect_writer

    watch = Stopwatch()
    watch.wrap(sealing, "head_of", "read the end of the chain")
    watch.wrap(sealing, "entries", "encode and hash")
    watch.wrap(sealer.Sealer, "sign", "sign, write and fsync the checkpoint")
    began = time.monotonic()
    with connect_writer() as connection:
        work = sealer.Sealer(connection)
        while work.round():
            pass
        if work.head.sequence > work.signed:
            work.sign()
    seconds = time.monotonic() - began
    rest = seconds - sum(watch.seconds.values())
    rows: list[list[object]] = [[step, spent, 1e6 * spent / events] for step, spent in watch.seconds.items()]
    print_table(["sealing a backlog", "s", "µs/event"], [*rows, ["SELECT, COPY, commit", rest, 1e6 * rest / events]])
    return seconds


def _verify() -> tuple[float, bool]:
    from hoso.core.audit.verification import verify
    from hoso.core.audit.writer import connect_writer

    began = time.monotonic()
    with connect_writer() as connection:
        report = verify(connection)
    return time.monotonic() - began, report.is_clean


def _bytes(what: str) -> float:
    import psycopg

    with psycopg.connect(administrator_url()) as admin:
        row = admin.execute(
            f"""
            SELECT sum(pg_total_relation_size(c.oid)) / (SELECT count(*) FROM audit_{what}) FROM pg_class c
            WHERE c.relkind = 'r' AND c.relname ~ '^audit_{what}'
            """
        ).fetchone()
    assert row is not None
    return float(row[0])
