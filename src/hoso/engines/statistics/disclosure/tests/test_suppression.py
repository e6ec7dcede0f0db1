"""Small figures of a release are not worked out: by totals, over time, by level, nor by who knows one place's own."""

from decimal import Decimal
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.core.definitions import definitions_folder
from hoso.engines.statistics.disclosure.suppression import Cell, Tree, hidden_cells
from hoso.engines.statistics.disclosure.tests.attack import worked_out
from hoso.engines.statistics.disclosure.thresholds import greatest_hidden, thresholds
from hoso.engines.statistics.uids import uid_of

PLACES = {"a": "P", "b": "P", "c": "P", "d": "P"}
TIMES = {"1": "Q", "2": "Q", "3": "Q", "4": "R", "5": "R", "Q": "Y", "R": "Y"}
MONTHS = ("1", "2", "3", "4", "5")


def table(rows: dict[str, list[int | None]]) -> dict[Cell, Decimal]:
    """The communes' months with every sum; None is not reported."""
    found: dict[Cell, Decimal] = {}
    for place, figures in rows.items():
        for month, figure in zip(MONTHS, figures, strict=True):
            if figure is None:
                continue
            for where in (place, PLACES[place]):
                for when in (month, TIMES[month], "Y"):
                    found[where, when] = found.get((where, when), Decimal(0)) + figure
    return found


def hidden(rows: dict[str, list[int | None]], most: int = 4) -> tuple[dict[Cell, Decimal], set[Cell]]:
    figures = table(rows)
    return figures, hidden_cells(figures, Tree(PLACES), Tree(TIMES), most)


def bounds(figures: dict[Cell, Decimal], closed: set[Cell]) -> dict[Cell, tuple[float, float]]:
    told = worked_out(figures, closed, PLACES, TIMES)
    return {cell: (float(low), inf if high is None else float(high)) for cell, (low, high) in told.items()}


def narrow(figures: dict[Cell, Decimal], closed: set[Cell], most: int = 4) -> list[Cell]:
    """Small figures that are bound to less than the width of their class."""
    told = worked_out(figures, closed, PLACES, TIMES)
    small = [cell for cell, figure in figures.items() if 0 < figure <= most]
    return [cell for cell in small if (top := told[cell][1]) is not None and top - told[cell][0] < most - 1]


def test_without_others_beside_it_a_small_figure_is_worked_out() -> None:
    """The attack is one: what hides the small figure alone does not hold."""
    figures = table({"a": [3, 20, 30, 40, 50], "b": [20, 30, 40, 50, 60], "c": [30] * 5, "d": [40] * 5})
    assert bounds(figures, {("a", "1")}) == {("a", "1"): (3, 3)}
    # Hiding it in its row alone leaves its column, in its column alone its row.
    assert bounds(figures, {("a", "1"), ("a", "2")})["a", "1"] == (3, 3)
    assert bounds(figures, {("a", "1"), ("b", "1")})["a", "1"] == (3, 3)
    # Two figures of 1 that make 2 together are known, though neither is solved.
    pair = table({"a": [1, 9, 9, 9, 9], "b": [1, 9, 9, 9, 9]})
    assert bounds(pair, {("a", "1"), ("b", "1"), ("a", "2"), ("b", "2")})["a", "1"] == (1, 1)


def test_one_small_figure_is_hidden_with_others() -> None:
    figures, closed = hidden({"a": [3, 20, 30, 40, 50], "b": [20, 30, 40, 50, 60], "c": [30] * 5, "d": [40] * 5})
    assert narrow(figures, closed) == []
    assert ("a", "1") in closed and 6 <= len(closed) <= 9
    assert {place for place, _ in closed} <= {"a", "b", "c", "d"}  # the province's figures are all told
    assert not {("a", "Q"), ("a", "Y")} & closed


def test_nothing_small_hides_nothing_and_zero_is_told() -> None:
    assert hidden({"a": [5, 0, 9, 7, 8], "b": [9, 0, 6, 6, 6]})[1] == set()
    assert hidden({"a": [5, 5, 9, 7, 8]}, most=9)[1] != set()


def test_a_table_with_one_figure_keeps_it() -> None:
    figures, closed = hidden({"a": [2, None, None, None, None]})
    assert closed == set(figures)
    figures, closed = hidden({"a": [2, 0, 0, 0, 0], "b": [0, 0, 0, 0, 0]})
    assert closed == {cell for cell, figure in figures.items() if figure}


def test_who_knows_one_place_does_not_work_out_another() -> None:
    rows: dict[str, list[int | None]] = {
        "a": [3, 20, 30, 40, 50],
        "b": [20, 30, 40, 50, 60],
        "c": [30] * 5,
        "d": [40] * 5,
    }
    figures, closed = hidden(rows)
    for reader in ("b", "c", "d"):
        assert narrow(figures, {cell for cell in closed if cell[0] != reader}) == [], reader


ROWS = st.fixed_dictionaries(
    {place: st.lists(st.one_of(st.none(), st.integers(0, 14)), min_size=5, max_size=5) for place in PLACES}
)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.sampled_from([4, 9]))
def test_no_small_figure_of_any_table_is_worked_out(rows: dict[str, list[int | None]], most: int) -> None:
    """Nor by one of the communes beside it, who knows its own."""
    figures, closed = hidden(rows, most)
    assert {cell for cell, figure in figures.items() if 0 < figure <= most} <= closed
    assert all(figures[cell] > 0 for cell in closed)
    told = worked_out(figures, closed, PLACES, TIMES)
    assert all(low <= figures[cell] and (high is None or figures[cell] <= high) for cell, (low, high) in told.items())
    assert narrow(figures, closed, most) == []
    for reader in PLACES:
        assert narrow_beside(figures, {cell for cell in closed if cell[0] != reader}, most, reader) == [], reader


def narrow_beside(figures: dict[Cell, Decimal], closed: set[Cell], most: int, reader: str) -> list[Cell]:
    """Small figures of the other communes, for an officer of one."""
    told = worked_out(figures, closed, PLACES, TIMES)
    small = [cell for cell in closed if 0 < figures[cell] <= most and cell[0] in PLACES.keys() - {reader}]
    return [cell for cell in small if (top := told[cell][1]) is not None and top - told[cell][0] < most - 1]


@pytest.mark.parametrize(("row", "most"), [("DELIV", 4), ("HIV_POS", 9), ("ABORT_N", 9)])
def test_thresholds_are_data(row: str, most: int) -> None:
    assert greatest_hidden(uid_of(f"element:{row}")) == most
    assert thresholds()[0] == 4 and (definitions_folder() / "disclosure").is_dir()
