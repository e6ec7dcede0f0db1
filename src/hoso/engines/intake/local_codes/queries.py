"""Reading the mapping desk: what waits, one code with its history, what is to be decided. Runs inside `access.reading.read`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.db import connection

from hoso.core.access.policy import Scope
from hoso.engines.intake.local_codes.kinds import Kind, kinds
from hoso.engines.intake.local_codes.proposals import LocalCode, read_samples

State = str  # a key of STATES
PAGE = 50


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A local code in the queue. `target`: what it means to visits of the day it was last seen; empty for nothing."""

    id: int
    facility_id: int
    facility_name: str
    local: LocalCode
    first_seen: date
    last_seen: date
    visits: int
    lines: int
    target: str
    proposed: bool

    @property
    def kind(self) -> Kind:
        return self.local.kind

    @property
    def state(self) -> State:
        return "proposed" if self.proposed else "mapped" if self.target else "open"

    @property
    def name(self) -> str:
        return next(iter(self.local.names), "")


@dataclass(frozen=True, slots=True)
class MappingRow:
    """One version of what a code means, with what became of it. `left`: visits still to be filed again; None: all are."""

    id: int
    code_id: int
    facility_name: str
    kind: str
    code: str
    samples: tuple[dict[str, str], ...]
    version: int
    target: str
    equivalence: str
    valid_from: date
    valid_to: date | None
    evidence: list[dict[str, Any]]
    note: str
    proposed_by: int
    proposed_by_name: str
    proposed_at: datetime
    decision: str  # approved, refused; empty: waiting
    decided_by_name: str
    decided_at: datetime | None
    reason: str
    refiling: bool  # visits that carry the code are being filed again

    @property
    def kind_of(self) -> Kind:
        return kinds()[self.kind]

    @property
    def name(self) -> str:
        return next((one[self.kind_of.name] for one in self.samples if one.get(self.kind_of.name)), "")


_CODES = """
    SELECT c.id, c.facility_id, f.name, c.kind, c.code, c.samples::text, c.first_seen, c.last_seen, s.visits, s.lines,
           coalesce((SELECT m.target FROM local_codes_mapping m WHERE m.id = local_codes_mapping_on(c.id, c.last_seen)), '') AS target,
           EXISTS (SELECT FROM local_codes_mapping m WHERE m.code_id = c.id AND m.decision IS NULL) AS proposed
    FROM local_codes_code c
    JOIN places_facility f ON f.id = c.facility_id
    JOIN LATERAL (SELECT sum(visits) AS visits, sum(lines) AS lines FROM local_codes_month m WHERE m.code_id = c.id) s ON s.visits > 0
"""
STATES = {"open": "NOT proposed AND target = ''", "proposed": "proposed", "mapped": "NOT proposed AND target <> ''"}


def queue(
    scope: Scope, kind: str = "", state: State = "open", facility_id: int = 0, page: int = 1
) -> tuple[int, list[CodeRow]]:
    """How many codes are in that state, and those of one page: of most lines first."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"kind": kind, "facility": facility_id, "most": PAGE, "from": (page - 1) * PAGE}
        within = (
            f"FROM ({_CODES} WHERE {scope.facilities('c')} AND (%(kind)s = '' OR c.kind = %(kind)s)"
            f" AND (%(facility)s = 0 OR c.facility_id = %(facility)s)) q WHERE {STATES[state]}"
        )
        cursor.execute(f"SELECT count(*) {within}", values)
        total = int(cursor.fetchone()[0])
        cursor.execute(f"SELECT * {within} ORDER BY lines DESC, kind, code, id LIMIT %(most)s OFFSET %(from)s", values)
        return total, [_code_row(row) for row in cursor.fetchall()]


def code(scope: Scope, code_id: int) -> CodeRow | None:
    """One code; None where there is none in scope."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_CODES} WHERE c.id = %s AND {scope.facilities('c')}", [code_id])
        row = cursor.fetchone()
    return _code_row(row) if row else None


def _code_row(row: tuple[Any, ...]) -> CodeRow:
    id_, facility_id, facility, kind, text, samples, *rest = row
    local = LocalCode(kinds()[kind], text, read_samples(kinds()[kind], orjson.loads(samples)))
    return CodeRow(id_, facility_id, facility, local, *rest)


_MAPPINGS = """
    SELECT m.id, m.code_id, f.name, c.kind, c.code, c.samples::text, m.version, coalesce(m.target, ''), m.equivalence, m.valid_from,
           m.valid_to, m.evidence::text, m.note, m.proposed_by, p.full_name, m.proposed_at, coalesce(m.decision, ''),
           coalesce(d.full_name, ''), m.decided_at, coalesce(m.reason, ''),
           EXISTS (SELECT FROM local_codes_refiling r WHERE r.mapping_id = m.id AND r.done_at IS NULL)
    FROM local_codes_mapping m
    JOIN local_codes_code c ON c.id = m.code_id
    JOIN places_facility f ON f.id = m.facility_id
    JOIN accounts_account p ON p.id = m.proposed_by
    LEFT JOIN accounts_account d ON d.id = m.decided_by
"""


def mappings(scope: Scope, limit: int = 100) -> list[MappingRow]:
    """What waits for a decision, oldest first, then what was decided, newest first."""
    return _mappings(
        f"WHERE {scope.facilities('m')} ORDER BY m.decision IS NOT NULL, CASE WHEN m.decision IS NULL THEN m.id ELSE -m.id END"
        " LIMIT %s",
        limit,
    )


def history(scope: Scope, code_id: int) -> list[MappingRow]:
    """Every version of what a code means, newest first."""
    return _mappings(f"WHERE m.code_id = %s AND {scope.facilities('m')} ORDER BY m.version DESC", code_id)


def _mappings(where: str, value: int) -> list[MappingRow]:
    with connection.cursor() as cursor:
        cursor.execute(f"{_MAPPINGS} {where}", [value])
        return [_mapping_row(row) for row in cursor.fetchall()]


def _mapping_row(row: tuple[Any, ...]) -> MappingRow:
    values = list(row)
    values[5] = read_samples(kinds()[row[3]], orjson.loads(row[5]))
    values[11] = orjson.loads(row[11])
    return MappingRow(*values)
