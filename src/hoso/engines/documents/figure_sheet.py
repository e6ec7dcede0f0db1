"""XLSX of a table of figures: names as text, figures as numbers one can go on reckoning with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from hoso.engines.documents.workbook import LONGEST_CELL, WIDEST

EXACT_DIGITS = 15  # what a number of a spreadsheet holds; longer ones go as text, so that no digit is lost


LONGEST_NAME = 31  # of a sheet
NOT_IN_A_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


@dataclass(frozen=True, slots=True)
class FigureTable:
    """One sheet; an empty cell is None."""

    title: str
    head: Sequence[str]
    rows: Iterable[Sequence[str | Decimal | None]]


def figure_sheet(title: str, head: Sequence[str], rows: Iterable[Sequence[str | Decimal | None]]) -> bytes:
    """The file's bytes. Nothing in a cell is ever read as a formula or a link; an empty cell is None."""
    return figure_book([FigureTable(title, head, rows)])


def figure_book(tables: Iterable[FigureTable]) -> bytes:
    """As `figure_sheet`, a sheet for each table. Their titles differ in the first characters of a name."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for one in tables:
            _write(book.add_worksheet(one.title.translate(NOT_IN_A_NAME)[:LONGEST_NAME].strip()), one, bold)
    return out.getvalue()


def _write(sheet: Any, table: FigureTable, bold: Any) -> None:
    widths = [min(len(name), 18) for name in table.head]
    for column, name in enumerate(table.head):
        sheet.write_string(0, column, name[:LONGEST_CELL], bold)
    for line, row in enumerate(table.rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, Decimal) and len(cell.as_tuple().digits) <= EXACT_DIGITS:
                sheet.write_number(line, column, float(cell))
            elif cell is not None:
                sheet.write_string(line, column, str(cell)[:LONGEST_CELL])
            widths[column] = max(widths[column], len(str(cell or "")))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(width + 2, WIDEST))
    sheet.freeze_panes(1, 0)
