"""XLSX of a filled form: words above, a grid with its head, words below. Figures are numbers, everything else is text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from hoso.engines.documents.figure_sheet import EXACT_DIGITS
from hoso.engines.documents.workbook import LONGEST_CELL

TITLE_WIDTH, FIGURE_WIDTH, NUMBER_WIDTH = 60, 16, 7
MADE = datetime(1980, 1, 1)  # a real moment would change the bytes with every reading
Cell = str | Decimal | None


@dataclass(frozen=True, slots=True)
class FormRow:
    """`cells`: "" or None where blank; `closed` says in which columns nothing is reported. A section has no cells."""

    lead: tuple[str, ...]
    cells: tuple[Cell, ...] = ()
    closed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class FormSheet:
    """`above` and `below` are lines over the whole width; the first of `above` is bold. The last lead column is the widest."""

    title: str
    above: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[FormRow, ...]
    below: tuple[str, ...]
    landscape: bool = False


def form_sheet(form: FormSheet) -> bytes:
    """The file's bytes, the same for the same form. Nothing in a cell is ever read as a formula or a link."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"title": form.title, "created": MADE})
        looks = {
            "bold": book.add_format({"bold": True}),
            "plain": book.add_format({}),
            "head": book.add_format(
                {"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"}
            ),
            "section": book.add_format({"bold": True, "border": 1, "bg_color": "#EEEEEE"}),
            "text": book.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
            "figure": book.add_format({"border": 1, "num_format": "General", "valign": "top"}),
            "none": book.add_format({"border": 1, "bg_color": "#D9D9D9"}),
        }
        sheet = book.add_worksheet(form.title[:31])
        for line, text in enumerate(form.above):
            sheet.write_string(line, 0, text[:LONGEST_CELL], looks["plain" if line else "bold"])
        top = len(form.above) + 1
        for column, name in enumerate(form.head):
            sheet.write_string(top, column, name[:LONGEST_CELL], looks["head"])
        for line, row in enumerate(form.rows, start=top + 1):
            _write_row(sheet, line, row, len(form.head), looks)
        for line, text in enumerate(form.below, start=top + len(form.rows) + 2):
            sheet.write_string(line, 0, text[:LONGEST_CELL], looks["plain"])
        _set_page(sheet, form, top)
    return out.getvalue()


def _write_row(sheet: Any, line: int, row: FormRow, width: int, looks: Mapping[str, Any]) -> None:
    if not row.cells:
        sheet.merge_range(line, 0, line, width - 1, "", looks["section"])
        sheet.write_string(line, 0, row.lead[-1][:LONGEST_CELL], looks["section"])
        return
    for column, text in enumerate(row.lead):
        sheet.write_string(line, column, text[:LONGEST_CELL], looks["text"])
    for place, cell in enumerate(row.cells):
        column = len(row.lead) + place
        if place in row.closed:
            sheet.write_blank(line, column, None, looks["none"])
        elif isinstance(cell, Decimal) and len(cell.as_tuple().digits) <= EXACT_DIGITS:
            sheet.write_number(line, column, float(cell), looks["figure"])
        elif cell in ("", None):
            sheet.write_blank(line, column, None, looks["text"])
        else:
            sheet.write_string(line, column, str(cell)[:LONGEST_CELL], looks["text"])


def _set_page(sheet: Any, form: FormSheet, top: int) -> None:
    """For printing: A4, the head on each page, as wide as the paper; on screen the head stays in sight."""
    lead = len(form.rows[0].lead) if form.rows else 1
    sheet.set_column(0, len(form.head) - 1, FIGURE_WIDTH)
    if lead > 1:
        sheet.set_column(0, lead - 2, NUMBER_WIDTH)
    sheet.set_column(lead - 1, lead - 1, TITLE_WIDTH)
    sheet.freeze_panes(top + 1, lead)
    sheet.repeat_rows(top)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P / &N")
    if form.landscape:
        sheet.set_landscape()
