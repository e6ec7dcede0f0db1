"""XLSX files: one sheet, a head row that stays in sight, every cell text so that a code keeps its zeros."""

from collections.abc import Iterable, Sequence
from io import BytesIO

import xlsxwriter

LONGEST_CELL = 32_000  # Excel takes 32,767 characters
WIDEST = 60


def workbook(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The file's bytes. Nothing in a cell is ever read as a formula or a link."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title[:31])
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        widths = [len(name) for name in head]
        for column, name in enumerate(head):
            sheet.write_string(0, column, name, bold)
        for line, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                sheet.write_string(line, column, text[:LONGEST_CELL], wrapped)
                widths[column] = max(widths[column], len(text))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(width + 2, WIDEST))
        sheet.freeze_panes(1, 0)
    return out.getvalue()
