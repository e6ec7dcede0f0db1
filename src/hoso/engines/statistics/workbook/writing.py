"""A report as a workbook to be filled in: its heading, the lines of the entry page, and what it is recognised by, not shown."""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from itertools import groupby
from typing import Any

import xlsxwriter

from hoso.engines.statistics.entry import Line, Sheet
from hoso.engines.statistics.hints import Key
from hoso.engines.statistics.workbook.figures import EXACT_DIGITS
from hoso.engines.statistics.workbook.keys import (
    KEY_COLUMN,
    KEYS_SHEET,
    MARK,
    VALUE_COLUMN,
    WAS_COLUMN,
    Identity,
    cell_key,
    form_version,
)

NUMERIC = ("count", "number")
NOT_ALLOWED = str.maketrans("[]:*?/\\'", "--------")  # in the name of a sheet
YES_NO = {"true": "có", "false": "không"}
HOW = "Nhập vào ô trắng ở cột “Số liệu”. Để trống khác với số 0: ô trống là chưa báo cáo. Lưu lại rồi tải lên ở trang của biểu."
CLOSED = "Báo cáo đã nộp hoặc đã duyệt: ô xám không nhập được."
MARKS_ROW, HEAD_ROW = 7, 8
FIGURE = 2  # column


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the columns stand behind the figures; `record` only where the record was read."""

    record: int | None
    before: int
    key: int
    was: int


def form_workbook(sheet: Sheet, period: str, open_cells: AbstractSet[Key] | None = None) -> bytes:
    """The file's bytes. `period` is the period's name; `open_cells` those that may be entered, None: all.

    Nothing in a cell is ever read as a link; formulas are ours alone (sums). The protection has no password: it keeps from
    slips, what counts is checked when the workbook comes back.
    """
    out = BytesIO()
    columns = _Columns(3, 4, 5, 6) if sheet.reading else _Columns(None, 3, 4, 5)
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        _keys(book, sheet)  # the first: who reads a workbook as a stream knows at once what it is
        page = book.add_worksheet(f"Biểu {sheet.form.code}".translate(NOT_ALLOWED)[:31])
        styles = _styles(book)
        _head(page, styles, sheet, period, open_cells)
        _columns(page, styles, columns)
        row = HEAD_ROW + 1
        for lines in _rows(sheet.lines):
            row = _write_row(page, styles, columns, row, lines, open_cells)
        _setup(page, columns)
    return out.getvalue()


def identity_of(sheet: Sheet) -> Identity:
    form = sheet.form
    return Identity(form.key, form.regime.key, sheet.unit.uid, sheet.period.id, form_version(form))


def _styles(book: Any) -> Callable[[str], Any]:
    shaded = {"bg_color": "#E7E9EC", "border": 1, "border_color": "#B9BEC5", "valign": "top"}
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "plain": book.add_format({}),
        "quiet": book.add_format({"italic": True, "font_color": "#555B63"}),
        "notice": book.add_format({"bold": True, "font_color": "#8A4B00"}),
        "head": book.add_format({**shaded, "bold": True, "text_wrap": True, "align": "center"}),
        "section": book.add_format({**shaded, "bold": True}),
        "title_of_row": book.add_format({**shaded, "text_wrap": True, "bg_color": "#FFFFFF"}),
        "shaded": book.add_format({**shaded, "align": "right"}),
        "entry": book.add_format({**shaded, "bg_color": "#FFFFFF", "align": "right", "locked": False}),
    }
    return formats.__getitem__


def _head(
    page: Any, style: Callable[[str], Any], sheet: Sheet, period: str, open_cells: AbstractSet[Key] | None
) -> None:
    form = sheet.form
    days = f"{sheet.period.start:%d/%m/%Y} – {sheet.period.end:%d/%m/%Y}"
    notice = f"{form.notice[:1].upper()}{form.notice[1:]}. {form.missing_vi}".strip() if form.notice else ""
    lines = (
        ("title", form.title_vi),
        ("quiet", form.title_en),
        ("plain", f"Biểu {form.code} · {form.regime.title_vi}"),
        ("plain", f"Đơn vị báo cáo: {sheet.unit.name}"),
        ("plain", f"Kỳ báo cáo: {period} ({days})"),
        ("notice", notice),
        ("quiet", HOW if open_cells is None else CLOSED),
    )
    for row, (name, text) in enumerate(lines):
        page.write_string(row, 0, text, style(name))


def _columns(page: Any, style: Callable[[str], Any], columns: _Columns) -> None:
    shown = [(0, "TT", 7), (1, "Chỉ tiêu", 58), (FIGURE, "Số liệu", 14), (columns.before, "Kỳ trước", 12)]
    if columns.record is not None:
        shown.append((columns.record, "Theo hồ sơ", 12))
    for column, title, width in shown:
        page.write_string(HEAD_ROW, column, title, style("head"))
        page.set_column(column, column, width)
    for column, mark in ((FIGURE, VALUE_COLUMN), (columns.key, KEY_COLUMN), (columns.was, WAS_COLUMN)):
        page.write_string(MARKS_ROW, column, mark)
    page.set_row(MARKS_ROW, None, None, {"hidden": True})
    page.set_column(columns.key, columns.was, None, None, {"hidden": True})


def _rows(lines: tuple[Line, ...]) -> Iterator[list[Line]]:
    """The lines of each row of the form."""
    for _, group in groupby(lines, lambda line: line.row.key):
        yield list(group)


def _write_row(
    page: Any, style: Callable[[str], Any], columns: _Columns, row: int, lines: list[Line],
    open_cells: AbstractSet[Key] | None,
) -> int:  # fmt: skip
    """Its section, its lines and their sum; gives the number of the row after them."""
    of = lines[0].row
    if of.section_vi:
        for column in range(columns.before + 1):
            page.write_blank(row, column, None, style("section"))
        page.write_string(row, 0, of.section_vi, style("section"))
        row += 1
    first = row
    for line in lines:
        is_open = open_cells is None or (of.key, line.options) in open_cells
        page.write_string(row, 0, of.number if line.first else "", style("title_of_row"))
        page.write_string(row, 1, " – ".join([of.title_vi, *(vi for vi, _ in line.of)]), style("title_of_row"))
        _write(page, row, FIGURE, line.value, of.value, style("entry" if is_open else "shaded"))
        if columns.record is not None:
            _write(page, row, columns.record, line.proposed, of.value, style("shaded"))
        _write(page, row, columns.before, line.previous, of.value, style("shaded"))
        page.write_string(row, columns.key, cell_key(of, line.options))
        page.write_string(row, columns.was, line.value)
        row += 1
    _validate(page, first, row - 1, of.value)
    if lines[-1].ends_sum and of.value in NUMERIC:
        _write_sum(page, style, columns, row, first, lines)
        row += 1
    return row


def _write_sum(
    page: Any, style: Callable[[str], Any], columns: _Columns, row: int, first: int, lines: list[Line]
) -> None:
    """What the lines add up to; nothing where all are blank."""
    there = [Decimal(line.value) for line in lines if line.value]
    cells = f"C{first + 1}:C{row}"
    page.write_string(row, 0, "", style("shaded"))
    page.write_string(row, 1, f"{lines[0].row.title_vi} – cộng", style("section"))
    page.write_formula(
        row, FIGURE, f'=IF(COUNT({cells})=0,"",SUM({cells}))', style("shaded"), float(sum(there)) if there else ""
    )
    for column in range(FIGURE + 1, columns.before + 1):
        page.write_blank(row, column, None, style("shaded"))


def _write(page: Any, row: int, column: int, value: str, kind: str, style: Any) -> None:
    if not value:
        page.write_blank(row, column, None, style)
    elif kind in NUMERIC and len(Decimal(value).as_tuple().digits) <= EXACT_DIGITS:
        page.write_number(row, column, float(value), style)
    else:
        page.write_string(row, column, YES_NO.get(value, value) if kind == "boolean" else value, style)


def _validate(page: Any, first: int, last: int, kind: str) -> None:
    """What the program refuses while it is typed; text that is pasted passes it, and is refused when it comes back."""
    told = {"ignore_blank": True, "error_title": "Số liệu"}
    if kind == "count":
        told |= {"validate": "integer", "criteria": ">=", "value": 0, "error_message": "Cần số nguyên từ 0 trở lên."}
    elif kind == "number":
        told |= {"validate": "decimal", "criteria": "between", "minimum": -1e15, "maximum": 1e15,
                 "error_message": "Cần một số."}  # fmt: skip
    elif kind == "boolean":
        told |= {"validate": "list", "source": list(YES_NO.values()), "error_message": "Chọn có hoặc không."}
    else:
        return
    page.data_validation(first, FIGURE, last, FIGURE, told)


def _setup(page: Any, columns: _Columns) -> None:
    page.activate()
    page.set_first_sheet()
    page.freeze_panes(HEAD_ROW + 1, 0)
    page.protect("", {"format_cells": True, "format_columns": True, "format_rows": True})
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEAD_ROW)
    page.print_area(0, 0, page.dim_rowmax, columns.before)
    page.set_selection(HEAD_ROW + 1, FIGURE, HEAD_ROW + 1, FIGURE)


def _keys(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(KEYS_SHEET)
    page.write_string(0, 0, MARK)
    for row, (name, text) in enumerate(identity_of(sheet)._asdict().items(), start=1):
        page.write_string(row, 0, name)
        page.write_string(row, 1, text)
    page.very_hidden()
    page.protect("")
