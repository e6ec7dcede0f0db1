"""Times of answers, and what of them is told: the median and the slow end."""

import math
from collections.abc import Mapping, Sequence

from hoso.bench.tables import print_table


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all values does not exceed. Raises ValueError for none."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def summary(milliseconds: Sequence[float]) -> dict[str, float]:
    return {f"p{share}": percentile(milliseconds, share / 100) for share in (50, 95, 99)} | {"max": max(milliseconds)}


def print_latencies(kinds: Mapping[str, Sequence[float]]) -> None:
    """One line for each kind of request, in milliseconds."""
    rows = [
        [kind, len(times), *(round(value, 1) for value in summary(times).values())] for kind, times in kinds.items()
    ]
    print_table(("ms", "requests", "p50", "p95", "p99", "max"), rows)
