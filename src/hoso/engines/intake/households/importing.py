"""Taking a list of households in, batch after batch: stopped, resumed or killed, it goes on where its mark stands.

The whole file is read once before its first row is taken, so one that cannot be read to its end is refused as a whole.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import intake_service_id
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.files.originals import open_original, original_keys, path_of
from hoso.core.files.row_reports import Refusal
from hoso.core.places.communes import communes_on
from hoso.engines.intake.given_lists import ledger
from hoso.engines.intake.given_lists.ledger import PURPOSE
from hoso.engines.intake.households.filing import take_rows
from hoso.engines.intake.households.lists import HOUSEHOLDS
from hoso.engines.intake.households.new_persons import store_new
from hoso.engines.intake.households.preparing import Ahead, Batches, ListFile, Ordered, PreparedBatch, batches
from hoso.engines.intake.households.rows import LAST_DAY_OF_DISTRICTS, Communes, HouseholdRow
from hoso.engines.intake.households.sheet import count_household_rows
from hoso.engines.people.linkage import WRITER_LOCK

PERMISSION = HOUSEHOLDS.permission
BATCH = 2000  # rows that are acknowledged together
AHEAD = 2  # batches that are being prepared while one is filed
Progress = Callable[[int, int], None]


def receive_list(actor: Actor, file_name: str, chunks: Iterable[bytes], true_on: date) -> int:
    """Keep the file and enter the list. Raises HosoError as `ledger.receive`."""
    return ledger.receive(HOUSEHOLDS, actor, file_name, chunks, true_on)


def set_going(actor: Actor, list_id: int, *, go: bool) -> None:
    """Stop or go on. Raises HosoError as `ledger.set_going`."""
    ledger.set_going(HOUSEHOLDS, actor, list_id, go=go)


def take_list(list_id: int, progress: Progress | None = None, stop: Callable[[], bool] = lambda: False) -> None:
    """Take what is left of a list, until it is done or somebody stops it. Whoever comes second while another is at it ends."""
    with ledger.alone(HOUSEHOLDS, list_id) as mine:
        if mine:
            _take(list_id, progress, stop)


def _take(list_id: int, progress: Progress | None, stop: Callable[[], bool]) -> None:
    one = ledger.opened(HOUSEHOLDS, list_id)
    if one is None:
        return
    communes = Communes(communes_on(one.true_on), communes_on(LAST_DAY_OF_DISTRICTS))
    path, keys = path_of(one.digest), original_keys().folder
    file = ListFile(list_id, path, keys, one.file_name, one.true_on, communes)
    with batches(file, one.done, one.total, settings.ENVIRONMENT["HOSO_INTAKE_PROCESSES"]) as source:
        total = one.total if one.total is not None else _counted(list_id, one)
        if total is not None and _take_batches(list_id, one, total, source, progress, stop):
            ledger.end(HOUSEHOLDS, list_id)


def _counted(list_id: int, one: ledger.OpenList) -> int | None:
    """How many rows the list has; None where it cannot be read to its end, which refuses it."""
    try:
        total = count_household_rows(open_original(one.digest), one.file_name)
    except HosoError as error:
        ledger.end(HOUSEHOLDS, list_id, error)
        return None
    ledger.note_total(HOUSEHOLDS, list_id, total)
    return total


def _take_batches(
    list_id: int,
    one: ledger.OpenList,
    total: int,
    source: Batches | Ahead,
    progress: Progress | None,
    stop: Callable[[], bool],
) -> bool:
    """Whether the list was taken to its end; not where somebody stopped it."""
    ordered, done = deque[Ordered](), one.done
    expected = BATCH  # persons of whom nobody knows: in a first list, all
    while True:
        while len(ordered) < AHEAD:
            ordered.append(source.order(BATCH, _serials(expected)))
        batch = ordered.popleft()()
        if not batch.count:
            return True
        if stop() or (created := _take_batch(list_id, one.true_on, batch)) is None:
            return False
        expected = BATCH if created else 0
        done += batch.count
        if progress:
            progress(done, total)


def _serials(count: int) -> tuple[int, ...]:
    """Of HoSo numbers, for so many persons; those that are not needed after all are never given."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('people_hoso_number') FROM generate_series(1, %s)", [count])
        return tuple(row[0] for row in cursor.fetchall())


def _take_batch(list_id: int, true_on: date, batch: PreparedBatch) -> int | None:
    """One transaction: the rows, their refusals and the mark. Gives how many persons are new; None where the list was stopped."""
    with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER_LOCK])
        if not ledger.still_reading(cursor, HOUSEHOLDS, list_id):
            return None
        new = _take_new(cursor, batch)
        refused = {number: (one.sheet, one.refusals) for number, one in batch.refused.items()}
        outcomes: list[str] = []
        if batch.count > len(new) + len(refused):
            rest = {number: one for number, one in batch.right().items() if number not in new}
            right, repeated = _sorted_out(cursor, list_id, {number: row for number, (_, row) in rest.items()})
            outcomes, failed = _take_right(cursor, list_id, true_on, right)
            refused |= {number: (rest[number][0], why) for number, why in (repeated | failed).items()}
        taken = Counter(outcomes) + Counter(created=len(new))
        ledger.account_for(cursor, HOUSEHOLDS, list_id, batch.count, taken, refused, "households")
    return taken["created"]


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
