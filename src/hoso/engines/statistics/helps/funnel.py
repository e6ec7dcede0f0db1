"""Funnel: shares of places of unlike size beside the limits within which chance alone puts most of them.

Limits are p ± z × √(p (1 − p) / n) for z = 2 and 3, with p the share of all together and n the denominator of the place
(Spiegelhalter 2005, normal approximation). For a small n they are rough: the smallest places are told with care.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

LEVELS = (2, 3)  # standard errors


@dataclass(frozen=True, slots=True)
class Point:
    """One place: `share` of one, its limits for each of `LEVELS`, how many standard errors it lies from the share of all."""

    numerator: float
    denominator: float
    limits: tuple[tuple[float, float], ...]
    distance: float

    @property
    def share(self) -> float:
        return self.numerator / self.denominator

    @property
    def level(self) -> int:
        """0 within 2 standard errors, 2 beyond those, 3 beyond 3; below 0 on the lower side."""
        beyond = max((level for level in LEVELS if abs(self.distance) > level), default=0)
        return beyond if self.distance > 0 else -beyond


def limits_of(share: float, denominator: float) -> tuple[tuple[float, float], ...]:
    """Of a place of this size, never outside 0 and 1."""
    error = sqrt(share * (1 - share) / denominator)
    return tuple((max(0.0, share - level * error), min(1.0, share + level * error)) for level in LEVELS)


def funnel(parts: Mapping[str, tuple[float, float]]) -> tuple[float, dict[str, Point]] | None:
    """The share of all together and each place's point, by numerator and denominator of each.

    None where these are no shares: a numerator beyond its denominator, or nothing to divide by.
    """
    counted = {name: pair for name, pair in parts.items() if pair[1] > 0}
    if not counted or any(not 0 <= above <= below for above, below in counted.values()):
        return None
    share = sum(above for above, _ in counted.values()) / sum(below for _, below in counted.values())
    if not 0 < share < 1:
        return None
    return share, {
        name: Point(
            above, below, limits_of(share, below), (above / below - share) / sqrt(share * (1 - share) / below)
        )
        for name, (above, below) in counted.items()
    }  # fmt: skip
