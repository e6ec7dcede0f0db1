"""Notes on dates: written and withdrawn in one's own name, read where figures are read in all of their unit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.db import DatabaseError, connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.constraints import refused_by_row_security
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.statistics.discussion.area import PURPOSE

LONGEST, MOST_SHOWN = 200, 30


@dataclass(frozen=True, slots=True)
class DateNote:
    """`unit`: its number, 0 the country; `element`: the id of the one it is about, "" for all data; `last` is a day of it."""

    id: UUID
    unit: int
    element: str
    first: date
    last: date
    body: str
    author_id: int


def notes_between(
    actor: Actor, units: Iterable[int], elements: Iterable[str], first: date, last: date
) -> Sequence[DateNote]:
    """Those of the units that touch the days and are of all data or of one of the elements; the earliest first."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.id, n.unit_id, coalesce(e.uid, ''), n.start_day, n.end_day, n.body, n.author_id"
            " FROM statistics_date_note n LEFT JOIN statistics_element e ON e.id = n.element_id"
            " WHERE NOT n.withdrawn AND n.unit_id = ANY (%s::bigint[]) AND (n.element_id IS NULL OR e.uid = ANY (%s::text[]))"
            " AND n.start_day <= %s AND n.end_day >= %s ORDER BY n.start_day, n.written_at LIMIT %s",
            [list(units), list(elements), last, first, MOST_SHOWN],
        )
        return [DateNote(*row) for row in cursor.fetchall()]


def write_note(actor: Actor, unit: int, element: str, days: tuple[date, date], body: str) -> UUID:
    """A new one. Raises HosoError HS2001, HS3470 for a unit out of reach, HS3472 for a text that is none, HS9004 where the last
    day lies before the first or the element is none."""
    text, number = body.strip(), uuid4()
    if not 1 <= len(text) <= LONGEST or "\0" in text:
        raise HosoError("HS3472", limit=LONGEST)
    if days[1] < days[0]:
        raise HosoError("HS9004", name="from, to", value=f"{days[0]}, {days[1]}")
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        granted = decide(actor, "statistics.read", PURPOSE)
        cursor.execute("SELECT id FROM statistics_element WHERE uid = %s", [element])
        found = cursor.fetchone()
        if element and found is None:
            raise HosoError("HS9004", name="element", value=element[:40])
        try:
            with transaction.atomic():
                cursor.execute(
                    "INSERT INTO statistics_date_note (id, unit_id, element_id, start_day, end_day, body, author_id)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s)",
                    [number, unit, found[0] if found else None, *days, text, actor.account_id],
                )
        except DatabaseError as error:
            if not refused_by_row_security(error):
                raise
            raise HosoError("HS3470") from error
        record_event(AuditEvent(actor, granted.role.key, PURPOSE, "create", object=f"statistics/date-note/{number}"))
    return number


def withdraw_note(actor: Actor, number: UUID) -> None:
    """An own one, which is kept. Raises HosoError HS2001, HS3473."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        granted = decide(actor, "statistics.read", PURPOSE)
        cursor.execute(
            "UPDATE statistics_date_note SET withdrawn = true WHERE id = %s AND author_id = %s AND NOT withdrawn",
            [number, actor.account_id],
        )
        if cursor.rowcount != 1:
            raise HosoError("HS3473")
        told = f"statistics/date-note/{number}"
        record_event(AuditEvent(actor, granted.role.key, PURPOSE, "update", object=told, reason="withdrawn"))
