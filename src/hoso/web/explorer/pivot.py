"""An answer as a table of rows and columns with totals: each total is asked for, never added up from the cells."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from hoso.core.access.actor import Actor
from hoso.core.vietnamese.sorting import sort_key
from hoso.engines.statistics.analytics.reckoned import Quotient
from hoso.engines.statistics.catalogue import Catalogue
from hoso.web.explorer.asked import Key, Told, ask_question
from hoso.web.explorer.layout import BETWEEN, Layout
from hoso.web.explorer.names import Names
from hoso.web.explorer.question import Question

Lookup = Callable[[Key, Key], Decimal | None]
Place = tuple[Key | None, Key | None]  # row and column of a cell; None in a total of the rows or columns


@dataclass(frozen=True, slots=True)
class Pivot:
    """`figure(row, column)` is what stands in a cell, None for nothing; `before` the same of the periods before.

    `row_total`, `column_total` and `total` are None where the answer has none: data items are never added up.
    """

    layout: Layout
    names: Names
    rows: Sequence[Key]
    columns: Sequence[Key]
    figure: Lookup
    before: Lookup
    row_total: Callable[[Key], Decimal | None] | None
    column_total: Callable[[Key], Decimal | None] | None
    total: Decimal | None
    left_off: int  # rows beyond the first `top`
    estimates: frozenset[Place] = frozenset()  # where shares of split units are in the figure
    quotients: Mapping[Place, Quotient] = field(default_factory=dict)  # of indicators: what was divided

    @property
    def cells(self) -> int:
        return len(self.rows) * len(self.columns)

    @property
    def only(self) -> Decimal | None:
        """The figure of an answer that has one cell; None where it has more, or none."""
        columns = self.columns or [()]
        return self.figure(self.rows[0], columns[0]) if len(self.rows) == len(columns) == 1 else None

    def words(self, dimensions: Sequence[str], key: Key) -> list[tuple[str, str]]:
        return [self.names.of(name, label) for name, label in zip(dimensions, key, strict=True)]


def ask_pivot(actor: Actor, question: Question, layout: Layout, catalogue: Catalogue, action: str = "read") -> Pivot:
    """The answer and its totals at one moment. Raises HosoError as `ask_together`."""
    kept = [layout.dimensions]
    total_of = {name: _totals(question, layout, name) for name in ("rows", "columns")}
    if total_of["rows"]:
        kept.append(layout.columns)  # under the rows: one figure for each column
    if total_of["columns"]:
        kept.append(layout.rows)
    if total_of["rows"] and total_of["columns"]:
        kept.append(())
    told = ask_question(actor, question, catalogue, kept, layout.change, action)
    return _laid_out(question, layout, told, dict(zip(kept, range(len(kept)), strict=True)))


def _totals(question: Question, layout: Layout, zone: str) -> bool:
    """Whether the dimensions of a zone have a total: no data item among them, no keys that were chosen one by one."""
    gone = layout.rows if zone == "rows" else layout.columns
    chosen = (question.breakdown.splits if "key" in gone else None, question.breakdown.attributes)
    return bool(gone) and "data" not in gone and not any(chosen)


def _laid_out(question: Question, layout: Layout, told: Told, place: Mapping[tuple[str, ...], int]) -> Pivot:
    figures = told.figures[0]
    split = len(layout.rows)
    # A row may have a total without a figure in any column: an indicator's parts were reported in different months.
    found_rows = {
        key[:split] for key in [*figures, *(told.figures[place[layout.rows]] if layout.rows in place else ())]
    }
    found_columns = {key[split:] for key in figures}
    order = _order(question, told.names)
    rows = sorted(found_rows, key=lambda key: order(layout.rows, key))
    columns = sorted(found_columns, key=lambda key: order(layout.columns, key))
    if layout.columns in (("period",), ("data",)):  # gaps in time show
        columns = [(label,) for label in (question.periods if layout.columns == ("period",) else told.names.items)]
    if layout.empty and layout.rows in (("place",), ("period",), ("data",)):
        every = {"place": question.units, "period": question.periods, "data": told.names.items}[layout.rows[0]]
        rows = [(label,) for label in every]

    def lookup(answers: Mapping[Key, object]) -> Callable[[Key], Decimal | None]:
        return lambda key: one.figure if (one := answers.get(key)) else None  # type: ignore[attr-defined]

    here = lookup(figures)
    then = lookup(told.before[0]) if told.before else (lambda key: None)
    under = lookup(told.figures[place[layout.columns]]) if layout.columns in place and layout.rows else None
    beside = lookup(told.figures[place[layout.rows]]) if layout.rows in place and layout.columns else None
    corner = told.figures[place[()]].get(()) if () in place and layout.dimensions else None
    rows = _sorted(layout, rows, columns, here, beside, told.names)
    shown = rows[: layout.top] if layout.top else rows
    return Pivot(
        layout, told.names, shown, columns, lambda row, column: here(row + column),
        lambda row, column: then(row + column), beside if len(columns) > 1 else None, under if len(rows) > 1 else None,
        corner.figure if corner else None, len(rows) - len(shown), _estimates(layout, told, place),
        {(key[:split], key[split:]): one.parts for key, one in figures.items() if one.parts},
    )  # fmt: skip


def _estimates(layout: Layout, told: Told, place: Mapping[tuple[str, ...], int]) -> frozenset[Place]:
    split = len(layout.rows)
    where: dict[tuple[str, ...], Callable[[Key], Place]] = {
        (): lambda key: (None, None), layout.columns: lambda key: (None, key), layout.rows: lambda key: (key, None),
        layout.dimensions: lambda key: (key[:split], key[split:]),
    }  # fmt: skip
    return frozenset(
        where[dimensions](key)
        for dimensions, number in place.items()
        for key, one in told.figures[number].items()
        if one.estimated
    )


def _order(question: Question, names: Names) -> Callable[[Sequence[str], Key], tuple[tuple[int, str], ...]]:
    """Data, periods and places as they were asked for, keys as their dimension has them."""
    keys = {label: number for number, label in enumerate(names.keys)}
    places = {
        "key": keys,
        "attribute": keys,
        "data": {one.label: number for number, one in enumerate(question.items)},
        "period": {label: number for number, label in enumerate(question.periods)},
        "place": {label: number for number, label in enumerate(question.units)},
    }

    def of(dimensions: Sequence[str], key: Key) -> tuple[tuple[int, str], ...]:
        return tuple(
            (places[name].get(label, len(places[name])), names.of(name, label)[0])
            for name, label in zip(dimensions, key, strict=True)
        )

    return of


def _sorted(
    layout: Layout,
    rows: list[Key],
    columns: Sequence[Key],
    figure: Callable[[Key], Decimal | None],
    beside: Callable[[Key], Decimal | None] | None,
    names: Names,
) -> list[Key]:
    """By the names of the rows, the total or a column; rows without a figure there come last."""
    if layout.sort == "row":
        return sorted(rows, key=lambda row: _name_key(layout.rows, row, names), reverse=layout.descending)
    if not layout.sort and not layout.top:
        return rows
    column = next((one for one in columns if BETWEEN.join(one) == layout.sort), columns[0] if columns else ())

    def value(row: Key) -> Decimal | None:
        by_total = beside is not None and layout.sort in ("", "total")
        return beside(row) if beside is not None and by_total else figure(row + column)

    known = sorted(
        ((row, found) for row in rows if (found := value(row)) is not None),
        key=lambda pair: pair[1], reverse=layout.descending,
    )  # fmt: skip
    there = {row for row, _ in known}
    return [*(row for row, _ in known), *(row for row in rows if row not in there)]


def _name_key(dimensions: Sequence[str], row: Key, names: Names) -> tuple[str, ...]:
    return tuple(
        label if name == "period" else sort_key(names.of(name, label)[0])
        for name, label in zip(dimensions, row, strict=True)
    )
