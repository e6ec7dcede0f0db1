"""The batches of a list: read, checked and made ready in a helper process while the writer files those before them."""

import pickle
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from hoso.core.database.key_folder import KeyFolder
from hoso.core.files.encryption import open_encrypted
from hoso.core.files.row_reports import Refusal
from hoso.core.files.sheets import SheetRow
from hoso.core.jobs.helper_processes import collect_rarely, end_with_parent
from hoso.engines.intake.households.new_persons import NewPersons, new_persons
from hoso.engines.intake.households.rows import Communes, HouseholdRow, check_row
from hoso.engines.intake.households.sheet import read_household_sheet

WORTH_A_HELPER = 4_000  # rows: for fewer a helper takes longer to start than it saves
WORTH_A_HELPER_BYTES = 250_000  # of a file whose rows are not counted yet


@dataclass(frozen=True)
class ListFile:
    """What a process without a database needs to read a list."""

    list_id: int
    path: Path
    keys: Path
    name: str
    true_on: date
    communes: Communes

    def rows(self) -> Iterator[SheetRow]:
        """Rows that hold anything. Raises HosoError as `read_sheets`."""
        with open_encrypted(self.path, KeyFolder(self.keys)) as source:
            yield from read_household_sheet(source, self.name)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """Everything that is wrong with a row."""

    sheet: str
    refusals: list[Refusal]


@dataclass(slots=True)
class PreparedBatch:
    """`count` rows, of which some are refused, by their number over all sheets; the right ones are pickled, since they are
    asked for only where somebody is known already."""

    count: int
    refused: dict[int, RefusedRow] = field(default_factory=dict)
    pickled: bytes = b""
    new: NewPersons | None = None

    def right(self) -> dict[int, tuple[str, HouseholdRow]]:
        """Right rows with their sheet, by number over all sheets."""
        rows: dict[int, tuple[str, HouseholdRow]] = pickle.loads(self.pickled)
        return rows


Ordered = Callable[[], PreparedBatch]


class Batches:
    """Reads one list from behind its first `done` rows, a batch at a time, when the batch is asked for."""

    def __init__(self, file: ListFile, done: int) -> None:
        self.file = file
        self._rows = enumerate(islice(file.rows(), done, None), start=done + 1)

    def order(self, size: int, serials: Sequence[int]) -> Ordered:
        """The next batch; `serials`: of HoSo numbers for persons who may be new, none where none are expected."""
        return lambda: self.take(size, serials)

    def take(self, size: int, serials: Sequence[int]) -> PreparedBatch:
        """The next batch, of no rows at the end. Raises HosoError as `read_sheets`."""
        batch, right = PreparedBatch(0), dict[int, tuple[str, HouseholdRow]]()
        for number, row in islice(self._rows, size):
            batch.count += 1
            checked = check_row(row, self.file.true_on, self.file.communes)
            if isinstance(checked, list):
                batch.refused[number] = RefusedRow(row.sheet, checked)
            else:
                right[number] = (row.sheet, checked)
        batch.pickled = pickle.dumps(right, pickle.HIGHEST_PROTOCOL)
        if serials:
            batch.new = new_persons(_alone(right), self.file.list_id, self.file.true_on, serials)
        return batch


def _alone(right: dict[int, tuple[str, HouseholdRow]]) -> dict[int, HouseholdRow]:
    """The rows that share no number with another row of the batch."""
    told = Counter(number for _, row in right.values() for number in row.numbers)
    return {place: row for place, (_, row) in right.items() if all(told[number] == 1 for number in row.numbers)}


class Ahead:
    """The same in a helper process, which goes on reading while the writer files."""

    def __init__(self, executor: ProcessPoolExecutor) -> None:
        self._executor = executor

    def order(self, size: int, serials: Sequence[int]) -> Ordered:
        """The next batch, as `Batches.order`."""
        return self._executor.submit(_take, size, serials).result


@contextmanager
def batches(file: ListFile, done: int, total: int | None, processes: int) -> Iterator[Batches | Ahead]:
    """The batches of a list of which `done` rows of `total` (None: not counted yet) are in; by a helper process where it is worth
    one, which gets ready while the rows are counted."""
    size = file.path.stat().st_size
    if processes == 0 or (size < WORTH_A_HELPER_BYTES if total is None else total - done < WORTH_A_HELPER):
        yield Batches(file, done)
        return
    # Not forked: a copy of this process would share its database connection.
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=_open, initargs=(file, done)) as executor:
        executor.submit(collect_rarely)
        yield Ahead(executor)


_opened: Batches | None = None


def _open(file: ListFile, done: int) -> None:
    global _opened
    end_with_parent()
    _opened = Batches(file, done)


def _take(size: int, serials: Sequence[int]) -> PreparedBatch:
    assert _opened is not None
    return _opened.take(size, serials)
