"""What a month was expected to be, by the months before it: their mean, their spread, and the seasons where years are known.

The season of a month is its figure over the monthly mean of its year, averaged over the whole years there are (at least
two). The months before, at most twelve, are freed of their season; the range is their mean ± 2 sample standard deviations,
put into the season of the month asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean, stdev

Month = tuple[int, int]  # year, month 1–12
MOST_BEFORE, FEWEST_BEFORE, FEWEST_YEARS, WIDTH = 12, 6, 2, 2.0


@dataclass(frozen=True, slots=True)
class Expected:
    """`months`: how many were looked at; `years`: how many whole ones the seasons come from, 0 where none are known."""

    figure: float
    low: float
    high: float
    months: int
    years: int


def seasons(series: Mapping[Month, float]) -> tuple[dict[int, float], int]:
    """By month how many times the mean of a year it is (their mean is 1), and of how many whole years; empty of fewer than two."""
    years = [
        year
        for year in sorted({year for year, _ in series})
        if all((year, month) in series for month in range(1, 13))
        and sum(series[year, month] for month in range(1, 13)) > 0
    ]
    if len(years) < FEWEST_YEARS:
        return {}, 0
    means = {year: fmean(series[year, month] for month in range(1, 13)) for year in years}
    return {month: fmean(series[year, month] / means[year] for year in years) for month in range(1, 13)}, len(years)


def expected(series: Mapping[Month, float], at: Month) -> Expected | None:
    """None where fewer than six of the twelve months before are known. What comes at or after the month is not looked at."""
    before = {month: figure for month, figure in series.items() if month < at}
    factors, years = seasons(before)
    if not factors or min(factors.values()) <= 0:  # a month in which nothing ever happens cannot be divided by
        factors, years = dict.fromkeys(range(1, 13), 1.0), 0
    number = at[0] * 12 + at[1]
    near = [one for one in before if number - (one[0] * 12 + one[1]) <= MOST_BEFORE]
    if len(near) < FEWEST_BEFORE:
        return None
    freed = [before[one] / factors[one[1]] for one in near]
    mean, spread, season = fmean(freed), stdev(freed), factors[at[1]]
    low = (mean - WIDTH * spread) * season
    if min(before[one] for one in near) >= 0:
        low = max(0.0, low)
    return Expected(mean * season, low, (mean + WIDTH * spread) * season, len(near), years)
