"""What an officer sees of the synchronisation: numbers first, then documents and differences, and one document's story."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from hoso.core.access.policy import Scope
from hoso.engines.records.ministry_portal.runs import PastRun, last_run

# How a document stands: the state of its newest version that says something, with what was given up apart.
STATES = ("waiting", "sent", "accepted", "refused", "different", "withdrawn", "withheld", "dead")
PAGE = 50
_STANDING = """
    CASE WHEN v.dead_at IS NOT NULL THEN 'dead' WHEN v.state = 'accepted' AND v.act = 'withdrawal' THEN 'withdrawn' ELSE v.state END"""
_DOCUMENTS = f"""
    FROM portal_document d JOIN LATERAL (
        SELECT v.*, {_STANDING} AS standing FROM portal_version v WHERE v.document_id = d.id AND v.state NOT IN ('same', 'superseded')
        ORDER BY v.number DESC LIMIT 1) v ON true
    LEFT JOIN places_facility f ON f.id = d.facility_id"""


@dataclass(frozen=True)
class Wanted:
    """What the page was asked for; empty for all."""

    state: str = ""
    facility: str = ""
    day: date | None = None
    before: int | None = None  # number of a document: those before it, for the next page


@dataclass(frozen=True)
class DocumentRow:
    id: int
    name: str
    kind: str
    facility_code: str
    facility_name: str
    day: date
    number: int
    standing: str
    attempts: int
    problem: str
    next_at: datetime
    delivered_at: datetime | None
    answer_code: str
    answer_text: str
    theirs: bytes | None


@dataclass(frozen=True)
class DifferenceRow:
    """`document` is None for one that this house does not know."""

    id: int
    document: int | None
    name: str
    facility_code: str
    facility_name: str
    day: date
    kind: str
    ours: bytes | None
    theirs: bytes | None
    found_at: datetime
    seen_at: datetime
    decision: str
    decided_by: str
    decided_at: datetime | None
    reason: str


@dataclass(frozen=True)
class VersionRow:
    number: int
    act: str
    state: str
    noted_at: datetime
    attempts: int
    sha256: bytes | None
    delivered_at: datetime | None
    dead_at: datetime | None
    problem: str
    receipt: str
    answer_code: str
    answer_text: str
    theirs: bytes | None
    replaces: bytes | None


@dataclass(frozen=True)
class Board:
    """`without_paper`: ended visits that have no paper to send."""

    numbers: Mapping[str, int]
    visits: int
    without_paper: int
    documents: list[DocumentRow]
    differences: list[DifferenceRow]
    sent: PastRun | None
    compared: PastRun | None

    def __len__(self) -> int:
        return len(self.documents)


@dataclass(frozen=True)
class Story:
    """One document, its versions newest first, and where it does not agree with the portal."""

    document: DocumentRow
    encounter: str
    versions: list[VersionRow]
    differences: list[DifferenceRow]

    def __len__(self) -> int:
        return len(self.versions)


def board(scope: Scope, wanted: Wanted) -> Board:
    condition, values = _condition(scope, Wanted(facility=wanted.facility, day=wanted.day))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT v.standing, count(*) {_DOCUMENTS} WHERE {condition} GROUP BY 1", values)
        counted = dict(cursor.fetchall())
        visits = condition.replace("d.", "w.")
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE papers = 0) FROM portal_visit w"
            f" LEFT JOIN places_facility f ON f.id = w.facility_id WHERE {visits}",
            values,
        )
        ended, without_paper = cursor.fetchone()
    return Board(
        {state: counted.get(state, 0) for state in STATES}, ended, without_paper, documents(scope, wanted),
        differences(scope, wanted), last_run("send"), last_run("reconcile"),
    )  # fmt: skip


def documents(scope: Scope, wanted: Wanted, limit: int = PAGE) -> list[DocumentRow]:
    """Newest noted first."""
    condition, values = _condition(scope, wanted)
    if wanted.state:
        condition += " AND v.standing = %s"
        values.append(wanted.state)
    if wanted.before is not None:
        condition += " AND d.id < %s"
        values.append(wanted.before)
    return _rows(condition, values, limit)


def _rows(condition: str, values: list[Any], limit: int) -> list[DocumentRow]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT d.id, d.name, d.kind, coalesce(f.code, ''), coalesce(f.name, ''), d.day, v.number, v.standing, v.attempts, v.problem,
                   v.next_at, v.delivered_at, v.answer_code, v.answer_text, v.theirs
            {_DOCUMENTS} WHERE {condition} ORDER BY d.id DESC LIMIT %s
            """,
            [*values, limit],
        )
        return [DocumentRow(*_plain(row)) for row in cursor.fetchall()]


def differences(scope: Scope, wanted: Wanted, name: str = "", limit: int = 100) -> list[DifferenceRow]:
    """Those that still hold, undecided first."""
    condition, values = _condition(scope, wanted)
    if name:
        condition += " AND d.name = %s"
        values.append(name)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT d.id, p.id, d.name, coalesce(f.code, ''), coalesce(f.name, ''), d.day, d.kind, d.ours, d.theirs, d.found_at, d.seen_at,
                   coalesce(d.decision, ''), coalesce(a.full_name, ''), d.decided_at, d.reason
            FROM portal_difference d LEFT JOIN portal_document p ON p.name = d.name
            LEFT JOIN places_facility f ON f.id = d.facility_id LEFT JOIN accounts_account a ON a.id = d.decided_by
            WHERE {condition} AND d.gone_at IS NULL ORDER BY d.decision IS NOT NULL, d.day DESC, d.id LIMIT %s
            """,
            [*values, limit],
        )
        return [DifferenceRow(*_plain(row)) for row in cursor.fetchall()]


def story(scope: Scope, document: int) -> Story | None:
    """None for one that is not in this scope."""
    found = _rows(f"d.id = %s AND {scope.facilities('d')}", [document], 1)
    if not found:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.encounter, v.number, v.act, v.state, v.noted_at, v.attempts, v.sha256, v.delivered_at, v.dead_at, v.problem,
                   v.receipt, v.answer_code, v.answer_text, v.theirs, v.replaces
            FROM portal_version v JOIN portal_document d ON d.id = v.document_id WHERE d.id = %s ORDER BY v.number DESC
            """,
            [document],
        )
        rows = cursor.fetchall()
    return Story(
        found[0],
        rows[0][0],
        [VersionRow(*_plain(row[1:])) for row in rows],
        differences(scope, Wanted(), found[0].name),
    )


def _condition(scope: Scope, wanted: Wanted) -> tuple[str, list[Any]]:
    parts, values = [scope.facilities("d")], list[Any]()
    if wanted.facility:
        parts.append("f.code = %s")
        values.append(wanted.facility)
    if wanted.day:
        parts.append("d.day = %s")
        values.append(wanted.day)
    return " AND ".join(parts), values


def _plain(row: Sequence[Any]) -> list[Any]:
    return [bytes(value) if isinstance(value, memoryview) else value for value in row]
