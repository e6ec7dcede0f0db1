"""A board or built report with its figures in it: those that whoever asks may see, never its maker's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hoso.engines.statistics.catalogue import read_catalogue
from hoso.web.dashboards.boards import Board, Tile
from hoso.web.dashboards.choices import Choice, chosen_words
from hoso.web.explorer.figure_text import shown
from hoso.web.explorer.names import Words
from hoso.web.explorer.pivot import Pivot
from hoso.web.explorer.reading import Explored, read_words
from hoso.web.explorer.table import grid
from hoso.web.explorer.words import rows_left_off, said
from hoso.web.routes import WithActor
from hoso.web.templatetags.bilingual import spoken

Rows = Sequence[Sequence[str | Decimal | None]]
DRAWN = ("line", "column", "stacked", "area", "bar", "years")  # ways of showing that paper draws as bars
MOST_SERIES, MOST_BARS = 4, 31


@dataclass(frozen=True, slots=True)
class Series:
    """Bars under one title: label, figure."""

    title: str
    bars: Sequence[tuple[str, Decimal | None]]


@dataclass(frozen=True, slots=True)
class Part:
    """`text`, or a question's answer: `lead` columns of names before those of figures; `left_off`: that rows are not among them;
    `withheld`: why there is none."""

    title: str
    text: str = ""
    head: Sequence[str] = ()
    rows: Rows = ()
    lead: int = 0
    has_total: bool = False
    said: str = ""
    only: str = ""
    series: Sequence[Series] = ()
    note: str = ""
    left_off: str = ""
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class FilledReport:
    """`place` and `period` in words, of the one choice over all parts."""

    title: str
    about: str
    place: str
    period: str
    parts: Sequence[Part]


Withhold = Callable[[Explored, Pivot], Words | None]


def filled_report(
    asking: WithActor, told: Board, choice: Choice, action: str, withhold: Withhold | None = None
) -> FilledReport:
    """In the active language. `withhold` says of an answer why its figures are not told here; None: they are.

    Raises HosoError as `ask_pivot`.
    """
    place, period = chosen_words(asking, choice, date.today())
    parts = [_part(asking, one, choice, action, withhold) for one in told.tiles.values()]
    return FilledReport(spoken(told.title), spoken(told.about), spoken(place), spoken(period), parts)


def _part(asking: WithActor, one: Tile, choice: Choice, action: str, withhold: Withhold | None) -> Part:
    title = spoken(one.title)
    if one.text:
        return Part(title, text=one.text)
    explored = read_words(asking, one.words(**choice.words), read_catalogue())
    pivot = explored.pivot(asking, action)
    if withhold is not None and (why := withhold(explored, pivot)) is not None:
        return Part(title, withheld=spoken(why))
    head, rows = grid(pivot, explored.question.on_todays_map)
    single = explored.layout.show == "single" and pivot.only is not None
    return Part(
        title, head=head, rows=rows, lead=len(pivot.layout.rows), has_total=pivot.column_total is not None,
        said=spoken(said(pivot)), only=shown(pivot.only) if single and pivot.only is not None else "",
        series=_series(pivot) if explored.layout.show in DRAWN else (), note=spoken(one.note),
        left_off=spoken(rows_left_off(pivot)),
    )  # fmt: skip


def _series(pivot: Pivot) -> Sequence[Series]:
    """Each row's figures over the columns; of one column the rows. Nothing where paper would not be read any more."""
    layout = pivot.layout
    if len(pivot.columns) > 1:
        found = [
            Series(_name(pivot, layout.rows, row), [(_name(pivot, layout.columns, one), pivot.figure(row, one)) for one in pivot.columns])
            for row in pivot.rows
        ]  # fmt: skip
    else:
        column = pivot.columns[0] if pivot.columns else ()
        bars = [(_name(pivot, layout.rows, row), pivot.figure(row, column)) for row in pivot.rows]
        found = [Series(_name(pivot, layout.columns, column), bars)]
    return () if len(found) > MOST_SERIES or any(len(one.bars) > MOST_BARS for one in found) else found


def _name(pivot: Pivot, dimensions: Sequence[str], key: Sequence[str]) -> str:
    return ", ".join(spoken(words) for words in pivot.words(dimensions, tuple(key)))
