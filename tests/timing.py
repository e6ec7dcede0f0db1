"""Whether two ways of answering can be told apart by their time: measured in turn, compared by rank and by median.

Not a test of speed: both are measured under the same load, one after the other in an order drawn anew for each round, so
that whatever else the machine does falls on both alike.
"""

import gc
import random
from collections.abc import Callable
from dataclasses import dataclass
from math import erfc, sqrt
from statistics import median
from time import perf_counter

RESAMPLES = 400


@dataclass(frozen=True)
class Told:
    """What the measurements say. Times in milliseconds; `shift`: how much longer the first takes, as an interval of 99 %
    from resampled rounds; `p`: Mann-Whitney's, two-sided: how likely ranks so uneven are where both are one."""

    first: float
    second: float
    shift: tuple[float, float]
    p: float

    def apart(self, noise: float) -> bool:
        """Whether the two can be told apart: unlikely ranks, and a shift that is surely more than `noise` of the median."""
        least = max(0.0, self.shift[0], -self.shift[1])
        return self.p < 0.001 and least > noise * min(self.first, self.second)


def told_apart(first: Callable[[], object], second: Callable[[], object], rounds: int, seed: int = 1) -> Told:
    """Measure both `rounds` times, in turn."""
    chance = random.Random(seed)
    pairs = []
    for one in (first, second) * 3:
        one()  # caches of code and plans fill before the first round
    gc.disable()
    try:
        for _ in range(rounds):
            taken = {}
            for name in chance.sample(("first", "second"), 2):
                begin = perf_counter()
                (first if name == "first" else second)()
                taken[name] = (perf_counter() - begin) * 1000
            pairs.append((taken["first"], taken["second"]))
    finally:
        gc.enable()
    return _judge(pairs, chance)


def _judge(pairs: list[tuple[float, float]], chance: random.Random) -> Told:
    shifts = sorted(_shift(chance.choices(pairs, k=len(pairs))) for _ in range(RESAMPLES))
    edge = RESAMPLES // 200
    firsts, seconds = zip(*pairs, strict=True)
    return Told(median(firsts), median(seconds), (shifts[edge], shifts[-1 - edge]), mann_whitney(firsts, seconds))


def _shift(pairs: list[tuple[float, float]]) -> float:
    return median(first for first, _ in pairs) - median(second for _, second in pairs)


def mann_whitney(first: tuple[float, ...], second: tuple[float, ...]) -> float:
    """Two-sided p by the normal approximation; times hardly tie."""
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    ranks = sum(rank for rank, (_, which) in enumerate(ranked, start=1) if which == 0)
    n, m = len(first), len(second)
    u = ranks - n * (n + 1) / 2
    return erfc(abs(u - n * m / 2) / sqrt(n * m * (n + m + 1) / 12) / sqrt(2))
