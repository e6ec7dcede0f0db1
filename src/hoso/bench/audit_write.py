"""Audit events written and sealed: each event in a transaction of its own, as a read writes it, by many people at once
(processes with threads, as `hoso serve` has them), while the sealer of the house works; the clock stops when the last event
is under a signed checkpoint.

Beside it: how often this disk takes a write for good, what one writer alone reaches (no more than that), the same without the
sealer, how fast a backlog is sealed and verified. Who waits for the disk waits together: one write of the log carries the
commits of all that came meanwhile, so the figure grows with the writers until the processors are full."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hoso.bench.bench_house import administrator_url, open_home, server_processes, temporary_home
from hoso.bench.figure import Figure
from hoso.bench.process_costs import ProcessCosts
from hoso.bench.stopwatch import Stopwatch
from hoso.bench.tables import print_table

EVENTS = {"small": 12_000, "full": 200_000}
ALONE = 2_000  # events of the single writer
PROCESSES = 8
THREADS = 4  # of each, as a process of `hoso serve` has
FEW = 4
SEAL = "from hoso.cli import main; main()"
WRITE = "from hoso.bench.audit_write import write; write({count}, {batch}, {threads})"
SYNC_SECONDS = 2.0


@dataclass(frozen=True)
class Run:
    """One way of writing: at once writers, events a transaction, events, seconds until the last was written and until it
    was signed, processor seconds of writers and of PostgreSQL."""

    writers: int
    batch: int
    events: int
    written: float
    signed: float
    cpu: dict[str, float]

    @property
    def a_second(self) -> float:
        return self.events / self.signed

    def row(self, what: str) -> list[object]:
        each = [round(1e6 * self.cpu[group] / self.events) for group in ("writers", "PostgreSQL")]
        return [what, self.events, self.signed, round(self.a_second), *each]


def measure(size: str) -> Figure:
    with temporary_home("audit-write") as home:
        open_home(home)
        syncs = _syncs_a_second(home)
        count = EVENTS[size]
        plain = _run(count, 1, sealing=False)
        backlog = _seal_backlog(plain.events)
        with _sealer():
            alone = _run(ALONE, 1, sealing=True, processes=1, threads=1)
            few = _run(count // 4, 1, sealing=True, processes=1, threads=FEW)
            many = _run(count, 1, sealing=True)
            bulk = _run(count * 4, 100, sealing=True)
        verified, clean = _verify()
        if not clean:
            raise RuntimeError("the chain that was just written does not verify")
        written = sum(run.events for run in (plain, alone, few, many, bulk))
        print_table(
            ["audit events", "events", "s", "events/s", "µs of writers", "µs of PostgreSQL"],
            [
                alone.row("one writer, one event a transaction, sealed and signed"),
                few.row(f"{few.writers} writers, sealed and signed"),
                many.row(f"{many.writers} writers, sealed and signed"),
                plain.row(f"{plain.writers} writers, without sealing"),
                bulk.row(f"{bulk.writers} writers, a hundred a transaction, sealed and signed"),
                [
                    "sealing a backlog, nothing else running",
                    plain.events,
                    backlog,
                    round(plain.events / backlog),
                    "",
                    "",
                ],
                ["hoso audit verify", written, verified, round(written / verified), "", ""],
            ],
        )
        print(f"this disk takes {syncs:.0f} writes of 8 kB for good a second, one after the other")
        print(f"bytes an event with its indexes: {_bytes('event'):.0f}, its entry in the chain: {_bytes('chain'):.0f}")
        details = {"alone": round(alone.a_second, 1), "few": round(few.a_second, 1), "bulk": round(bulk.a_second, 1),
                   "sealing": round(plain.events / backlog, 1), "syncs": round(syncs, 1)}  # fmt: skip
        return Figure("audit-write", round(many.a_second, 1), "events/s", details=details)


def write(count: int, batch: int, threads: int) -> None:
    """In a writing process: events as `access.reading.read` writes them, `batch` in each transaction."""
    from hoso.config import start

    start.setup_django()
    print("ready", flush=True)
    sys.stdin.readline()  # all begin together
    at_work = [threading.Thread(target=_write, args=(count // threads, batch)) for _ in range(threads)]
    for one in at_work:
        one.start()
    for one in at_work:
        one.join()


def _write(count: int, batch: int) -> None:
    from django.db import connection

    from hoso.core.access.actor import Actor
    from hoso.core.audit.events import AuditEvent, record_event
    from hoso.core.database.session import acting_transaction

    doctor = Actor(1, "bacsi", "person", "192.0.2.7", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140", source_port=47011)
    for first in range(0, count, batch):
        with acting_transaction(1, "treatment"):
            for number in range(first, min(first + batch, count)):
                record_event(AuditEvent(doctor, "doctor", "treatment", "read", number, "timeline", found=1))
    connection.close()


def _run(count: int, batch: int, sealing: bool, processes: int = PROCESSES, threads: int = THREADS) -> Run:
    from hoso.core.audit.sealer import CHECKPOINT_EVENTS

    count -= count % (processes * threads)
    code = WRITE.format(count=count // processes, batch=batch, threads=threads)
    pipe = subprocess.PIPE
    writers = [subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe) for _ in range(processes)]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()  # until it is ready
    before = _written()
    with ProcessCosts({"writers": lambda: [one.pid for one in writers], "PostgreSQL": server_processes}) as costs:
        began, sealed = time.monotonic(), _signed()
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write(b"\n")
            writer.stdin.close()
        if any(writer.wait() for writer in writers):
            raise RuntimeError("a writer failed")
        written = time.monotonic() - began
        # A checkpoint comes with a thousand events or more, where a batch ends; a rest of less than a thousand is signed
        # within a minute, which is the promise and says nothing of speed.
        while sealing and _signed() - sealed <= count - CHECKPOINT_EVENTS:
            time.sleep(0.02)
        signed = time.monotonic() - began
    if _written() - before != count:
        raise RuntimeError("not every event was written")
    return Run(processes * threads, batch, count, written, signed, costs.cpu_seconds())


def _syncs_a_second(home: Path) -> float:
    """How often a page of the log is on the disk for good, one after the other: the limit of a single writer."""
    path = home / "sync-probe"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(descriptor, bytes(16 * 1024 * 1024), 0)
        os.fsync(descriptor)
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < SYNC_SECONDS:
            os.pwrite(descriptor, bytes(8192), 8192 * (count % 2048))
            os.fdatasync(descriptor)
            count += 1
        return count / (time.perf_counter() - began)
    finally:
        os.close(descriptor)
        path.unlink()


def _written() -> int:
    import psycopg

    with psycopg.connect(administrator_url()) as admin:
        row = admin.execute("SELECT count(*) FROM audit_event").fetchone()
    assert row is not None
    return int(row[0])


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
