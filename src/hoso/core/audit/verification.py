"""`hoso audit verify`: the chain computed anew from the events and held against what was signed and kept outside.

Two streams in the same order, events and entries of the chain, walk side by side in one snapshot of the database; what is
held in memory does not grow with their number, apart from the checkpoints.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg

from hoso.core.audit.canonical import AT, ID, SELECTED, TRANSACTION, Row, genesis, leaf_of, link, shelf_of
from hoso.core.audit.findings import CLOCK_TOLERANCE, Finding
from hoso.core.audit.outside import Outside, read_outside
from hoso.core.audit.sealing import Head, head_of, installation_of

Progress = Callable[[int, int], None]
MOST_FINDINGS = 1000  # more are counted, not listed
FETCH = 5000
WINDOW = "≤ 60 s or 1,000 events"


@dataclass
class Report:
    """What was looked at, and what was found. An untouched chain has no findings."""

    findings: list[Finding] = field(default_factory=list)
    more_findings: int = 0
    events: int = 0  # compared with the chain
    removed: int = 0  # gone by retention, as signed
    since: int = 0  # sequence of the checkpoint at which the walk began
    head: int = 0
    checkpoints: int = 0
    covered: int = 0  # sequence of the newest checkpoint: up to here nothing can be changed unseen
    covered_at: datetime | None = None
    uncovered: int = 0  # sealed, yet in no checkpoint
    unsealed: int = 0
    oldest_unsealed: datetime | None = None
    restores: list[str] = field(default_factory=list)  # losses that an operator declared
    first_key: str = ""
    window: str = WINDOW

    @property
    def is_clean(self) -> bool:
        return not self.findings

    def add(self, *findings: Finding) -> None:
        for finding in findings:
            if len(self.findings) < MOST_FINDINGS:
                self.findings.append(finding)
            else:
                self.more_findings += 1

    def as_dict(self) -> dict[str, Any]:
        return {"clean": self.is_clean, **asdict(self)}


def verify(
    connection: psycopg.Connection,
    since: datetime | None = None,
    trusted: str | None = None,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Verify everything, or what came after the newest checkpoint of `since` (signed, so the walk may begin there).

    `trusted` is the id of the first signing key as an operator wrote it down; without it, whoever can write both the
    database and every place of checkpoints can make a chain of their own.
    """
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        installation = installation_of(connection)
        outside, findings = read_outside(installation, trusted)
        report, head = Report(checkpoints=len(outside.lines)), head_of(connection)
        report.add(*findings)
        report.head, report.first_key = head.sequence, outside.keys[0] if outside.keys else ""
        report.restores = [f"{line.at.isoformat()}: {line.fields['reason']}" for line in outside.restores]
        start = _start(connection, outside, since) or Head(0, genesis(installation))
        report.since = start.sequence
        _Walk(connection, report, outside, start, head, progress).run()
        _cover(connection, report, outside, head)
    return report


def _start(connection: psycopg.Connection, outside: Outside, since: datetime | None) -> Head | None:
    line = outside.before(since) if since else None
    if line is None or line.sequence == 0:
        return None
    row = connection.execute(
        "SELECT transaction_id::text::bigint, event_id FROM audit_chain WHERE sequence = %s", [line.sequence]
    ).fetchone()
    return Head(line.sequence, line.hash, *row) if row else None


class _Walk:
    """Events and entries side by side."""

    def __init__(
        self, connection: psycopg.Connection, report: Report, outside: Outside, start: Head, head: Head, progress: Progress
    ) -> None:  # fmt: skip
        self.connection, self.report, self.outside = connection, report, outside
        self.start, self.head, self.progress = start, head, progress
        self.hash = start.hash
        self.signed = {line.sequence: line for line in outside.standing}
        self.gone: Counter[int] = Counter()
        self.latest, self.latest_id = 0, 0  # the newest time so far, and the event that has it
        self.events = self._events()
        self.event = next(self.events, None)

    def run(self) -> None:
        expected, key = self.start.sequence + 1, (self.start.transaction_id, self.start.event_id)
        for sequence, transaction, event, shelf, leaf, hash_ in self._entries():
            if sequence != expected:
                self.report.add(Finding("entry missing", expected, detail=f"{sequence - expected}"))
            if (transaction, event) == key:
                self.report.add(Finding("duplicated", sequence, event))
            elif (transaction, event) < key:
                self.report.add(Finding("reordered", sequence, event))
            else:
                key = (transaction, event)
                self._compare(sequence, key, shelf, leaf)
            self._link(sequence, shelf, leaf, hash_)
            expected = sequence + 1
            if sequence % FETCH == 0:
                self.progress(sequence - self.start.sequence, self.head.sequence - self.start.sequence)
        self._left_over((self.head.transaction_id, self.head.event_id))
        self.progress(self.head.sequence - self.start.sequence, self.head.sequence - self.start.sequence)
        self._compare_with_retention()

    def _compare(self, sequence: int, key: tuple[int, int], shelf: int, leaf: bytes) -> None:
        """The entry with its event; events before it that no entry seals were put in."""
        while self.event is not None and _key(self.event) < key:
            self.report.add(Finding("inserted", event=self.event[ID]))
            self.event = next(self.events, None)
        if self.event is None or _key(self.event) > key:
            if shelf in self.outside.removed:
                self.gone[shelf] += 1
            else:
                self.report.add(Finding("deleted", sequence, key[1]))
            return
        if leaf_of(self.event) != leaf or shelf_of(self.event) != shelf:
            self.report.add(Finding("edited", sequence, key[1]))
        else:
            self._look_at_clock(sequence, self.event)
        self.report.events += 1
        self.event = next(self.events, None)

    def _look_at_clock(self, sequence: int, event: Row) -> None:
        """Event numbers are given at the moment of writing: a later number with an earlier time is a clock set back."""
        at, number = event[AT], event[ID]
        if at > self.latest:
            self.latest, self.latest_id = at, number
        elif number > self.latest_id and self.latest - at > CLOCK_TOLERANCE.total_seconds() * 1e6:
            seconds = (self.latest - at) / 1e6
            self.report.add(Finding("clock set back", sequence, number, f"{seconds:.0f} s"))
            self.latest, self.latest_id = at, number  # told once for each step back

    def _link(self, sequence: int, shelf: int, leaf: bytes, hash_: bytes) -> None:
        self.hash = link(self.hash, shelf, leaf)
        if self.hash != hash_:
            self.report.add(Finding("chain broken", sequence))
            self.hash = hash_  # go on from what stands there, so that one break is one finding
        line = self.signed.get(sequence)
        if line is not None and line.hash != hash_:
            self.report.add(Finding("checkpoint differs", sequence, detail=f"checkpoint {line.number}"))

    def _left_over(self, last: tuple[int, int]) -> None:
        while self.event is not None and _key(self.event) <= last:
            self.report.add(Finding("inserted", event=self.event[ID]))
            self.event = next(self.events, None)

    def _compare_with_retention(self) -> None:
        if self.start.sequence:
            self.report.removed = self.gone.total()
            return
        for shelf, count in self.gone.items():
            self.report.removed += count
            if count != self.outside.removed[shelf]:
                self.report.add(Finding("more removed than retention says", detail=f"{shelf}: {count}"))

    def _entries(self) -> Iterator[tuple[Any, ...]]:
        with self.connection.cursor("audit_entries") as cursor:
            cursor.itersize = FETCH
            cursor.execute(
                "SELECT sequence, transaction_id::text::bigint, event_id, shelf, leaf, hash FROM audit_chain"
                " WHERE sequence > %s ORDER BY sequence",
                [self.start.sequence],
            )
            yield from cursor

    def _events(self) -> Iterator[Row]:
        """Up to the event of the chain's end: what came later is not sealed yet."""
        with self.connection.cursor("audit_events") as cursor:
            cursor.itersize = FETCH
            cursor.execute(
                f"""
                SELECT {SELECTED} FROM audit_event e
                WHERE (e.transaction_id, e.id) > (%s::text::xid8, %s) AND (e.transaction_id, e.id) <= (%s::text::xid8, %s)
                ORDER BY e.transaction_id, e.id
                """,
                [
                    str(self.start.transaction_id),
                    self.start.event_id,
                    str(self.head.transaction_id),
                    self.head.event_id,
                ],
            )
            yield from cursor


def _key(event: Row) -> tuple[int, int]:
    return event[TRANSACTION], event[ID]


def _cover(connection: psycopg.Connection, report: Report, outside: Outside, head: Head) -> None:
    """How far the signed checkpoints reach, and what lies outside them still."""
    newest = outside.newest
    if newest is None:
        if head.sequence:
            report.add(Finding("no checkpoint"))
    else:
        report.covered, report.covered_at = newest.sequence, newest.at
        if newest.sequence > head.sequence:
            lost = f"{head.sequence + 1}–{newest.sequence}"
            report.add(Finding("truncated", newest.sequence, detail=lost))
    report.uncovered = max(0, head.sequence - report.covered)
    row = connection.execute(
        "SELECT count(*), min(at) FROM audit_event WHERE (transaction_id, id) > (%s::text::xid8, %s)",
        [str(head.transaction_id), head.event_id],
    ).fetchone()
    assert row is not None
    report.unsealed = row[0]
    report.oldest_unsealed = row[1].astimezone(UTC) if row[1] else None
