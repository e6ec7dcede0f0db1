"""The ledger of lists: one is received, counted, taken batch by batch, stopped, resumed, ended.

`rows_done` moves in the transaction that takes the rows: after any kill it says how many are in.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import INTAKE_SERVICE, intake_service_id
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.bulk import bulk_insert
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.files.originals import keep_original
from hoso.core.files.row_reports import Refusal
from hoso.engines.intake.given_lists.kinds import ListKind

PURPOSE = "record_keeping"
EARLIEST = date(2000, 1, 1)
REFUSAL_COLUMNS = {
    "list_id": "bigint", "number": "integer", "sheet": "text", "row": "integer", "field": "text", "code": "text",
    "params": "jsonb",
}  # fmt: skip
RefusedRows = Mapping[int, tuple[str, list[Refusal]]]  # by number over all sheets: the sheet, what is wrong


@dataclass(frozen=True)
class OpenList:
    """A list that is being taken; `total` is None until its rows are counted."""

    file_name: str
    digest: bytes
    true_on: date
    total: int | None
    done: int


def receive(kind: ListKind, actor: Actor, file_name: str, chunks: Iterable[bytes], true_on: date) -> int:
    """Keep the file and enter the list; with this commit it is acknowledged. The same file for the same day is the same list.

    Raises HosoError HS2001 without the permission, HS6037 for a day that no list can be true on.
    """
    scope = policy.decide(actor, kind.permission, PURPOSE)
    if not EARLIEST <= true_on <= date.today():
        raise HosoError("HS6037", day=f"{true_on:%d/%m/%Y}")
    digest, size = keep_original(chunks)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {kind.table} WHERE sha256 = %s AND true_on = %s AND state <> 'done' ORDER BY id LIMIT 1",
            [digest, true_on],
        )
        if row := cursor.fetchone():
            return int(row[0])
        cursor.execute(
            f"INSERT INTO {kind.table} (file_name, sha256, size_bytes, true_on, given_by) VALUES (%s, %s, %s, %s, %s) RETURNING id",
            [file_name[:300], digest, size, true_on, actor.account_id],
        )
        list_id = int(cursor.fetchone()[0])
        record_event(AuditEvent(actor, scope.role.key, PURPOSE, "create", object=f"{kind.about}/{list_id}", found=1))
    return list_id


def set_going(kind: ListKind, actor: Actor, list_id: int, *, go: bool) -> None:
    """Stop a list that is being taken, or let a stopped one go on. Raises HosoError HS2001, HS6038 where it is not so."""
    scope = policy.decide(actor, kind.permission, PURPOSE)
    before, after = (("stopped",), "waiting") if go else (("waiting", "reading"), "stopped")
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {kind.table} SET state = %s WHERE id = %s AND state = ANY (%s)", [after, list_id, list(before)]
        )
        if not cursor.rowcount:
            raise HosoError("HS6038")
        record_event(
            AuditEvent(actor, scope.role.key, PURPOSE, "update", object=f"{kind.about}/{list_id}", reason=after)
        )


@contextmanager
def alone(kind: ListKind, list_id: int) -> Iterator[bool]:
    """Whether this process is the one that takes the list; whoever comes second while another is at it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [kind.lock, list_id])
        if not cursor.fetchone()[0]:
            yield False
            return
    try:
        yield True
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [kind.lock, list_id])


def opened(kind: ListKind, list_id: int) -> OpenList | None:
    """The list as it is to be taken on from; None where it is not to be taken."""
    with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {kind.table} SET state = 'reading' WHERE id = %s AND state IN ('waiting', 'reading')"
            " RETURNING file_name, sha256, true_on, rows_total, rows_done",
            [list_id],
        )
        row = cursor.fetchone()
    return OpenList(row[0], bytes(row[1]), *row[2:]) if row else None


def note_total(kind: ListKind, list_id: int, total: int) -> None:
    """How many rows the file has, counted before the first is taken."""
    with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {kind.table} SET rows_total = %s WHERE id = %s", [total, list_id])


def end(kind: ListKind, list_id: int, refusal: HosoError | None = None) -> None:
    """Done, or refused as a whole."""
    state: str = "refused" if refusal else "done"
    told: Any = Jsonb(refusal.as_dict()) if refusal else None
    with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {kind.table} SET state = %s, refusal = %s, ended_at = clock_timestamp() WHERE id = %s",
            [state, told, list_id],
        )


def still_reading(cursor: Any, kind: ListKind, list_id: int) -> bool:
    """Step of a batch: the list is held until the batch commits; False where somebody stopped it."""
    cursor.execute(f"SELECT state FROM {kind.table} WHERE id = %s FOR UPDATE", [list_id])
    return bool(cursor.fetchone()[0] == "reading")


def account_for(
    cursor: Any, kind: ListKind, list_id: int, rows: int, taken: Mapping[str, int], refused: RefusedRows, name: str
) -> None:
    """Step of a batch: its refusals, its mark and its audit event. `taken`: rows created, updated, unchanged."""
    bulk_insert(
        cursor, kind.refusals, REFUSAL_COLUMNS,
        [
            (list_id, number, sheet, one.row, one.field, one.error.code, Jsonb(one.error.params))
            for number, (sheet, refusals) in sorted(refused.items())
            for one in refusals
        ],
    )  # fmt: skip
    counts = [taken[one] for one in ("created", "updated", "unchanged")]
    cursor.execute(
        f"UPDATE {kind.table} SET rows_done = rows_done + %s, created = created + %s, updated = updated + %s,"
        " unchanged = unchanged + %s, refused = refused + %s WHERE id = %s",
        [rows, *counts, len(refused), list_id],
    )
    service = Actor(intake_service_id(), INTAKE_SERVICE, name)
    about = f"{kind.about}/{list_id}"
    record_event(AuditEvent(service, INTAKE_SERVICE, PURPOSE, "update", object=about, found=sum(counts)))


def open_lists(kind: ListKind) -> list[int]:
    """Those that wait or are being taken; a job that died with its worker left them so."""
    with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {kind.table} WHERE state IN ('waiting', 'reading') ORDER BY id")
        return [row[0] for row in cursor.fetchall()]
