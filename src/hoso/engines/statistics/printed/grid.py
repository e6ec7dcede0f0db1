"""A form as a grid of lines and columns: what stands where, without figures.

A dimension stands as columns where at least half of the rows are broken down by it and the layout has room; the options of
any other are lines below their row. What adds up (`partition`) has its sum beside or below it, as on screen.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import product

from hoso.engines.statistics.forms import Dimension, Form, Option, Row
from hoso.engines.statistics.printed.layouts import Layout, Words

FIGURE: Words = ("Số liệu", "Figure")
TOTAL: Words = ("Tổng số", "Total")
SUM: Words = ("cộng", "sum")
Cell = tuple[str, ...]  # keys of the figures that are added up here; none: nothing is reported here


@dataclass(frozen=True, slots=True)
class GridLine:
    """`section` is the heading above the line; a line that is not `first` is a part of the row above it."""

    number: str
    title: Words
    value: str  # what the row takes: count, number, boolean, text
    first: bool
    cells: tuple[Cell, ...]
    section: Words = ("", "")
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    columns: tuple[Words, ...]
    lines: tuple[GridLine, ...]


def cell_key(row: str, options: Sequence[str]) -> str:
    """The name of one figure of a form, as the database makes it too (statistics_figures_of)."""
    return f"{row}.{','.join(options)}"


def figure_in(cell: Cell, figures: Mapping[str, str]) -> str:
    """What stands in a cell, as written: blank where nothing was reported, whatever is reported elsewhere in its sum."""
    given = [figures[key] for key in cell if key in figures]
    if len(cell) < 2 or not given:
        return given[0] if given else ""
    try:
        return format(sum(map(Decimal, given), Decimal(0)), "f")
    except InvalidOperation:
        return ""  # words do not add up


def grid_of(form: Form, layout: Layout) -> Grid:
    """The grid of a form."""
    across = _across(form, layout.columns_at_most)
    if across is None:
        return Grid((FIGURE,), tuple(line for row in form.rows for line in _lines(row, None, 1)))
    ahead = _needs_total(form, across)
    columns = (*((TOTAL,) if ahead else ()), *((one.title_vi, one.title_en) for one in across.options))
    return Grid(columns, tuple(line for row in form.rows for line in _lines(row, across, len(columns))))


def _across(form: Form, most: int) -> Dimension | None:
    """The dimension that stands as columns."""
    counted = Counter(one.key for row in form.rows for one in row.dimensions if len(one.options) <= most)
    key, rows = counted.most_common(1)[0] if counted else ("", 0)
    if 2 * rows < len(form.rows):
        return None
    return next((one for row in form.rows for one in row.dimensions if one.key == key), None)


def _needs_total(form: Form, across: Dimension) -> bool:
    """Whether a column for the whole stands before the options: where they add up, or rows without them have nowhere to
    stand."""
    if across.options[0].key == "total":
        return False
    return across.kind == "partition" or any(across not in row.dimensions for row in form.rows)


def _lines(row: Row, across: Dimension | None, columns: int) -> Iterator[GridLine]:
    """The lines of a row: one for each combination of the options that do not stand as columns."""
    down = [one for one in row.dimensions if one is not across]
    section = (row.section_vi, row.section_en)
    for place, options in enumerate(product(*(one.options for one in down))):
        cells = _cells(row, across, options, columns)
        of = "".join(f" – {one.title_vi}" for one in options), "".join(f" – {one.title_en}" for one in options)
        title = (row.title_vi + of[0], row.title_en + of[1])
        first = place == 0
        yield GridLine(row.number if first else "", title, row.value, first, cells, section if first else ("", ""))
    if [one.kind for one in row.dimensions] == ["partition"] and down:
        keys = tuple(cell_key(row.key, [option.key]) for option in row.dimensions[0].options)
        title = (f"{row.title_vi} – {SUM[0]}", f"{row.title_en} – {SUM[1]}")
        yield GridLine("", title, row.value, False, (keys, *[()] * (columns - 1)), is_sum=True)


def _cells(row: Row, across: Dimension | None, down: tuple[Option, ...], columns: int) -> tuple[Cell, ...]:
    if across is None or across not in row.dimensions:
        return ((cell_key(row.key, [one.key for one in down]),), *[()] * (columns - 1))
    place = row.dimensions.index(across)
    keys = [one.key for one in down]
    found = tuple((cell_key(row.key, [*keys[:place], one.key, *keys[place:]]),) for one in across.options)
    if columns == len(found):
        return found
    whole: Cell = tuple(key for cell in found for key in cell) if across.kind == "partition" else ()
    return (whole, *found)
