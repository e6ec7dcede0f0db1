"""Plain statistics against numbers worked by hand and against Python's own `statistics`."""

from math import comb, sqrt
from statistics import NormalDist, fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.engines.statistics.helps.expected import expected, seasons
from hoso.engines.statistics.helps.funnel import funnel, limits_of


def test_a_funnel_by_hand() -> None:
    """90 of 400 together: 0,225. Of 100: √(0,225 × 0,775 / 100) = 0,041758."""
    told = funnel({"a": (10, 100), "b": (20, 100), "c": (60, 200), "none": (0, 0)})
    assert told is not None
    share, points = told
    assert share == pytest.approx(0.225) and points.keys() == {"a", "b", "c"}
    assert points["a"].limits[0] == pytest.approx((0.141484, 0.308516), abs=1e-6)
    assert points["a"].limits[1] == pytest.approx((0.099725, 0.350275), abs=1e-6)
    assert points["a"].distance == pytest.approx(-2.99342, abs=1e-4)
    assert {name: point.level for name, point in points.items()} == {"a": -2, "b": 0, "c": 2}
    assert funnel({"a": (1, 100), "b": (99, 100)})[1]["b"].level == 3  # type: ignore[index]


@pytest.mark.parametrize("parts", [{}, {"a": (3, 2)}, {"a": (-1, 2)}, {"a": (0, 9)}, {"a": (9, 9)}, {"a": (0, 0)}])
def test_what_is_no_share_has_no_funnel(parts: dict[str, tuple[float, float]]) -> None:
    assert funnel(parts) is None


@pytest.mark.parametrize(("share", "size"), [(0.3, 400), (0.5, 100), (0.1, 900)])
def test_limits_hold_as_often_as_the_normal_distribution_says(share: float, size: int) -> None:
    """Against the binomial distribution itself, summed term by term."""
    for (low, high), level in zip(limits_of(share, size), (2, 3), strict=True):
        within = sum(
            comb(size, count) * share**count * (1 - share) ** (size - count)
            for count in range(size + 1)
            if low <= count / size <= high
        )
        assert within == pytest.approx(2 * NormalDist().cdf(level) - 1, abs=0.012)


def test_seasons_by_hand() -> None:
    """January is twice the other months in both years, of which the second is twice as large: 24/13 and 12/13."""
    series = {(year, month): float(size * (2 if month == 1 else 1)) for year, size in ((2023, 10), (2024, 20)) for month in range(1, 13)}  # fmt: skip
    factors, years = seasons(series)
    assert years == 2 and factors[1] == pytest.approx(24 / 13) and factors[7] == pytest.approx(12 / 13)
    assert fmean(factors.values()) == pytest.approx(1)
    # January 2025 after a year of 20 (40 in January): 20 × 13/12 freed each month, no spread, × 24/13.
    told = expected(series, (2025, 1))
    assert told is not None
    assert (told.figure, told.low, told.high) == pytest.approx((40, 40, 40))
    assert (told.months, told.years) == (12, 2)
    assert seasons({one: figure for one, figure in series.items() if one != (2023, 5)}) == ({}, 0)


def test_a_range_without_seasons_by_hand() -> None:
    """Mean 20, sample standard deviation √(1400 / 5) = 16,733: from 0 (not -13,5) to 53,466."""
    series = {(2025, month): float(figure) for month, figure in enumerate((10, 10, 10, 30, 10, 50), 1)}
    told = expected(series, (2025, 7))
    assert told is not None
    spread = sqrt(sum((one - 20) ** 2 for one in series.values()) / 5)
    assert (told.figure, told.low, told.high) == pytest.approx((20, 0, 20 + 2 * spread))
    assert (told.months, told.years) == (6, 0)
    assert expected(series, (2025, 6)) is None  # five months before are too few
    assert expected(series, (2027, 1)) is None  # and those that lie further back do not count


@given(st.lists(st.floats(0, 1e6), min_size=6, max_size=12), st.floats(0, 1e6))
def test_the_range_is_that_of_the_statistics_module(figures: list[float], later: float) -> None:
    series = {(2025, month): figure for month, figure in enumerate(figures, 1)}
    at = (2025, len(figures) + 1) if len(figures) < 12 else (2026, 1)
    told = expected(series | {at: later, (2026, 12): later}, at)
    assert told is not None
    assert told.figure == pytest.approx(fmean(figures))
    assert told.high == pytest.approx(fmean(figures) + 2 * stdev(figures))
    assert told.low == pytest.approx(max(0, fmean(figures) - 2 * stdev(figures)))
