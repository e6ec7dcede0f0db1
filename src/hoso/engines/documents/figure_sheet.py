"""XLSX of a table of figures: names as text, figures as numbers one can go on reckoning with."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import BytesIO

import xlsxwriter

from hoso.engines.documents.workbook import LONGEST_CELL, WIDEST

EXACT_DIGITS = 15  # what a number of a spreadsheet holds; longer ones go as text, so that no digit is lost


def figure_sheet(title: str, head: Sequence[str], rows: Iterable[Sequence[str | Decimal | None]]) -> bytes:
    """The file's bytes. Nothing in a cell is ever read as a formula or a link; an empty cell is None."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        widths = [min(len(name), 18) for name in head]
        for column, name in enumerate(head):
            sheet.write_string(0, column, name[:LONGEST_CELL], bold)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, Decimal) and len(cell.as_tuple().digits) <= EXACT_DIGITS:
                    sheet.write_number(line, column, float(cell))
                elif cell is not None:
                    sheet.write_string(line, column, str(cell)[:LONGEST_CELL])
                widths[column] = max(widths[column], len(str(cell or "")))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(width + 2, WIDEST))
        sheet.freeze_panes(1, 0)
    return out.getvalue()
