"""Reading cases: whose risk builds up, what was opened, a case with its frozen evidence and all that was done about it.

Everything runs inside `core.access.reading.read`; row security shows nobody a case about themselves.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.errors import HosoError
from hoso.engines.oversight.scoring import risk_of

PURPOSE = "oversight"


@dataclass(frozen=True)
class Risk:
    """An account against which something speaks that no case holds. `account_id` of oversight_account."""

    account_id: int
    account: str
    source_vi: str
    source_en: str
    risk: float
    hits: int
    sensors: tuple[str, ...]
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class CaseLine:
    """A case in the list. `state`: open, asked (an answer is awaited), proposed, closed."""

    id: int
    account: str
    source_vi: str
    source_en: str
    subject_id: int | None
    opened_at: datetime
    opened_by: str
    risk: float
    state: str
    outcome: str
    sensors: tuple[str, ...]
    events: int
    persons: int


@dataclass(frozen=True)
class Evidence:
    """One event as it was when the case was opened, and what each sensor said of it. The person is a number."""

    at: datetime
    person_id: int | None
    facility: str
    role: str
    purpose: str
    action: str
    object: str
    outcome: str
    sensitive: bool
    break_glass: bool
    found: int | None
    address: str
    sensors: tuple[str, ...]
    reasons: tuple[str, ...]


def risks(scope: Scope) -> list[Risk]:
    """Accounts by risk, the highest first; of the asker's own account nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT h.account_id, a.name, s.title_vi, s.title_en, h.sensor,
                   h.at, (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, h.points::float
            FROM oversight_hit h JOIN oversight_account a ON a.id = h.account_id JOIN oversight_source s ON s.id = a.source_id
            WHERE NOT (s.key = 'hoso' AND a.key = access_actor()::text)
            """
        )
        rows = cursor.fetchall()
    by_account = defaultdict(list)
    for row in rows:
        by_account[row[:4]].append(row[4:])
    today = timezone.localdate()
    found = [
        Risk(
            *[*account, risk_of(((sensor, day, points) for sensor, _, day, points in hits), today), len(hits),
              tuple(sorted({hit[0] for hit in hits})), min(hit[1] for hit in hits), max(hit[1] for hit in hits)],
        )
        for account, hits in by_account.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.risk, one.account_id))


def open_case(actor: Actor, risk: Risk) -> int:
    """Freeze what speaks against the account into a case, in the running transaction; the evidence's hash goes into the audit.

    Raises HosoError HS8020 where nothing speaks against it any more: somebody else was quicker, or a reason was filed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT oversight_open_case(%s, %s)", [risk.account_id, round(risk.risk, 2)])
        number = cursor.fetchone()[0]
        if number is None:
            raise HosoError("HS8020")
        cursor.execute("SELECT oversight_evidence_hash(%s)", [number])
        frozen = cursor.fetchone()[0]
    role = actor.role_for("case.handle", PURPOSE) or actor.role_for("case.raise", PURPOSE)
    record_event(
        AuditEvent(
            actor=actor, role=role.key if role else "", purpose=PURPOSE, action="create", object=f"case/{number}",
            reason=f"evidence sha256 {frozen}",
        )
    )  # fmt: skip
    return int(number)


_LINES = """
    SELECT c.id, a.name, s.title_vi, s.title_en, c.subject_id, c.opened_at, coalesce(nullif(o.full_name, ''), o.username),
           c.risk::float,
           CASE WHEN closed.id IS NOT NULL THEN 'closed'
                WHEN EXISTS (SELECT 1 FROM oversight_proposal p WHERE p.case_id = c.id AND p.decided_at IS NULL) THEN 'proposed'
                WHEN EXISTS (SELECT 1 FROM oversight_question q WHERE q.case_id = c.id AND q.answered_at IS NULL) THEN 'asked'
                ELSE 'open' END AS state,
           coalesce(closed.outcome, ''),
           (SELECT array_agg(DISTINCT e.sensor ORDER BY e.sensor) FROM oversight_evidence e WHERE e.case_id = c.id),
           (SELECT count(DISTINCT e.event) FROM oversight_evidence e WHERE e.case_id = c.id),
           (SELECT count(DISTINCT e.person_id) FROM oversight_evidence e WHERE e.case_id = c.id)
    FROM oversight_case c JOIN oversight_account a ON a.id = c.account_id JOIN oversight_source s ON s.id = a.source_id
    JOIN accounts_account o ON o.id = c.opened_by
    LEFT JOIN oversight_proposal closed ON closed.case_id = c.id AND closed.kind = 'close' AND closed.agreed
"""


def cases(scope: Scope, closed: bool = False, limit: int = 200) -> list[CaseLine]:
    """Open cases, the highest risk first; or the closed ones, the newest first."""
    order = "closed.decided_at DESC" if closed else "c.risk DESC, c.id"
    return _lines(f"WHERE (closed.id IS NOT NULL) = %s ORDER BY {order} LIMIT %s", [closed, limit])


def case_line(scope: Scope, number: int) -> CaseLine:
    """Raises HosoError HS8021 where there is none that the asker may see."""
    found = _lines("WHERE c.id = %s", [number])
    if not found:
        raise HosoError("HS8021")
    return found[0]


def _lines(narrowed: str, values: list[Any]) -> list[CaseLine]:
    with connection.cursor() as cursor:
        cursor.execute(_LINES + narrowed, values)
        return [CaseLine(*[*row[:10], tuple(row[10] or ()), *row[11:]]) for row in cursor.fetchall()]


def evidence(scope: Scope, number: int) -> list[Evidence]:
    """What was seen when the case was opened, in the order of time."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.at, e.person_id, coalesce(min(f.name), ''), e.role, e.purpose, e.action, e.object, e.outcome, e.sensitive,
                   e.break_glass, e.found, e.address, array_agg(e.sensor ORDER BY e.sensor), min(e.reasons)
            FROM oversight_evidence e LEFT JOIN places_facility f ON f.id = e.facility_id
            WHERE e.case_id = %s
            GROUP BY e.event, e.at, e.person_id, e.role, e.purpose, e.action, e.object, e.outcome, e.sensitive, e.break_glass,
                     e.found, e.address
            ORDER BY e.at, e.event
            """,
            [number],
        )
        return [Evidence(*[*row[:12], tuple(row[12]), tuple(row[13])]) for row in cursor.fetchall()]


def evidence_hash(scope: Scope, number: int) -> str:
    """The evidence in one number, as the audit kept it when the case was opened."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT oversight_evidence_hash(%s)", [number])
        return str(cursor.fetchone()[0])
