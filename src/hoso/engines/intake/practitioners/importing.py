"""Taking a list of practitioners in, batch after batch: stopped, resumed or killed, it goes on where its mark stands.

The whole file is read once before its first row is taken, so one that cannot be read to its end is refused as a whole.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from itertools import islice

from django.db import DatabaseError, OperationalError, connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import intake_service_id
from hoso.core.database.constraints import broken_constraint
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.files.originals import open_original
from hoso.core.files.row_reports import Refusal
from hoso.core.files.sheets import SheetRow
from hoso.core.places.facilities import facility_ids
from hoso.engines.intake.given_lists import ledger
from hoso.engines.intake.practitioners.kind import LOCK, PRACTITIONERS
from hoso.engines.intake.practitioners.rows import check_row
from hoso.engines.intake.practitioners.sheet import count_practitioner_rows, read_practitioner_sheet
from hoso.engines.intake.practitioners.taking import Outcome, Taking, by_of
from hoso.engines.intake.practitioners.views import file_views

BATCH = 500  # rows that are acknowledged together
Progress = Callable[[int, int], None]
Numbered = list[tuple[int, SheetRow]]  # number over all sheets


def receive_list(actor: Actor, file_name: str, chunks: Iterable[bytes], true_on: date) -> int:
    """Keep the file and enter the list. Raises HosoError as `ledger.receive`."""
    return ledger.receive(PRACTITIONERS, actor, file_name, chunks, true_on)


def set_going(actor: Actor, list_id: int, *, go: bool) -> None:
    """Stop or go on. Raises HosoError as `ledger.set_going`."""
    ledger.set_going(PRACTITIONERS, actor, list_id, go=go)


def take_list(list_id: int, progress: Progress | None = None, stop: Callable[[], bool] = lambda: False) -> None:
    """Take what is left of a list, until it is done or somebody stops it. Whoever comes second while another is at it ends."""
    with ledger.alone(PRACTITIONERS, list_id) as mine:
        if mine:
            _take(list_id, progress, stop)


def _take(list_id: int, progress: Progress | None, stop: Callable[[], bool]) -> None:
    one = ledger.opened(PRACTITIONERS, list_id)
    if one is None:
        return
    name, total, done = one.file_name, one.total, one.done
    if total is None:
        try:
            total = count_practitioner_rows(open_original(one.digest), name)
        except HosoError as error:
            ledger.end(PRACTITIONERS, list_id, error)
            return
        ledger.note_total(PRACTITIONERS, list_id, total)
    rows = enumerate(islice(read_practitioner_sheet(open_original(one.digest), name), done, None), start=done + 1)
    while batch := list(islice(rows, BATCH)):
        if stop() or not _take_batch(list_id, batch):
            return
        done += len(batch)
        if progress:
            progress(done, total)
    ledger.end(PRACTITIONERS, list_id)


def _take_batch(list_id: int, batch: Numbered) -> bool:
    """One transaction: the rows, the views of who changed, the refusals and the mark. False where the list was stopped."""
    with acting_transaction(intake_service_id(), ledger.PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if not ledger.still_reading(cursor, PRACTITIONERS, list_id):
            return False
        facilities = facility_ids(row.values["facility_code"].upper() for _, row in batch)
        taking = Taking(cursor, list_id, by_of(cursor, list_id))
        taken, refused = Counter[str](), {}
        for number, row in batch:
            outcome = _take_row(taking, row, facilities)
            if isinstance(outcome, str):
                taken[outcome] += 1
            else:
                refused[number] = (row.sheet, outcome)
        file_views(cursor, taking.touched, f"{PRACTITIONERS.about}/{list_id}")
        ledger.account_for(cursor, PRACTITIONERS, list_id, len(batch), taken, refused, "practitioners")
    return True


def _take_row(taking: Taking, row: SheetRow, facilities: dict[str, int]) -> Outcome | list[Refusal]:
    checked = check_row(row, facilities)
    if isinstance(checked, list):
        return checked
    touched = set(taking.touched)
    try:
        with transaction.atomic():  # a row is taken whole or not at all
            return taking.take(checked)
    except HosoError as error:
        refused = error
    except OperationalError:
        raise
    except DatabaseError as error:
        refused = HosoError(_code_of(error), row=row.number)
    taking.touched = touched
    return [Refusal(row.number, "licence", refused)]


def _code_of(error: DatabaseError) -> str:
    """HS6215 where two would hold a number or a place at once; HS6040 for anything else that the database will not have."""
    return "HS6215" if broken_constraint(error).endswith("at_a_time") else "HS6040"
