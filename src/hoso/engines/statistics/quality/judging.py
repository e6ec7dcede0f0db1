"""Whether a rule holds for the figures of a unit and period, after DHIS2's treatment of what is missing."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from hoso.engines.statistics.expressions.tree import Item, items_of
from hoso.engines.statistics.expressions.working_out import work_out
from hoso.engines.statistics.hints import Key, whole_of
from hoso.engines.statistics.quality.rules import Rule, Side, offset_of, rows_by_key

Figures = Callable[[int], Mapping[Key, Decimal]]  # those of the period that is so many away
PLACES = 10  # figures are entered with fewer; what differs beyond comes from reckoning


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that does not hold, with both sides; None: nothing is there."""

    rule: Rule
    left: float | None
    right: float | None


def judge(rule: Rule, figures: Figures) -> Broken | None:
    """None where the rule holds or is not asked: where nothing it speaks of was reported, or by its strategies."""
    found = {item: _figure(item, figures) for item in rule.items}
    if all(value is None for value in found.values()):
        return None
    left, right = side_value(rule.left, found), side_value(rule.right, found)
    return Broken(rule, left, right) if is_broken(rule.operator, left, right) else None


def side_value(side: Side, figures: Mapping[Item, Decimal | None]) -> float | None:
    """The side's value; None where its strategy skips it, or it cannot be worked out."""
    there = [figures[item] is not None for item in items_of(side.node)]
    if side.missing == "skip_if_any" and not all(there):
        return None
    if side.missing == "skip_if_all" and there and not any(there):
        return None
    value = work_out(side.node, lambda item: float(figures[item] or 0))
    if value is None or isinstance(value, str) or not math.isfinite(value):
        return None
    return round(float(value), PLACES)


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


def _figure(item: Item, figures: Figures) -> Decimal | None:
    key, _, option = item.id.partition(".")
    here = figures(offset_of(item))
    return here.get((key, (option,))) if option else whole_of(rows_by_key()[key], here)
