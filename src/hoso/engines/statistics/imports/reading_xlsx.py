"""dataValueSets as a workbook: the table of the CSV on every sheet that holds anything, read row by row; or a report's workbook."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import BinaryIO

from hoso.core.errors import HosoError
from hoso.core.files.workbooks import BrokenWorkbook, Cells, workbook_rows
from hoso.engines.statistics.entry import BY_CODE, cell_given
from hoso.engines.statistics.forms import forms
from hoso.engines.statistics.imports.options import ImportOptions
from hoso.engines.statistics.imports.reading_csv import read_table
from hoso.engines.statistics.imports.rows import Given, Group
from hoso.engines.statistics.reports_by_address import Address
from hoso.engines.statistics.workbook.figures import figure_of, same_figure
from hoso.engines.statistics.workbook.keys import MARK, cells_of, form_version
from hoso.engines.statistics.workbook.reading import FoundCell, read_report_book


def read_xlsx(content: BinaryIO, options: ImportOptions) -> Iterator[Given]:
    """Yield the rows, numbered over all sheets. Raises HosoError HS7002: no workbook, a sheet without the heading; and those
    of `read_report_book`."""
    group, index, headings = Group(0, options, options.data_set), 0, 0
    try:
        for sheet, rows in workbook_rows(content):
            numbered = ((number, _without_end(cells)) for number, cells in rows)
            first = next(((number, cells) for number, cells in numbered if cells), None)
            if first is None:
                continue
            if not headings and first[1][0] == MARK:
                yield from _of_report(content, options)
                return
            headings += 1
            for row in read_table(chain([first], numbered), f"XLSX {sheet[:40]}", group, index):
                yield row
                index += 1
    except BrokenWorkbook as error:
        raise HosoError("HS7002", format="XLSX", reason=str(error).splitlines()[0][:200]) from error
    if not headings:
        raise HosoError("HS7002", format="XLSX", reason="empty")


def _of_report(content: BinaryIO, options: ImportOptions) -> Iterator[Given]:
    """The cells that somebody filled in or changed in a report's workbook, numbered as they stand; what was emptied is left as it
    is. Raises HosoError HS5464, HS5465."""
    book = read_report_book(content)
    form = forms().get(book.identity.form)
    if form is None or form_version(form) != book.identity.version:
        raise HosoError("HS5464")
    cells, kinds = cells_of(form), {row.key: row.value for row in form.rows}
    if strange := book.cells.keys() ^ cells.keys():
        raise HosoError("HS5465", key=min(strange)[:60])
    address = Address(form.key, book.identity.unit, book.identity.period)
    group = Group(0, replace(options, schemes=BY_CODE.schemes), form.key)
    index = 0
    for key, found in book.cells.items():
        row, chosen = cells[key]
        value = _told(found, kinds[row])
        if same_figure(value, found.was) or not (value or found.cell.formula):
            continue
        given = cell_given(address, row, chosen, value, index)
        given.group, given.deleted = group, False
        yield given
        index += 1


def _told(found: FoundCell, kind: str) -> str:
    """The cell as a figure; what is none goes on as it stands, for the import to refuse."""
    try:
        return figure_of(found.cell, kind)
    except HosoError:
        return found.cell.text


def _without_end(cells: Cells) -> Cells:
    """Cells that are only formatted hold nothing; they are no columns."""
    while cells and not cells[-1]:
        cells.pop()
    return cells
