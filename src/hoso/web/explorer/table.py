"""A pivot as an HTML table: real headers, each figure a button whose value is the exact figure.

Made without the template engine: a table of some thousand cells is written in a few milliseconds.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from hoso.web.explorer.asked import Key, change
from hoso.web.explorer.figure_text import exact, shown
from hoso.web.explorer.layout import BETWEEN
from hoso.web.explorer.pivot import Pivot, Place
from hoso.web.explorer.shading import class_of
from hoso.web.templatetags.bilingual import spoken

MOST_IN_PAGE = 5_000  # cells; the rows beyond are drawn where one scrolls to
DIMENSION_WORDS = {
    "data": ("Số liệu", "Data"), "period": ("Kỳ", "Period"), "place": ("Nơi", "Place"), "key": ("Phân tổ", "Key"),
    "attribute": ("Thuộc tính", "Attribute"),
}  # fmt: skip
TOTAL = ("Tổng", "Total")
FIGURE = ("Giá trị", "Value")
ESTIMATE = ("ước tính", "estimate")
ESTIMATES = ("Ước tính (trên bản đồ hiện nay)", "Estimates (on today's map)")
GREW, FELL, SAME = ("tăng", "up"), ("giảm", "down"), ("không đổi", "unchanged")


class PivotTable:
    """The parts of the table of one pivot."""

    def __init__(self, pivot: Pivot) -> None:
        self.pivot = pivot
        self._bounds: list[Decimal] = []
        if pivot.layout.scale:
            every = [found for row in pivot.rows for column in pivot.columns if (found := pivot.figure(row, column)) is not None]  # fmt: skip
            self._bounds = pivot.layout.bounds(every)

    @property
    def most_rows(self) -> int:
        """How many rows stand in the page."""
        return min(len(self.pivot.rows), max(1, MOST_IN_PAGE // max(1, len(self.pivot.columns))))

    @property
    def is_cut(self) -> bool:
        return self.most_rows < len(self.pivot.rows)

    @property
    def has_foot(self) -> bool:
        """Whether there is a line of totals."""
        return self.pivot.column_total is not None

    def head(self) -> SafeString:
        """A line for each dimension of the columns; the last one bears the labels by which a cell is known."""
        pivot, layout = self.pivot, self.pivot.layout
        corner = "".join(
            f'<th scope="col" class="corner">{escape(spoken(DIMENSION_WORDS[name]))}</th>' for name in layout.rows
        )
        if not layout.columns:
            return mark_safe(f'<tr>{corner}<th scope="col" class="right" data-key="">{spoken(FIGURE)}</th></tr>')
        lines = []
        depth = len(layout.columns)
        for level in range(depth):
            cells = [corner if level == depth - 1 else '<td class="corner"></td>' * len(layout.rows)]
            for key, run in groupby(pivot.columns, key=lambda column: column[: level + 1]):
                span = len(list(run))
                name = escape(spoken(pivot.names.of(layout.columns[level], key[-1])))
                last = f' data-key="{escape(BETWEEN.join(key))}"' if level == depth - 1 else ""
                scope = "colgroup" if span > 1 else "col"
                cells.append(f'<th scope="{scope}" class="right" colspan="{span}"{last}>{name}</th>')
            if pivot.row_total and level == depth - 1:
                cells.append(f'<th scope="col" class="right total-head">{spoken(TOTAL)}</th>')
            elif pivot.row_total:
                cells.append('<td class="corner"></td>')
            lines.append(f"<tr>{''.join(cells)}</tr>")
        return mark_safe("".join(lines))

    def body(self) -> SafeString:
        return mark_safe("".join(self._row(number) for number in range(self.most_rows)))

    def every_row(self) -> Iterator[str]:
        """Each row's HTML, for a table that is drawn where one scrolls to."""
        return (self._row(number) for number in range(len(self.pivot.rows)))

    def foot(self) -> SafeString:
        pivot = self.pivot
        if pivot.column_total is None:
            return SafeString("")
        cells = "".join(
            self._cell(pivot.column_total(column), None, 0, (None, column)) for column in pivot.columns or [()]
        )
        corner = f'<td class="right number">{self._button(pivot.total, (None, None))}</td>' if pivot.row_total else ""
        head = f'<th scope="row" colspan="{max(1, len(pivot.layout.rows))}">{spoken(TOTAL)}</th>'
        return mark_safe(f'<tr data-total="1">{head}{cells}{corner}</tr>')

    def _row(self, number: int) -> str:
        pivot = self.pivot
        row = pivot.rows[number]
        names = "".join(
            f'<th scope="row">{escape(spoken(words))}</th>' for words in pivot.words(pivot.layout.rows, row)
        )
        cells = "".join(self._of(row, column) for column in pivot.columns)
        total = (
            f'<td class="right number total">{self._button(pivot.row_total(row), (row, None))}</td>'
            if pivot.row_total
            else ""
        )
        index = f' aria-rowindex="{number + 1 + max(1, len(pivot.layout.columns))}"' if self.is_cut else ""
        return f'<tr data-key="{escape(BETWEEN.join(row))}"{index}>{names}{cells}{total}</tr>'

    def _of(self, row: Key, column: Key) -> str:
        figure = self.pivot.figure(row, column)
        shade = class_of(figure, self._bounds) if self._bounds and figure is not None else 0
        return self._cell(figure, self.pivot.before(row, column), shade, (row, column))

    def _cell(self, figure: Decimal | None, before: Decimal | None, shade: int, place: Place) -> str:
        kind = f"right number s{shade}-{len(self._bounds)}" if shade else "right number"
        grown = _grown(figure, before) if self.pivot.layout.change and figure is not None else ""
        return f'<td class="{kind}">{self._button(figure, place)}{grown}</td>'

    def _button(self, figure: Decimal | None, place: Place) -> str:
        if figure is None:
            return ""
        text = shown(figure)
        if place in self.pivot.estimates:
            text = f'<span aria-hidden="true">≈ </span>{text}<span class="hidden"> ({spoken(ESTIMATE)})</span>'
        return f'<button type="button" tabindex="-1" value="{exact(figure)}">{text}</button>'


def _grown(figure: Decimal, before: Decimal | None) -> str:
    if before is None:
        return ""
    by, share = change(figure, before)
    word, sign = (GREW, "▲") if by > 0 else (FELL, "▼") if by < 0 else (SAME, "=")
    amount = f"{shown(abs(share).quantize(Decimal('0.1')))} %" if share is not None else shown(abs(by))
    return f'<small class="grown"><span class="hidden">{spoken(word)} </span><span aria-hidden="true">{sign}</span> {amount}</small>'


def grid(pivot: Pivot, todays_map: bool = False) -> tuple[list[str], list[list[str | Decimal | None]]]:
    """Head and rows as one sees them, for a file: names as text, figures exact; the totals last.

    On today's map one more column says of each row which of its figures are estimates.
    """
    layout = pivot.layout
    head = [spoken(DIMENSION_WORDS[name]) for name in layout.rows]
    head += [_name(pivot, layout.columns, column) for column in pivot.columns] or [spoken(FIGURE)]
    head += [spoken(TOTAL)] if pivot.row_total else []
    head += [spoken(ESTIMATES)] if todays_map else []
    rows: list[list[str | Decimal | None]] = []
    for row in pivot.rows:
        line: list[str | Decimal | None] = [spoken(words) for words in pivot.words(layout.rows, row)]
        line += [pivot.figure(row, column) for column in pivot.columns]
        line += [pivot.row_total(row)] if pivot.row_total else []
        rows.append(line + ([_estimated(pivot, row)] if todays_map else []))
    if pivot.column_total:
        names: Sequence[str] = [spoken(TOTAL), *[""] * (len(layout.rows) - 1)]
        foot: list[str | Decimal | None] = [*names, *(pivot.column_total(column) for column in pivot.columns)]
        foot += [pivot.total] if pivot.row_total else []
        rows.append(foot + ([_estimated(pivot, None)] if todays_map else []))
    return head, rows


def _estimated(pivot: Pivot, row: Key | None) -> str:
    """The names of the columns in which the row has an estimate."""
    there = [_name(pivot, pivot.layout.columns, one) for one in pivot.columns if (row, one) in pivot.estimates]
    return "; ".join([*there, *([spoken(TOTAL)] if (row, None) in pivot.estimates else [])])


def _name(pivot: Pivot, dimensions: Sequence[str], key: Key) -> str:
    return " – ".join(spoken(words) for words in pivot.words(dimensions, key)) or spoken(FIGURE)
