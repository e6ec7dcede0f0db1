"""Indicators at random: the formula as it is written, and plain arithmetic over the slow figures beside it."""

import math
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from hoso.core.periods.periods import Period
from hoso.engines.statistics.analytics.question import AskedPeriod, Cell, Operand, Places, Scope
from hoso.engines.statistics.cube.tests.slow_cube import SlowCube
from hoso.engines.statistics.cube.tests.slow_groups import slow_group
from hoso.engines.statistics.cube.tests.world import ELEMENTS, WAYS, WAYS_OF_TODAY, World
from hoso.engines.statistics.indicator_catalogue import Indicator

# ("+", left, right) and so on, ("number", 3), ("days",), ("first", leaf, leaf) or a leaf:
# ("figure", code, periods back, year to date, way), ("indicator", code, periods back), ("group", key, periods back)
Tree = tuple[Any, ...]
Facts = dict[Tree, dict[Cell, float]]
LEAVES = ("figure", "indicator", "group")
GROUPS = ("WARD", "RURAL_COMMUNE", "TOWNSHIP", "HOSPITAL", "COMMUNE_STATION")


@dataclass(frozen=True)
class Formula:
    """An indicator as it is stored, and its two halves as trees."""

    indicator: Indicator
    numerator: Tree
    denominator: Tree


def make_formulas(random: Random, places: Places, count: int) -> dict[str, Formula]:
    """Each may name those before it; the last ones are nested several times."""
    found: dict[str, Formula] = {}
    for number in range(count):
        code = f"X{number:02}"
        below = _leaf(random, places, [])
        if random.random() < 0.3:
            below = ("+", below, _leaf(random, places, list(found)))
        above = _tree(random, places, list(found), 2)
        if number > 1:
            above = ("+", above, ("indicator", list(found)[-1], random.choice([0, 0, 1])))
        factor = random.choice([1, 100, 1000])
        found[code] = Formula(
            Indicator(code, "X", code, code, "", "", factor, "unverified", (), _text(above), _text(below)), above, below
        )
    return found


def _leaf(random: Random, places: Places, codes: list[str]) -> Tree:
    if codes and random.random() < 0.3:
        return ("indicator", random.choice(codes), random.choice([0, 1]))
    if random.random() < 0.15:
        return ("group", random.choice(GROUPS), random.choice([0, 1]))
    ways = WAYS if places == "as_reported" else WAYS_OF_TODAY
    return ("figure", random.choice(ELEMENTS), random.choice([0, 0, 0, 1]), random.random() < 0.15, random.choice(ways))


def _tree(random: Random, places: Places, codes: list[str], depth: int) -> Tree:
    kind = random.random()
    if depth == 0 or kind < 0.3:
        return _leaf(random, places, codes)
    if kind < 0.4:
        return ("number", random.randint(1, 9))
    if kind < 0.45:
        return ("days",)
    if kind < 0.55:
        return ("first", _leaf(random, places, codes), _leaf(random, places, codes))
    sign = random.choice("+-*/")
    right = _leaf(random, places, codes) if sign == "/" else _tree(random, places, codes, depth - 1)
    return (sign, _tree(random, places, codes, depth - 1), right)


def _text(tree: Tree) -> str:
    match tree:
        case ("number", number):
            return str(number)
        case ("days",):
            return "[days]"
        case ("first", one, other):
            return f"firstNonNull({_text(one)}, {_text(other)})"
        case ("figure", code, back, to_date, way):
            offset = f".periodOffset(-{back})" if back else ""
            return f"#{{{code}}}{offset}{'.yearToDate()' if to_date else ''}.aggregationType({way})"
        case ("group", key, back):
            return f"OUG{{{key}}}" + (f".periodOffset(-{back})" if back else "")
        case ("indicator", code, back):
            return f"{'IN'[back]}{{{code}}}" + (f".periodOffset(-{back})" if back else "")
    return f"({_text(tree[1])} {tree[0]} {_text(tree[2])})"


def slow_quotients(
    formula: Formula, formulas: dict[str, Formula], world: World, slow: SlowCube, scope: Scope
) -> dict[Cell, float]:
    """The indicator's value in every cell where it has one."""
    leaves = [*_leaves(formula.numerator), *_leaves(formula.denominator)]
    facts: Facts = {leaf: _known(leaf, formulas, world, slow, scope) for leaf in leaves}
    days = {one.label: sum((period.end - period.start).days + 1 for period in one.periods) for one in scope.periods}
    found = {}
    for cell in {cell for leaf in leaves for cell in facts[leaf]}:
        above, below = (
            _half(half, facts, cell, days[cell.period]) for half in (formula.numerator, formula.denominator)
        )
        if above is not None and below:
            found[cell] = above * (formula.indicator.factor or 1) / below
    return found


def _leaves(tree: Tree) -> list[Tree]:
    if tree[0] in LEAVES:
        return [tree]
    return [leaf for part in tree[1:] if isinstance(part, tuple) for leaf in _leaves(part)]


def _known(leaf: Tree, formulas: dict[str, Formula], world: World, slow: SlowCube, scope: Scope) -> dict[Cell, float]:
    kind, code, back, *more = leaf
    to_date, way = more or (False, "")
    there = replace(scope, periods=[_earlier(one, back, to_date) for one in scope.periods])
    if kind == "indicator":
        return slow_quotients(formulas[code], formulas, world, slow, there)
    if kind == "group":
        return slow_group(code, there, slow.places_of)
    element = world.elements[ELEMENTS.index(code)]
    return {cell: float(figure) for cell, figure in slow.figures(Operand("", element, way), there).items()}


def _earlier(asked: AskedPeriod, back: int, to_date: bool) -> AskedPeriod:
    found: list[Period] = []
    for period in asked.periods:
        for _ in range(back):
            period = period.previous()
        so_far = [period]
        while to_date and so_far[-1].previous().end.year == period.end.year:
            so_far.append(so_far[-1].previous())
        found += so_far
    return AskedPeriod(asked.label, tuple(found))


def _half(tree: Tree, facts: Facts, cell: Cell, days: int) -> float | None:
    """A numerator or denominator: without anything of what it asks for it has no value."""
    leaves = _leaves(tree)
    if leaves and not any(cell in facts[leaf] for leaf in leaves):
        return None
    value = _value(tree, facts, cell, days)
    return value if value is not None and math.isfinite(value) else None


def _value(tree: Tree, facts: Facts, cell: Cell, days: int) -> float | None:
    match tree:
        case ("number", number):
            return float(number)
        case ("days",):
            return float(days)
        case ("first", one, other):
            return facts[one].get(cell, facts[other].get(cell))
        case (kind, *_) if kind in LEAVES:
            return facts[tree].get(cell, 0.0)
    left, right = _value(tree[1], facts, cell, days), _value(tree[2], facts, cell, days)
    if left is None or right is None:
        return None
    if tree[0] != "/":
        return {"+": left + right, "-": left - right, "*": left * right}[tree[0]]
    if right == 0:
        return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left)
    return left / right
