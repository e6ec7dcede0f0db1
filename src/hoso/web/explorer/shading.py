"""Classes of figures for colour scales and legends: by quantile, of equal width, or at natural breaks."""

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal

CLASSINGS = ("quantile", "equal", "natural")
MOST_FOR_BREAKS = 300  # of more distinct figures natural breaks are found among so many, evenly taken from their order


def upper_bounds(figures: Sequence[Decimal], way: str, steps: int) -> list[Decimal]:
    """The greatest figure of each class, ascending and distinct; the last is the greatest of all. [] for no figures.

    Every bound but those of equal width is one of the figures, so that a legend names what is there.
    """
    ordered = sorted(figures)
    if not ordered:
        return []
    distinct = sorted(set(ordered))
    if len(distinct) <= steps:
        return distinct
    if way == "equal":
        width = (ordered[-1] - ordered[0]) / steps
        return [ordered[0] + width * step for step in range(1, steps)] + [ordered[-1]]
    if way == "natural":
        return _natural(distinct, steps)
    return sorted({ordered[-(-len(ordered) * step // steps) - 1] for step in range(1, steps + 1)})


def own_bounds(limits: Sequence[Decimal], figures: Sequence[Decimal]) -> list[Decimal]:
    """Classes with these ends, ascending, and one above them where a figure lies there: the same colour for the same share
    whatever the others reached. [] for no figures."""
    if not figures:
        return []
    most = max(figures)
    return [*limits, most] if most > limits[-1] else list(limits)


def class_of(figure: Decimal, bounds: Sequence[Decimal]) -> int:
    """The number of its class from 1; a bound belongs to the class below it."""
    return min(bisect_left(bounds, figure), len(bounds) - 1) + 1


def _natural(distinct: Sequence[Decimal], steps: int) -> list[Decimal]:
    """Least sum of squared distances from the class means (Fisher 1958, known as Jenks), over distinct figures."""
    if len(distinct) > MOST_FOR_BREAKS:
        last = len(distinct) - 1
        distinct = [distinct[last * one // (MOST_FOR_BREAKS - 1)] for one in range(MOST_FOR_BREAKS)]
    values = [float(one) for one in distinct]
    sums, squares = [0.0], [0.0]
    for value in values:
        sums.append(sums[-1] + value)
        squares.append(squares[-1] + value * value)

    def spread(first: int, end: int) -> float:
        total = sums[end] - sums[first]
        return squares[end] - squares[first] - total * total / (end - first)

    count = len(values)
    best = [spread(0, end) if end else 0.0 for end in range(count + 1)]
    cuts: list[list[int]] = []
    for step in range(2, steps + 1):
        now, cut = [float("inf")] * (count + 1), [0] * (count + 1)
        lowest = step - 1
        for end in range(step, count + 1):  # cuts only move to the right: the search begins at the last one
            for first in range(max(lowest, step - 1), end):
                cost = best[first] + spread(first, end)
                if cost < now[end]:
                    now[end], cut[end] = cost, first
            lowest = cut[end]
        best = now
        cuts.append(cut)
    ends, end = [count], count
    for cut in reversed(cuts):
        end = cut[end]
        ends.append(end)
    return [distinct[end - 1] for end in reversed(ends)]
