"""Reading the audit: for the overseer, for hand-over to a log system, and for the person whose record it is.

Every function runs inside `core.access.reading.read`; row security shows all to who may oversee, others their own acts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from hoso.core.access.policy import Scope
from hoso.core.access.purposes import purposes

_EVENT = (
    "e.id, coalesce(e.spooled_at, e.at), e.store, e.actor_id, e.actor_name, e.account_kind, e.role, e.purpose, e.action, e.route,"
    " e.person_id, e.object, coalesce(f.name, ''), e.outcome, e.reason, e.sensitive, e.break_glass, e.found, e.source,"
    " e.source_port, e.device, e.request_id, e.spooled_at IS NOT NULL"
)
_FROM = "audit_event e LEFT JOIN places_facility f ON f.id = e.facility_id"


@dataclass(frozen=True)
class EventRow:
    """One event as people and log systems see it. `at` is when it happened, also of one that waited in the spool."""

    id: int
    at: datetime
    store: str
    actor_id: int
    actor_name: str
    account_kind: str
    role: str
    purpose: str
    action: str
    route: str
    person_id: int | None
    object: str
    facility_name: str
    outcome: str
    reason: str
    sensitive: bool
    break_glass: bool
    found: int | None
    source: str
    source_port: int | None
    device: str
    request_id: UUID | None
    spooled: bool


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; what is None or empty narrows nothing. Times: from `since`, before `until`."""

    account: str = ""
    person_id: int | None = None
    action: str = ""
    outcome: str = ""
    store: str = ""
    sensitive: bool = False
    break_glass: bool = False
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class AccountUse:
    """What one account did in a stretch of time."""

    actor_id: int
    actor_name: str
    events: int
    persons: int  # distinct
    reads: int
    searches: int
    writes: int
    exports: int
    refusals: int
    sensitive: int
    break_glass: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Look:
    """One act on a person's record as the person is told it: who, in which role, from where, when, why, what."""

    event_id: int
    at: datetime
    who: str
    role_vi: str
    role_en: str
    facility: str
    purpose_vi: str
    purpose_en: str
    action: str
    what: str
    reason: str
    outcome: str
    break_glass: bool


def events(scope: Scope, filters: Filters, limit: int = 50, before_id: int | None = None) -> list[EventRow]:
    """Events, newest first."""
    condition, values = _narrowed(filters)
    if before_id is not None:
        condition += " AND e.id < %s"
        values.append(before_id)
    return _rows(f"SELECT {_EVENT} FROM {_FROM} WHERE {condition} ORDER BY e.id DESC LIMIT %s", [*values, limit])


def event(scope: Scope, event_id: int) -> EventRow | None:
    """One event by its number."""
    return next(iter(_rows(f"SELECT {_EVENT} FROM {_FROM} WHERE e.id = %s", [event_id])), None)


def count(scope: Scope, filters: Filters) -> int:
    condition, values = _narrowed(filters)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM audit_event e WHERE {condition}", values)
        return int(cursor.fetchone()[0])


def stream(scope: Scope, filters: Filters, batch: int = 2000) -> Iterator[EventRow]:
    """Every event, oldest first, read in pieces."""
    condition, values = _narrowed(filters)
    last = 0
    while rows := _rows(
        f"SELECT {_EVENT} FROM {_FROM} WHERE {condition} AND e.id > %s ORDER BY e.id LIMIT %s", [*values, last, batch]
    ):
        yield from rows
        last = rows[-1].id


def account_uses(scope: Scope, filters: Filters, limit: int = 200) -> list[AccountUse]:
    """Statistics for each account, those who opened the most persons first."""
    condition, values = _narrowed(filters)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT e.actor_id, max(e.actor_name), count(*), count(DISTINCT e.person_id),
                   count(*) FILTER (WHERE e.action = 'read'), count(*) FILTER (WHERE e.action = 'search'),
                   count(*) FILTER (WHERE e.action IN ('create', 'update', 'delete')),
                   count(*) FILTER (WHERE e.action IN ('export', 'print')),
                   count(*) FILTER (WHERE e.outcome <> 'done'), count(*) FILTER (WHERE e.sensitive),
                   count(*) FILTER (WHERE e.break_glass), min(e.at), max(e.at)
            FROM audit_event e WHERE {condition} GROUP BY e.actor_id ORDER BY 4 DESC, 3 DESC, 2 LIMIT %s
            """,
            [*values, limit],
        )
        return [AccountUse(*row) for row in cursor.fetchall()]


def who_looked_at(scope: Scope, person_id: int, limit: int = 100, before_id: int | None = None) -> list[Look]:
    """Who looked at or changed this person's record, newest first; the facility is where the role was held that day."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.id, coalesce(e.spooled_at, e.at), coalesce(nullif(a.full_name, ''), e.actor_name),
                   coalesce(r.title_vi, e.role), coalesce(r.title_en, e.role), coalesce(f.name, held.name, ''),
                   e.purpose, e.action, e.object, e.reason, e.outcome, e.break_glass
            FROM audit_event e
            LEFT JOIN accounts_account a ON a.id = e.actor_id
            LEFT JOIN access_role r ON r.key = e.role
            LEFT JOIN places_facility f ON f.id = e.facility_id
            LEFT JOIN LATERAL (
                SELECT coalesce(own.name, '') AS name FROM accounts_assignment s
                LEFT JOIN places_facility own ON own.id = s.facility_id
                WHERE s.account_id = e.actor_id AND s.role = e.role AND s.valid_from <= e.at::date
                  AND (s.valid_to IS NULL OR s.valid_to > e.at::date)
                ORDER BY s.valid_from DESC LIMIT 1
            ) held ON true
            WHERE e.person_id = %s AND (%s::bigint IS NULL OR e.id < %s) ORDER BY e.id DESC LIMIT %s
            """,
            [person_id, before_id, before_id, limit],
        )
        return [_look(row) for row in cursor.fetchall()]


def _look(row: tuple[Any, ...]) -> Look:
    known = purposes().get(row[6])
    vietnamese, english = (known.title_vi, known.title_en) if known else (row[6], row[6])
    return Look(*[*row[:6], vietnamese, english, *row[7:]])


def _narrowed(filters: Filters) -> tuple[str, list[Any]]:
    tests = {
        "e.actor_name = %s": filters.account or None,
        "e.person_id = %s": filters.person_id,
        "e.action = %s": filters.action or None,
        "e.outcome = %s": filters.outcome or None,
        "e.store = %s": filters.store or None,
        "e.sensitive = %s": filters.sensitive or None,
        "e.break_glass = %s": filters.break_glass or None,
        "e.at >= %s": filters.since,
        "e.at < %s": filters.until,
    }
    used = {test: value for test, value in tests.items() if value is not None}
    return " AND ".join(["true", *used]), list(used.values())


def _rows(question: str, values: list[Any]) -> list[EventRow]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return [EventRow(*row) for row in cursor.fetchall()]
