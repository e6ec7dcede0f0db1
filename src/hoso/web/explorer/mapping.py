"""What a map of an answer needs: whose units they are, the classes of its legend, which column is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from hoso.web.explorer.asked import Key
from hoso.web.explorer.figure_text import exact, shown
from hoso.web.explorer.layout import BETWEEN
from hoso.web.explorer.pivot import Pivot
from hoso.web.explorer.question import Question
from hoso.web.explorer.shading import class_of
from hoso.web.templatetags.bilingual import spoken


@dataclass(frozen=True, slots=True)
class Class:
    """One class of the legend: its number, from what to what, how many units have a figure in it in the shown column."""

    number: int
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Map:
    """`outline`: the unit whose parts are drawn; `bounds` the exact greatest figure of each class, over all columns, so that
    a colour means the same at every time; `at` the place of the shown column among `columns`; `estimates`: how many units of the
    shown column have an estimate."""

    outline: str
    bounds: str
    legend: Sequence[Class]
    columns: Sequence[str]
    at: int
    estimates: int = 0

    @property
    def shown(self) -> str:
        return self.columns[self.at] if self.columns else ""

    @property
    def last(self) -> int:
        return len(self.columns) - 1


def map_of(question: Question, pivot: Pivot) -> Map | None:
    """None where the rows are not places of one unit, or there are no figures."""
    layout = pivot.layout
    parents = {one.thing["parent"]["id"] if one.thing.get("parent") else "" for one in question.units.values()}
    if layout.rows != ("place",) or len(layout.columns) > 1 or len(parents) != 1 or "" in parents:
        return None
    return classed(parents.pop(), pivot)


def classed(outline: str, pivot: Pivot) -> Map | None:
    """The classes of an answer's figures over the outlines of a unit's parts; None where there are no figures."""
    layout = pivot.layout
    columns: Sequence[Key] = pivot.columns or [()]
    figures = [found for row in pivot.rows for column in columns if (found := pivot.figure(row, column)) is not None]
    if not figures:
        return None
    bounds = layout.bounds(figures)
    keys = [BETWEEN.join(column) for column in columns]
    at = keys.index(layout.at) if layout.at in keys else len(keys) - 1
    held = [class_of(found, bounds) for row in pivot.rows if (found := pivot.figure(row, columns[at])) is not None]
    lowest = min(figures)
    legend = [
        Class(
            number,
            f"{shown(lowest)} – {shown(bound)}" if number == 1 else f"> {shown(bounds[number - 2])} – {shown(bound)}",
            held.count(number),
        )
        for number, bound in enumerate(bounds, 1)
    ]
    names = [", ".join(spoken(words) for words in pivot.words(layout.columns, column)) for column in columns]
    guessed = sum((row, columns[at]) in pivot.estimates for row in pivot.rows)
    return Map(outline, ";".join(map(exact, bounds)), legend, names, at, guessed)
