"""One step of an export: the next files, or telling the audit of some more persons. Each is a transaction with where to go on.

The policy decides anew at each step: who loses the right meanwhile, gets nothing more.
"""

from contextlib import ExitStack
from uuid import UUID

from django.db import connection

from hoso.core.access import policy
from hoso.core.audit.events import AuditEvent, record_events
from hoso.core.database.bulk import bulk_insert
from hoso.core.errors import HosoError
from hoso.core.files.encryption import EncryptedWriter
from hoso.engines.records.bulk.exporting.asked import Asked, test_of
from hoso.engines.records.bulk.exporting.files import line_of, remove_files, writing_file
from hoso.engines.records.bulk.exporting.walk import Behind, walk
from hoso.engines.records.bulk.kept_refusals import as_kept
from hoso.engines.records.bulk.orders import PURPOSES, Order, at_work_on, finish, move
from hoso.engines.records.reading import StoredResource
from hoso.engines.records.resource_types import NUMBERS

PERMISSION = "record.export"
MOST_LINES = 50_000  # in one step, so of one file
MOST_TOLD = 1_000  # persons in one transaction


def step(number: UUID) -> bool:
    """Do one; False where there is nothing more to do, or another process is at it."""
    try:
        with at_work_on(number) as order:
            if order is None:
                return False
            scope = policy.decide(order.actor, PERMISSION, PURPOSES["export"])
            asked = Asked.of(order.asked)
            if order.type_at < len(asked.types):
                _next_files(order, asked, scope)
                return True
            return _tell(order, scope)
    except HosoError as error:
        if error.code in ("HS2150", "HS2240"):  # of this house and this hour, not of the order
            raise
        if finish(number, "failed", as_kept(error)):
            remove_files(number)
        return False


def _next_files(order: Order, asked: Asked, scope: policy.Scope) -> None:
    """The next MOST_LINES resources, of however many types: a file for each type that has any."""
    at, behind, room = order.type_at, _behind(order), MOST_LINES
    persons: dict[int, list[int]] = {}
    total = 0
    while room > 0 and at < len(asked.types):
        looked_at, written, last = _one_file(order, asked, scope, asked.types[at], behind, room, persons)
        total, full = total + written, looked_at == room
        room -= looked_at
        behind = (last.last_updated, last.id) if last and full else None
        at += not full
    _keep_persons(order.id, persons)
    behind_at, behind_id = behind or (None, None)
    move(order.id, type_at=at, behind_at=behind_at, behind_id=behind_id, resources=order.resources + total)


def _behind(order: Order) -> Behind | None:
    return (order.behind_at, order.behind_id or "") if order.behind_at else None


def _one_file(
    order: Order, asked: Asked, scope: policy.Scope, type_name: str, behind: Behind | None, most: int,
    persons: dict[int, list[int]],
) -> tuple[int, int, StoredResource | None]:  # fmt: skip
    """(how many were looked at, how many written, the last one looked at). Counts in `persons` what is whose."""
    fits = test_of(order.actor, asked, type_name)
    looked_at = written = 0
    last = None
    number = _next_number(order.id)  # before the walk: while it streams, nothing else can be asked
    with ExitStack() as stack:
        target: EncryptedWriter | None = None
        for last in walk(scope, asked, type_name, order.as_of, behind, most):
            looked_at += 1
            if fits is not None and not fits(last):
                continue
            if target is None:  # nothing is written of a type that has nothing
                target = stack.enter_context(writing_file(order.id, number))
            target.write(line_of(last))
            written += 1
            if last.person_id:
                of_person = persons.setdefault(last.person_id, [0, 0])
                of_person[0] += 1
                of_person[1] |= last.sensitivity
    if written:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bulk_export_file VALUES (%s, %s, %s, %s)", [order.id, number, NUMBERS[type_name], written]
            )
    return looked_at, written, last


def _next_number(number: UUID) -> int:
    """Of its next file."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(number), 0) + 1 FROM bulk_export_file WHERE order_id = %s", [number])
        return int(cursor.fetchone()[0])


def _keep_persons(number: UUID, persons: dict[int, list[int]]) -> None:
    with connection.cursor() as cursor:
        columns = {"order_id": "uuid", "person_id": "bigint", "found": "integer", "sensitive": "boolean"}
        rows = [(number, person, found, mask != 0) for person, (found, mask) in sorted(persons.items())]
        bulk_insert(cursor, "bulk_export_person", columns, rows)


def _tell(order: Order, scope: policy.Scope) -> bool:
    """One audit event for each person whose record is in the files, before anybody gets them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, sum(found), bool_or(sensitive) FROM bulk_export_person WHERE order_id = %s AND person_id > %s"
            " GROUP BY person_id ORDER BY person_id LIMIT %s",
            [order.id, order.told_behind, MOST_TOLD],
        )
        rows = cursor.fetchall()
    if not rows:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM bulk_export_person WHERE order_id = %s", [order.id])
        finish(order.id, "complete")
        return False
    record_events(
        AuditEvent(
            order.actor, scope.role.key, PURPOSES["export"], "export", person_id, order.about, reason=order.reason,
            sensitive=sensitive, found=int(found),
        )
        for person_id, found, sensitive in rows
    )  # fmt: skip
    move(order.id, told_behind=rows[-1][0])
    return True
