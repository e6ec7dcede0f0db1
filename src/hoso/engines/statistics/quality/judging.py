"""Whether a rule holds for the figures of a unit and period, after DHIS2's treatment of what is missing."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from hoso.engines.statistics.expressions.tree import Item, items_of
from hoso.engines.statistics.expressions.working_out import work_out
from hoso.engines.statistics.hints import Key, whole_of
from hoso.engines.statistics.quality.rules import Rule, Side, offset_of, rows_by_key

Figures = Callable[[int], Mapping[Key, Decimal]]  # those of the period that is so many away
Gathered = Mapping[Item, Sequence[Decimal | None]]
PLACES = 10  # figures are entered with fewer; what differs beyond comes from reckoning


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that does not hold, with both sides; None: nothing is there."""

    rule: Rule
    left: float | None
    right: float | None


def judge(rule: Rule, figures: Figures) -> Broken | None:
    """None where the rule holds or is not asked: where nothing it speaks of was reported, or by its strategies."""
    left, right = _gathered(rule.left, figures), _gathered(rule.right, figures)
    if not any(value is not None for values in (*left.values(), *right.values()) for value in values):
        return None
    one, other = side_value(rule.left, left), side_value(rule.right, right)
    return Broken(rule, one, other) if is_broken(rule.operator, one, other) else None


def side_value(side: Side, figures: Gathered) -> float | None:
    """The side's value; None where its strategy skips it, or it cannot be worked out."""
    there = [value is not None for item in items_of(side.node) for value in figures[item]]
    if side.missing == "skip_if_any" and not all(there):
        return None
    if side.missing == "skip_if_all" and there and not any(there):
        return None
    samples = [partial(_of_period, figures, back) for back in range(side.window)]
    value = work_out(side.node, lambda item: _over_window(item, figures[item]), samples)
    if value is None or isinstance(value, str) or not math.isfinite(value):
        return None
    return round(float(value), PLACES)


def _of_period(figures: Gathered, back: int, item: Item) -> float | None:
    """What functions over the window (`avg`, `median`, …) take of one of its periods."""
    value = figures[item][back]
    return None if value is None else float(value)


def _over_window(item: Item, values: Sequence[Decimal | None]) -> float:
    """Flows are added up; of a stock, or what is told cumulatively, the latest counts."""
    there = [value for value in values if value is not None]
    if not there:
        return 0.0
    return float(sum(there) if rows_by_key()[_row(item)].aggregation == "sum" else there[0])


def is_broken(operator: str, left: float | None, right: float | None) -> bool:
    """A pair is about what is there; the others are asked only where both sides are."""
    if operator == "compulsory_pair":
        return (left is None) != (right is None)
    if operator == "exclusive_pair":
        return left is not None and right is not None
    if left is None or right is None:
        return False
    return not {
        "equal": left == right, "not_equal": left != right, "greater": left > right, "greater_or_equal": left >= right,
        "less": left < right, "less_or_equal": left <= right,
    }[operator]  # fmt: skip


def _gathered(side: Side, figures: Figures) -> Gathered:
    """Of every row of the side its figures in the window, the latest first."""
    return {
        item: [_figure(item, figures(offset_of(item) - back)) for back in range(side.window)]
        for item in items_of(side.node)
    }


def _figure(item: Item, figures: Mapping[Key, Decimal]) -> Decimal | None:
    option = item.id.partition(".")[2]
    return figures.get((_row(item), (option,))) if option else whole_of(rows_by_key()[_row(item)], figures)


def _row(item: Item) -> str:
    return item.id.partition(".")[0]
