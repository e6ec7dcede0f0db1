"""Lists as people send them: CSV (comma, semicolon or tab) and spreadsheets, every value as text, rows numbered."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from hoso.core.errors import HosoError
from hoso.core.files.workbooks import BrokenWorkbook, workbook_rows

LONGEST_LINE = 65_536  # characters of a heading
SPREADSHEETS = (".xlsx", ".xls", ".xlsb", ".ods")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row under the heading; `number` as a spreadsheet counts, `surplus` what stands beyond the last column."""

    number: int
    values: dict[str, str]
    surplus: str
    sheet: str = ""


def read_sheet(path: Path, required: Sequence[str], optional: Sequence[str]) -> Iterator[SheetRow]:
    """Rows that hold anything, every value as text.

    Raises HosoError HS6010 for a file that cannot be read, HS6011 and HS6008 for missing and unexpected columns.
    """
    numbered = _spreadsheet(path) if path.suffix.lower() in SPREADSHEETS else _csv(path)
    _, heading = next(numbered, (1, []))
    columns = [name.lower() for name in heading]
    while columns and not columns[-1]:
        columns.pop()
    known = (*required, *optional)
    _check_heading(path, columns, required, known)
    return (_row(number, columns, cells, known) for number, cells in numbered if any(cells))


def read_sheets(source: BinaryIO, name: str, required: Sequence[str], optional: Sequence[str]) -> Iterator[SheetRow]:
    """The same of a file of any length that is open, and is closed afterwards: a CSV is read as a stream, of a workbook every
    sheet that holds anything, each with its heading. `name` tells the kind and is named in errors.

    An XLSX is read as a stream too; of the other kinds a sheet is in memory while it is read. Raises HosoError as `read_sheet`,
    some of it only when the rows are read.
    """
    known = (*required, *optional)
    for sheet, columns, numbered in _headed(source, name, required, known):
        for number, cells in numbered:
            if any(cells):
                row = _row(number, columns, cells, known)
                yield SheetRow(row.number, row.values, row.surplus, sheet)


def count_sheets(source: BinaryIO, name: str, required: Sequence[str], optional: Sequence[str]) -> int:
    """How many rows `read_sheets` gives. Raises HosoError as it does when it is read to its end."""
    headed = _headed(source, name, required, (*required, *optional))
    return sum(1 for _, _, numbered in headed for _, cells in numbered if any(cells))


def _headed(
    source: BinaryIO, name: str, required: Sequence[str], known: Sequence[str]
) -> Iterator[tuple[str, list[str], Iterator[tuple[int, list[str]]]]]:
    """Sheets that hold anything: name, columns and what stands under them."""
    headed = False
    for sheet, numbered in _sheets_of(source, name):
        columns = [one.lower() for one in next((cells for _, cells in numbered if any(cells)), [])]
        while columns and not columns[-1]:
            columns.pop()
        if not columns:
            continue
        _check_heading(Path(name), columns, required, known)
        headed = True
        yield sheet, columns, numbered
    if not headed:
        _check_heading(Path(name), [], required, known)


def _sheets_of(source: BinaryIO, name: str) -> Iterator[tuple[str, Iterator[tuple[int, list[str]]]]]:
    suffix = Path(name).suffix.lower()
    if suffix not in SPREADSHEETS:
        yield "", _streamed_csv(source, name)
        return
    if suffix == ".xlsx":
        yield from _streamed_workbook(source, name)
        return
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(source)
        for sheet in book.sheet_names:
            # From the first row on, empty ones too, but from the first column that holds anything.
            rows = book.get_sheet_by_name(sheet).iter_rows()
            yield sheet, ((number, [_text(cell) for cell in cells]) for number, cells in enumerate(rows, start=1))
    except (CalamineError, OSError, ValueError) as error:
        raise HosoError("HS6010", file=name, reason=_short(error)) from error


def _streamed_workbook(source: BinaryIO, name: str) -> Iterator[tuple[str, Iterator[tuple[int, list[str]]]]]:
    try:
        for sheet, rows in workbook_rows(source):
            yield sheet, _from_first_column(rows, name)
    except BrokenWorkbook as error:
        raise HosoError("HS6010", file=name, reason=_short(error)) from error


def _from_first_column(rows: Iterator[tuple[int, list[str]]], name: str) -> Iterator[tuple[int, list[str]]]:
    """From the first column of the heading; what stands before it in a row is told with what stands behind the last."""
    first: int | None = None
    try:
        for number, cells in rows:
            if first is None:
                first = next((place for place, cell in enumerate(cells) if cell), None)
            yield number, [*cells[first:], *filter(None, cells[:first])] if first else cells
    except BrokenWorkbook as error:
        raise HosoError("HS6010", file=name, reason=_short(error)) from error


def _streamed_csv(source: BinaryIO, name: str) -> Iterator[tuple[int, list[str]]]:
    text = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")
    try:
        first = text.readline(LONGEST_LINE)
        separator = max(",;\t", key=first.count)
        for number, cells in enumerate(csv.reader(chain([first], text), delimiter=separator, strict=True), start=1):
            yield number, [cell.strip() for cell in cells]
    except (csv.Error, UnicodeDecodeError) as error:
        raise HosoError("HS6010", file=name, reason=_short(error)) from error


def _check_heading(path: Path, columns: list[str], required: Sequence[str], known: Sequence[str]) -> None:
    if missing := [name for name in required if name not in columns]:
        raise HosoError("HS6011", file=path.name, columns=", ".join(missing))
    if strange := sorted({name for name in columns if name not in known or columns.count(name) > 1}):
        raise HosoError("HS6008", file=path.name, columns=", ".join(strange))


def _row(number: int, columns: list[str], cells: list[str], known: Sequence[str]) -> SheetRow:
    values = dict.fromkeys(known, "")
    values.update(zip(columns, cells, strict=False))
    return SheetRow(number, values, " ".join(cells[len(columns) :]).strip())


def _csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise HosoError("HS6010", file=path.name, reason=_short(error)) from error
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    return _csv_rows(path, reader)


def _csv_rows(path: Path, reader: "Iterator[list[str]]") -> Iterator[tuple[int, list[str]]]:
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise HosoError("HS6010", file=path.name, reason=_short(error)) from error


def _spreadsheet(path: Path) -> Iterator[tuple[int, list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, IndexError) as error:
        raise HosoError("HS6010", file=path.name, reason=_short(error)) from error
    return ((number, [_text(cell) for cell in cells]) for number, cells in enumerate(rows, start=1))


def _text(cell: object) -> str:
    """A cell as a person would type it; a code kept as a number has lost its zeros and is refused later."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _short(error: BaseException) -> str:
    return str(error).splitlines()[0][:200]
