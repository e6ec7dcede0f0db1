"""Reading requests. Every function runs inside a transaction whose actor row security knows."""

from dataclasses import fields
from typing import Any

from django.db import connection

from hoso.core.access.rights.models import Event, Request, Restriction

COLUMNS = tuple(field.name for field in fields(Request))
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM rights_request"
_NEXT = "CASE WHEN replied_at IS NULL THEN reply_due ELSE coalesce(extended_due, due) END"


def open_requests() -> list[Request]:
    """What waits, what is due first on top: so the overdue ones lead."""
    return _read(f"{_SELECT} WHERE state = 'open' ORDER BY {_NEXT}, id LIMIT 500", [])


def decided_requests(limit: int = 50) -> list[Request]:
    """What was decided, newest first."""
    return _read(f"{_SELECT} WHERE state <> 'open' ORDER BY decided_at DESC LIMIT %s", [limit])


def request(request_id: int, *, lock: bool = False) -> Request | None:
    return next(iter(_read(f"{_SELECT} WHERE id = %s{' FOR UPDATE' if lock else ''}", [request_id])), None)


def requests_of_person(person_id: int) -> list[Request]:
    """Every request of a person, newest first: also what the person's own page shows."""
    return _read(f"{_SELECT} WHERE person_id = %s ORDER BY received_at DESC", [person_id])


def history(request_id: int) -> list[Event]:
    """What was done with a request, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT at, actor_name, act, note FROM rights_event WHERE request_id = %s ORDER BY id", [request_id]
        )
        return [Event(*row) for row in cursor.fetchall()]


def restrictions(person_id: int) -> list[Restriction]:
    """Restrictions of a person that are in force."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, person_id, purpose, request_id, from_at, lifted_at FROM rights_restriction"
            " WHERE person_id = %s AND lifted_at IS NULL ORDER BY purpose",
            [person_id],
        )
        return [Restriction(*row) for row in cursor.fetchall()]


def _read(statement: str, values: list[Any]) -> list[Request]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]
    return [Request(**{**row, "purposes": tuple(row["purposes"])}) for row in rows]
