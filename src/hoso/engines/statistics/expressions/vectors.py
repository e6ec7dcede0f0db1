"""Functions over samples: of a formula that is worked out for several periods, one figure of all of them.

What was not reported is no sample. `avg(#{ROW})` of a window of twelve months is the mean of those months that have the figure.
"""

import math
import statistics
from collections.abc import Callable, Sequence

from hoso.engines.statistics.expressions.tree import Value
from hoso.engines.statistics.expressions.values import as_number, as_yes, compare

Vector = Callable[..., Value]


def _numbers(samples: Sequence[Value]) -> list[float]:
    return [as_number(value) for value in samples if value is not None]


def _of_numbers(reckon: Callable[[list[float]], float]) -> Vector:
    """Nothing where nothing was reported."""

    def over(samples: Sequence[Value]) -> Value:
        numbers = _numbers(samples)
        return float(reckon(numbers)) if numbers else None

    return over


def _median(numbers: list[float]) -> float:
    """What is not a number takes no part, unless there is nothing else."""
    return statistics.median([one for one in numbers if not math.isnan(one)] or [math.nan])


def _spread(numbers: list[float]) -> float:
    """The standard deviation of a sample; of a single figure 0."""
    return statistics.stdev(numbers) if len(numbers) > 1 else 0.0


def _variance(numbers: list[float]) -> float:
    return statistics.variance(numbers) if len(numbers) > 1 else 0.0


def _percentile(samples: Sequence[Value], fraction: Value) -> Value:
    """Between two figures in proportion, as SQL's percentile_cont."""
    numbers, share = sorted(_numbers(samples)), as_number(fraction)
    if not numbers or not 0 <= share <= 1:
        return None
    below, rest = divmod(share * (len(numbers) - 1), 1)
    low, high = numbers[int(below)], numbers[min(int(below) + 1, len(numbers) - 1)]
    return low + rest * (high - low)


def _count(samples: Sequence[Value]) -> Value:
    return float(sum(value is not None for value in samples))


def _count_equal(samples: Sequence[Value], wanted: Value) -> Value:
    if isinstance(wanted, bool):
        return float(sum(value is not None and as_yes(value) is wanted for value in samples))
    return float(sum(compare(value, wanted) == 0 for value in samples))


def _count_from_zero(samples: Sequence[Value]) -> Value:
    return float(sum(number >= 0 for number in _numbers(samples)))


def _most(samples: Sequence[Value]) -> Value:
    return max(_numbers(samples), default=math.nan)


def _fewest(samples: Sequence[Value]) -> Value:
    return min(_numbers(samples), default=math.nan)


# name: fewest and most arguments; the function takes the samples of the first one, the others are worked out once.
VECTORS: dict[str, tuple[int, int, Vector]] = {
    "avg": (1, 1, _of_numbers(statistics.fmean)),
    "sum": (1, 1, _of_numbers(math.fsum)),
    "min": (1, 1, _of_numbers(min)),
    "max": (1, 1, _of_numbers(max)),
    "median": (1, 1, _of_numbers(_median)),
    "stddev": (1, 1, _of_numbers(_spread)),
    "stddevSamp": (1, 1, _of_numbers(_spread)),
    "stddevPop": (1, 1, _of_numbers(statistics.pstdev)),
    "variance": (1, 1, _of_numbers(_variance)),
    "percentileCont": (2, 2, _percentile),
    "count": (1, 1, _count),
    "d2:count": (1, 1, _count),
    "d2:countIfValue": (2, 2, _count_equal),
    "d2:countIfZeroPos": (1, 1, _count_from_zero),
    "d2:maxValue": (1, 1, _most),
    "d2:minValue": (1, 1, _fewest),
}
