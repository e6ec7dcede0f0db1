"""What is asked: figures by data item, period and unit, each under the label that the answer carries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from hoso.core.periods.periods import Period

Places = Literal["as_reported", "today"]


@dataclass(frozen=True, slots=True)
class AskedPeriod:
    """Periods that are answered as one: a single one under its id, or all of a filter together."""

    label: str
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class AskedUnits:
    """Units that are answered as one. `whole`: the country; `places` with all below them; `facilities` alone; `alone`:
    administrative units without what lies in them or went into them."""

    label: str
    places: tuple[int, ...] = ()
    facilities: tuple[int, ...] = ()  # numbers of units, below 0
    whole: bool = False
    alone: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Operand:
    """A reported figure: an element, all of it or one split, added up in one of the ways of `AGGREGATIONS`."""

    label: str
    element: int
    aggregation: str
    split: int | None = None
    attribute: int | None = None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """By which keys the answer is broken down further: numbers of splits to keep, None where not asked, () for all."""

    splits: Sequence[int] | None = None
    attributes: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """For when and where a question asks. `places`: units as they reported, or those of today with what became of theirs
    (`todays_map`)."""

    periods: Sequence[AskedPeriod]
    units: Sequence[AskedUnits]
    breakdown: Breakdown = field(default_factory=Breakdown)
    places: Places = "as_reported"


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Where a figure stands in the answer; `split` and `attribute` are 0 where the answer is not broken down."""

    period: str
    unit: str
    split: int = 0
    attribute: int = 0


Figures = dict[str, dict[Cell, Decimal]]  # label of the data item -> cell -> figure


def rounded(figure: Decimal, places: int = 2) -> Decimal:
    """Half away from zero, as DHIS2 rounds."""
    return figure.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
