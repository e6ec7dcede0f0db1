"""Somebody who reads a release and works out what it hides: slow, obvious, and nothing of the suppression's own code."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

Cell = tuple[str, str]
Equation = dict[Cell, Fraction]  # coefficients whose weighted sum is 0


def equations(cells: set[Cell], places: Mapping[str, str], times: Mapping[str, str]) -> Iterator[Equation]:
    """Every sum that holds: a place's figure is that of its parts, a time's that of its parts."""
    for parents, side in ((places, 0), (times, 1)):
        for cell in cells:
            parts = [one for one in cells if one[1 - side] == cell[1 - side] and parents.get(one[side]) == cell[side]]
            if parts:
                yield {cell: Fraction(-1), **dict.fromkeys(parts, Fraction(1))}


def worked_out(
    figures: Mapping[Cell, Decimal], hidden: set[Cell], places: Mapping[str, str], times: Mapping[str, str]
) -> dict[Cell, tuple[Fraction, Fraction | None]]:
    """Between what each hidden figure must lie (None: no limit), from all that is told and that a hidden one is at least 1.

    Gauss-Jordan elimination gives what is solved and how the others hang together; then every equation, old and
    eliminated, narrows each figure by the bounds of the others until nothing moves.
    """
    rows: list[tuple[dict[Cell, Fraction], Fraction]] = []
    for equation in equations(set(figures), places, times):
        unknown = {cell: factor for cell, factor in equation.items() if cell in hidden}
        told = sum(
            (factor * Fraction(figures[cell]) for cell, factor in equation.items() if cell not in hidden), Fraction(0)
        )
        if unknown:
            rows.append((unknown, -told))
    rows += _eliminated(rows)
    low: dict[Cell, Fraction] = dict.fromkeys(hidden, Fraction(1))
    high: dict[Cell, Fraction | None] = dict.fromkeys(hidden)
    for _ in range(200):
        moved = [_narrowed(cell, row, total, low, high) for row, total in rows for cell in row]
        if not any(moved):
            break
    return {cell: (low[cell], high[cell]) for cell in hidden}


def _eliminated(rows: list[tuple[dict[Cell, Fraction], Fraction]]) -> list[tuple[dict[Cell, Fraction], Fraction]]:
    left = [(dict(row), total) for row, total in rows]
    done: list[tuple[dict[Cell, Fraction], Fraction]] = []
    while left:
        row, total = left.pop()
        if not row:
            continue
        pivot = min(row)
        factor = row[pivot]
        row, total = {cell: one / factor for cell, one in row.items()}, total / factor
        left = [_without(pivot, other, row, total) for other in left]
        done = [_without(pivot, other, row, total) for other in done]
        done.append((row, total))
    return done


def _without(
    pivot: Cell, other: tuple[dict[Cell, Fraction], Fraction], row: dict[Cell, Fraction], total: Fraction
) -> tuple[dict[Cell, Fraction], Fraction]:
    there, sum_there = other
    if pivot not in there:
        return other
    times = there[pivot]
    mixed = {
        cell: there.get(cell, Fraction(0)) - times * row.get(cell, Fraction(0)) for cell in there.keys() | row.keys()
    }
    return {cell: one for cell, one in mixed.items() if one}, sum_there - times * total


def _narrowed(
    cell: Cell, row: dict[Cell, Fraction], total: Fraction, low: dict[Cell, Fraction], high: dict[Cell, Fraction | None]
) -> bool:
    """factor × figure = total - the others: the least and greatest that those leave."""
    least: Fraction | None = total
    most: Fraction | None = total
    for other, factor in row.items():
        if other == cell:
            continue
        top = high[other]
        upper, lower = (top, low[other]) if factor > 0 else (low[other], top)
        least = None if least is None or upper is None else least - factor * upper
        most = None if most is None or lower is None else most - factor * lower
    factor = row[cell]
    bounds = [None if one is None else one / factor for one in (least, most)]
    under, over = bounds if factor > 0 else reversed(bounds)
    moved = False
    if under is not None and under > low[cell]:
        low[cell], moved = under, True
    limit = high[cell]
    if over is not None and (limit is None or over < limit):
        high[cell], moved = over, True
    return moved
