"""How unlike a figure is to those before it: z-score, modified z-score, smallest and largest; in decimals throughout.

The figure itself is not among those it is compared with: in a short series it would hide itself (of n figures none lies more
than (n-1)/√n standard deviations from the mean). Where those before are all alike there is no score.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cache

from hoso.core.definitions import definitions_folder, read_definition

SCALE = Decimal("0.6745")  # the 0.75 quantile of the normal distribution: makes the modified score comparable
PRECISION = 40
METHODS = {
    "modified_z_score": ("điểm z sửa đổi (trung vị)", "modified z-score (median)"),
    "z_score": ("điểm z (trung bình)", "z-score (mean)"),
    "min_max": ("ngoài nhỏ nhất – lớn nhất", "outside of smallest and largest"),
}


@dataclass(frozen=True, slots=True)
class OutlierSettings:
    periods_before: int
    fewest: int
    z_score: Decimal
    modified_z_score: Decimal


@dataclass(frozen=True, slots=True)
class Score:
    """`score`: how far off, in the method's unit; `low` and `high` bound what would not have been told."""

    score: Decimal
    low: Decimal
    high: Decimal


@cache
def outlier_settings() -> OutlierSettings:
    folder = definitions_folder() / "quality"
    given = read_definition(folder / "outliers.yaml", folder / "schema" / "outliers.json")
    return OutlierSettings(
        given["periods_before"], given["fewest"], Decimal(given["z_score"]), Decimal(given["modified_z_score"])
    )


def z_score(value: Decimal, before: Sequence[Decimal], threshold: Decimal) -> Score | None:
    """Distance from the mean in standard deviations (of the whole, not of a sample)."""
    with localcontext(prec=PRECISION):
        mean = sum(before, Decimal(0)) / len(before)
        deviation = (sum(((one - mean) ** 2 for one in before), Decimal(0)) / len(before)).sqrt()
        return _scored(value, mean, deviation, threshold)


def modified_z_score(value: Decimal, before: Sequence[Decimal], threshold: Decimal) -> Score | None:
    """Distance from the median in median absolute deviations, which single outliers before do not widen."""
    with localcontext(prec=PRECISION):
        middle = median(before)
        return _scored(value, middle, median([abs(one - middle) for one in before]) / SCALE, threshold)


def min_max(value: Decimal, before: Sequence[Decimal]) -> Score | None:
    """How far outside of the smallest and largest; 0 inside."""
    low, high = min(before), max(before)
    return Score(max(low - value, value - high, Decimal(0)), low, high)


def median(values: Sequence[Decimal]) -> Decimal:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def is_outlier(method: str, value: Decimal, before: Sequence[Decimal]) -> Score | None:
    """The score where it is one by `z_score`, `modified_z_score` or `min_max`; None with too few before."""
    settings = outlier_settings()
    if len(before) < settings.fewest:
        return None
    if method == "min_max":
        found = min_max(value, before)
        return found if found and found.score > 0 else None
    score, threshold = {
        "z_score": (z_score, settings.z_score),
        "modified_z_score": (modified_z_score, settings.modified_z_score),
    }[method]
    found = score(value, before, threshold)
    return found if found and found.score > threshold else None


def _scored(value: Decimal, centre: Decimal, spread: Decimal, threshold: Decimal) -> Score | None:
    if not spread:
        return None
    return Score(abs(value - centre) / spread, centre - threshold * spread, centre + threshold * spread)
