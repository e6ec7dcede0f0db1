"""Taking a list of households in, batch after batch: stopped, resumed or killed, it goes on where its mark stands.

The whole file is read once before its first row is taken, so one that cannot be read to its end is refused as a whole.
"""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import INTAKE_SERVICE, intake_service_id
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.bulk import bulk_insert
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.files.originals import keep_original, open_original, original_keys, path_of
from hoso.core.files.row_reports import Refusal
from hoso.core.places.communes import communes_on
from hoso.engines.intake.households.filing import take_rows
from hoso.engines.intake.households.new_persons import store_new
from hoso.engines.intake.households.preparing import ListFile, Ordered, PreparedBatch, batches
from hoso.engines.intake.households.rows import LAST_DAY_OF_DISTRICTS, Communes, HouseholdRow
from hoso.engines.intake.households.sheet import count_household_rows
from hoso.engines.people.linkage import WRITER_LOCK

PURPOSE = "record_keeping"
PERMISSION = "household.import"
BATCH = 2000  # rows that are acknowledged together
AHEAD = 2  # batches that are being prepared while one is filed
EARLIEST = date(2000, 1, 1)
Progress = Callable[[int, int], None]
REFUSAL_COLUMNS = {
    "list_id": "bigint", "number": "integer", "sheet": "text", "row": "integer", "field": "text", "code": "text",
    "params": "jsonb",
}  # fmt: skip


def receive_list(actor: Actor, file_name: str, chunks: Iterable[bytes], true_on: date) -> int:
    """Keep the file and enter the list; with this commit it is acknowledged. The same file for the same day is the same list.

    Raises HosoError HS2001 without the permission, HS6037 for a day that no list can be true on.
    """
    scope = policy.decide(actor, PERMISSION, PURPOSE)
    if not EARLIEST <= true_on <= date.today():
        raise HosoError("HS6037", day=f"{true_on:%d/%m/%Y}")
    digest, size = keep_original(chunks)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM household_list WHERE sha256 = %s AND true_on = %s AND state <> 'done' ORDER BY id LIMIT 1",
            [digest, true_on],
        )
        if row := cursor.fetchone():
            return int(row[0])
        cursor.execute(
            "INSERT INTO household_list (file_name, sha256, size_bytes, true_on, given_by) VALUES (%s, %s, %s, %s, %s) RETURNING id",
            [file_name[:300], digest, size, true_on, actor.account_id],
        )
        list_id = int(cursor.fetchone()[0])
        record_event(AuditEvent(actor, scope.role.key, PURPOSE, "create", object=f"household-list/{list_id}", found=1))
    return list_id


def set_going(actor: Actor, list_id: int, *, go: bool) -> None:
    """Stop a list that is being taken, or let a stopped one go on. Raises HosoError HS2001, HS6038 where it is not so."""
    scope = policy.decide(actor, PERMISSION, PURPOSE)
    before, after = (("stopped",), "waiting") if go else (("waiting", "reading"), "stopped")
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE household_list SET state = %s WHERE id = %s AND state = ANY (%s)", [after, list_id, list(before)]
        )
        if not cursor.rowcount:
            raise HosoError("HS6038")
        record_event(
            AuditEvent(actor, scope.role.key, PURPOSE, "update", object=f"household-list/{list_id}", reason=after)
        )


def take_list(list_id: int, progress: Progress | None = None, stop: Callable[[], bool] = lambda: False) -> None:
    """Take what is left of a list, until it is done or somebody stops it. Whoever comes second while another is at it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [WRITER_LOCK, list_id])
        if not cursor.fetchone()[0]:
            return
    try:
        _take(list_id, progress, stop)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [WRITER_LOCK, list_id])


def _take(list_id: int, progress: Progress | None, stop: Callable[[], bool]) -> None:
    opened = _open(list_id)
    if opened is None:
        return
    name, digest, true_on, total, done = opened
    if total is None:
        try:
            total = count_household_rows(open_original(digest), name)
        except HosoError as error:
            _end(list_id, "refused", Jsonb(error.as_dict()))
            return
        _update(list_id, "rows_total = %s", total)
    communes = Communes(communes_on(true_on), communes_on(LAST_DAY_OF_DISTRICTS))
    file = ListFile(list_id, path_of(digest), original_keys().folder, name, true_on, communes)
    with batches(file, done, total, settings.ENVIRONMENT["HOSO_INTAKE_PROCESSES"]) as source:
        ordered, expected = deque[Ordered](), BATCH  # persons of whom nobody knows: in a first list, all
        while True:
            while len(ordered) < AHEAD:
                ordered.append(source.order(BATCH, _serials(expected)))
            batch = ordered.popleft()()
            if not batch.count:
                break
            if stop() or (created := _take_batch(list_id, true_on, batch)) is None:
                return
            expected = BATCH if created else 0
            done += batch.count
            if progress:
                progress(done, total)
    _end(list_id, "done", None)


def _serials(count: int) -> tuple[int, ...]:
    """Of HoSo numbers, for so many persons; those that are not needed after all are never given."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('people_hoso_number') FROM generate_series(1, %s)", [count])
        return tuple(row[0] for row in cursor.fetchall())


def _open(list_id: int) -> tuple[str, bytes, date, int | None, int] | None:
    with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE household_list SET state = 'reading' WHERE id = %s AND state IN ('waiting', 'reading')"
            " RETURNING file_name, sha256, true_on, rows_total, rows_done",
            [list_id],
        )
        row = cursor.fetchone()
    return (row[0], bytes(row[1]), *row[2:]) if row else None


def _take_batch(list_id: int, true_on: date, batch: PreparedBatch) -> int | None:
    """One transaction: the rows, their refusals and the mark. Gives how many persons are new; None where the list was stopped."""
    with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER_LOCK])
        cursor.execute("SELECT state FROM household_list WHERE id = %s FOR UPDATE", [list_id])
        if cursor.fetchone()[0] != "reading":
            return None
        new = _take_new(cursor, batch)
        refused = {number: (one.sheet, one.refusals) for number, one in batch.refused.items()}
        outcomes: list[str] = []
        if batch.count > len(new) + len(refused):
            rest = {number: one for number, one in batch.right().items() if number not in new}
            right, repeated = _sorted_out(cursor, list_id, {number: row for number, (_, row) in rest.items()})
            outcomes, failed = _take_right(cursor, list_id, true_on, right)
            refused |= {number: (rest[number][0], why) for number, why in (repeated | failed).items()}
        _refuse(cursor, list_id, refused)
        counts = [outcomes.count(one) for one in ("created", "updated", "unchanged")]
        counts[0] += len(new)
        cursor.execute(
            "UPDATE household_list SET rows_done = rows_done + %s, created = created + %s, updated = updated + %s,"
            " unchanged = unchanged + %s, refused = refused + %s WHERE id = %s",
            [batch.count, *counts, len(refused), list_id],
        )
        service = Actor(intake_service_id(), INTAKE_SERVICE, "households")
        about = f"household-list/{list_id}"
        record_event(AuditEvent(service, INTAKE_SERVICE, PURPOSE, "update", object=about, found=sum(counts)))
    return counts[0]


Right = dict[int, HouseholdRow]  # by number over all sheets
Refused = dict[int, list[Refusal]]


def _take_new(cursor: Any, batch: PreparedBatch) -> frozenset[int]:
    """Rows whose persons nobody knew, stored as they were made ready; none where the database will not have them so."""
    if not batch.new or not batch.new.places:
        return frozenset()
    try:
        with transaction.atomic():
            return store_new(cursor, batch.new, timezone.now())
    except OperationalError:
        raise
    except DatabaseError:
        return frozenset()


def _sorted_out(cursor: Any, list_id: int, rows: Right) -> tuple[Right, Refused]:
    """Without those whose place in a household another row of the list has."""
    right, refused = Right(), Refused()
    seen: dict[tuple[str, str], int] = {}
    for number, row in rows.items():
        key = (row.household, row.member)
        if key in seen:
            refused[number] = [_repeats(row, seen[key])]
        else:
            right[number] = row
            seen[key] = row.number
    before = _taken_before(cursor, list_id, list(seen))
    for number, row in list(right.items()):
        if (row.household, row.member) in before:
            refused[number] = [_repeats(row, before[row.household, row.member])]
            del right[number]
    return right, refused


def _taken_before(cursor: Any, list_id: int, keys: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Places in households that an earlier row of the same list has taken, with that row."""
    cursor.execute(
        "SELECT m.household, m.member, m.list_row FROM people_household_member m"
        " JOIN unnest(%s::text[], %s::text[]) AS k (h, m) ON m.household = k.h AND m.member = k.m AND m.last_day IS NULL"
        " WHERE m.list_id = %s",
        [[key[0] for key in keys], [key[1] for key in keys], list_id],
    )
    return {(row[0], row[1]): row[2] for row in cursor.fetchall()}


def _repeats(row: HouseholdRow, other: int) -> Refusal:
    return Refusal(row.number, "person", HosoError("HS6039", row=row.number, other=other))


def _take_right(cursor: Any, list_id: int, true_on: date, right: Right) -> tuple[list[str], Refused]:
    """All together; where the database will not have one of them, each for itself."""
    if not right:
        return [], {}
    try:
        with transaction.atomic():
            return take_rows(cursor, list_id, true_on, list(right.values())).outcomes, {}
    except OperationalError:
        raise
    except DatabaseError:
        outcomes, failed = [], Refused()
    for number, row in right.items():
        try:
            with transaction.atomic():
                outcomes += take_rows(cursor, list_id, true_on, [row]).outcomes
        except OperationalError:
            raise
        except DatabaseError:
            failed[number] = [Refusal(row.number, "", HosoError("HS6040", row=row.number))]
    return outcomes, failed


def _refuse(cursor: Any, list_id: int, refused: dict[int, tuple[str, list[Refusal]]]) -> None:
    bulk_insert(
        cursor, "household_refusal", REFUSAL_COLUMNS,
        [
            (list_id, number, sheet, one.row, one.field, one.error.code, Jsonb(one.error.params))
            for number, (sheet, refusals) in sorted(refused.items())
            for one in refusals
        ],
    )  # fmt: skip


def _update(list_id: int, setting: str, value: Any) -> None:
    with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute(f"UPDATE household_list SET {setting} WHERE id = %s", [value, list_id])


def _end(list_id: int, state: str, refusal: Any) -> None:
    with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE household_list SET state = %s, refusal = %s, ended_at = clock_timestamp() WHERE id = %s",
            [state, refusal, list_id],
        )
