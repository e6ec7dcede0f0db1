"""Outliers against a second way: Python's `statistics`, in exact fractions where it can."""

import statistics
from decimal import Decimal
from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.engines.statistics.quality.outliers import (
    is_outlier,
    median,
    min_max,
    modified_z_score,
    outlier_settings,
    z_score,
)

FIGURES = st.lists(st.integers(0, 500), min_size=6, max_size=12)
NEAR = 1e-9


def _decimals(numbers: list[int]) -> list[Decimal]:
    return [Decimal(number) for number in numbers]


@given(FIGURES, st.integers(0, 2000))
def test_z_score_equals_the_slow_one(before: list[int], value: int) -> None:
    threshold = outlier_settings().z_score
    exact = [Fraction(number) for number in before]
    variance = statistics.pvariance(exact)
    found = is_outlier("z_score", Decimal(value), _decimals(before))
    if variance == 0:
        assert found is None
        return
    squared = (value - statistics.mean(exact)) ** 2 / variance  # no square root: exact to the last
    assert (found is not None) == (squared > Fraction(threshold) ** 2)
    score = z_score(Decimal(value), _decimals(before), threshold)
    assert score is not None and abs(float(score.score) - sqrt(squared)) < NEAR * max(1, sqrt(squared))
    assert abs(float(score.high) - (statistics.fmean(before) + 3 * statistics.pstdev(before))) < 1e-6


@given(FIGURES, st.integers(0, 2000))
def test_modified_z_score_equals_the_slow_one(before: list[int], value: int) -> None:
    exact = [Fraction(number) for number in before]
    middle = statistics.median(exact)
    deviation = statistics.median([abs(one - middle) for one in exact])
    found = is_outlier("modified_z_score", Decimal(value), _decimals(before))
    if deviation == 0:
        assert found is None
        return
    slow = Fraction("0.6745") * abs(value - middle) / deviation
    assert (found is not None) == (slow > Fraction("3.5"))
    score = modified_z_score(Decimal(value), _decimals(before), Decimal("3.5"))
    assert score is not None and abs(float(score.score) - float(slow)) < NEAR * max(1, float(slow))


@given(FIGURES, st.integers(0, 2000))
def test_min_max_equals_the_slow_one(before: list[int], value: int) -> None:
    found = is_outlier("min_max", Decimal(value), _decimals(before))
    assert (found is not None) == (value not in range(min(before), max(before) + 1))


@given(st.lists(st.decimals(-1000, 1000, places=3), min_size=1, max_size=9))
def test_median(numbers: list[Decimal]) -> None:
    assert median(numbers) == statistics.median(numbers)


# Of 8, 9, 10, 10, 11, 12 twice: mean and median 10, variance 10/6, median absolute deviation 1.
@pytest.mark.parametrize(
    ("method", "inside", "outside"),
    [("z_score", 13, 14), ("modified_z_score", 15, 16), ("min_max", 12, 13)],  # 10 + 3·1.29, 10 + 3.5/0.6745, 12
)
def test_the_last_that_is_inside_and_the_first_that_is_not(method: str, inside: int, outside: int) -> None:
    before = _decimals([8, 9, 10, 10, 11, 12] * 2)
    assert is_outlier(method, Decimal(inside), before) is None
    assert is_outlier(method, Decimal(outside), before) is not None


@pytest.mark.parametrize("method", ["z_score", "modified_z_score", "min_max"])
def test_too_few_before_say_nothing(method: str) -> None:
    few = _decimals([10, 11, 12, 9, 10])
    assert len(few) == outlier_settings().fewest - 1
    assert is_outlier(method, Decimal(1000), few) is None
    assert is_outlier(method, Decimal(1000), [*few, Decimal(11)]) is not None


def test_alike_before_have_no_score_but_bounds() -> None:
    alike = _decimals([5] * 8)
    assert is_outlier("z_score", Decimal(50), alike) is None
    assert is_outlier("modified_z_score", Decimal(50), alike) is None
    found = min_max(Decimal(50), alike)
    assert found is not None and found.score == 45
