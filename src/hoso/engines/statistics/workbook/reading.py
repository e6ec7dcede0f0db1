"""A workbook that comes back, found by its keys: columns may have moved, rows been sorted, sheets renamed, notes added."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from hoso.core.errors import HosoError
from hoso.core.files.workbooks import BrokenWorkbook, Cell, has_macros, workbook_cells
from hoso.engines.statistics.workbook.keys import KEY_COLUMN, MARK, VALUE_COLUMN, WAS_COLUMN, Identity

LARGEST = 5_000_000  # bytes of the file; a form of 300 lines has 20,000
LARGEST_UNPACKED = 60_000_000  # bytes of all its parts
BLANK = Cell("")
Rows = Iterator[tuple[int, dict[int, Cell]]]


@dataclass(frozen=True, slots=True)
class FoundCell:
    """One cell of the report: where it stands (`Biểu 4-BCT!C12`), what it holds, what it held when it was given out."""

    address: str
    cell: Cell
    was: str


@dataclass(slots=True)
class ReportBook:
    """A workbook that is one report; cells by their keys, in the order in which they stand."""

    identity: Identity
    cells: dict[str, FoundCell] = field(default_factory=dict)


def read_report_book(content: BinaryIO) -> ReportBook:
    """Raises HosoError: HS5460 for what is no workbook, HS5461 for one with macros, HS5462 for one that is no report of this
    house, HS5465 where its keys stand twice."""
    book = find_report_book(content)
    if book is None:
        raise HosoError("HS5462")
    return book


def find_report_book(content: BinaryIO, most_bytes: int = LARGEST_UNPACKED) -> ReportBook | None:
    """The same; None for a workbook that is none of ours."""
    identity: Identity | None = None
    cells: dict[str, FoundCell] = {}
    try:
        if has_macros(content):
            raise HosoError("HS5461")
        for name, rows in workbook_cells(content, most_bytes):
            first = next(((number, row) for number, row in rows if row), None)
            if first is None:
                continue
            if first[1].get(0, BLANK).text == MARK:
                if identity is not None:
                    raise HosoError("HS5465", key=MARK)
                identity = _identity(rows)
                continue
            for key, found in _cells(name, _again(first, rows)):
                if key in cells:
                    raise HosoError("HS5465", key=key[:60])
                cells[key] = found
    except BrokenWorkbook as error:
        raise HosoError("HS5460", reason=str(error).splitlines()[0][:100]) from error
    return ReportBook(identity, cells) if identity is not None and cells else None


def _again(first: tuple[int, dict[int, Cell]], rows: Rows) -> Rows:
    yield first
    yield from rows


def _identity(rows: Rows) -> Identity:
    told = {row.get(0, BLANK).text: row.get(1, BLANK).text for _, row in rows}
    return Identity(*(told.get(name, "") for name in Identity._fields))


def _cells(sheet: str, rows: Rows) -> Iterator[tuple[str, FoundCell]]:
    """The cells under the marks; none of a sheet without them."""
    at: dict[str, int] = {}
    for number, row in rows:
        if not at:
            found = {cell.text: column for column, cell in row.items() if cell.text.startswith("hoso:")}
            if {KEY_COLUMN, VALUE_COLUMN, WAS_COLUMN} <= found.keys():
                at = found
            continue
        if key := row.get(at[KEY_COLUMN], BLANK).text:
            address = f"{sheet}!{_letters(at[VALUE_COLUMN])}{number}"
            yield key, FoundCell(address, row.get(at[VALUE_COLUMN], BLANK), row.get(at[WAS_COLUMN], BLANK).text)


def _letters(column: int) -> str:
    """What a spreadsheet calls a column: 2 is C."""
    name, column = "", column + 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(65 + letter) + name
    return name
