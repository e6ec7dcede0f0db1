"""Classes of a legend: beside a search through every way to cut."""

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.web.explorer.shading import CLASSINGS, class_of, own_bounds, upper_bounds

FIGURES = st.lists(st.integers(-50, 500).map(Decimal), min_size=1, max_size=12)


def _spread(values: list[float]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values)


@given(FIGURES, st.integers(3, 5))
def test_natural_breaks_are_the_best_of_all_cuts(figures: list[Decimal], steps: int) -> None:
    distinct = [float(one) for one in sorted(set(figures))]
    bounds = [float(one) for one in upper_bounds(figures, "natural", steps)]
    if len(distinct) <= steps:
        assert bounds == distinct
        return
    best = min(
        sum(_spread(distinct[start:end]) for start, end in zip((0, *cuts), (*cuts, len(distinct)), strict=True))
        for cuts in combinations(range(1, len(distinct)), steps - 1)
    )
    ends = [distinct.index(bound) + 1 for bound in bounds]
    told = sum(_spread(distinct[start:end]) for start, end in zip([0, *ends[:-1]], ends, strict=True))
    assert told == pytest.approx(best, abs=1e-6) and len(bounds) == steps


@given(FIGURES, st.sampled_from(CLASSINGS), st.integers(3, 7))
def test_every_figure_has_a_class_and_greater_ones_no_lower(figures: list[Decimal], way: str, steps: int) -> None:
    bounds = upper_bounds(figures, way, steps)
    assert bounds == sorted(set(bounds)) and len(bounds) <= steps and bounds[-1] == max(figures)
    classes = [class_of(figure, bounds) for figure in sorted(figures)]
    assert classes == sorted(classes) and classes[-1] == len(bounds) and classes[0] >= 1
    assert all(figure <= bounds[class_of(figure, bounds) - 1] for figure in figures)


def test_examples() -> None:
    figures = [Decimal(one) for one in (1, 2, 3, 4, 5, 6, 7, 8, 9, 100)]
    assert upper_bounds(figures, "quantile", 5) == [2, 4, 6, 8, 100]
    assert upper_bounds(figures, "equal", 3) == [34, 67, 100]
    assert upper_bounds(figures, "natural", 3) == [4, 9, 100]
    assert upper_bounds([], "quantile", 5) == []


def test_own_limits_keep_their_classes_whatever_is_there() -> None:
    limits = [Decimal(80), Decimal(95)]
    assert own_bounds(limits, [Decimal(10)]) == limits
    assert own_bounds(limits, [Decimal(10), Decimal(99)]) == [80, 95, 99]
    assert [class_of(Decimal(one), own_bounds(limits, [Decimal(99)])) for one in (80, 81, 95, 99)] == [1, 2, 2, 3]
    assert own_bounds(limits, []) == []
