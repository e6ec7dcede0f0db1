"""Indicators worked out: the figures that their formulas ask for are fetched together, then each cell is reckoned.

Where nothing that a formula asks for was reported there is no value; what is missing beside something that is there counts
as 0, except where the formula itself asks whether it is there. A denominator of 0 gives no value.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from hoso.core.errors import HosoError
from hoso.core.periods.periods import Period, period_of
from hoso.engines.statistics.analytics.data_items import OfRecord, Rate, Reckoned, find_item
from hoso.engines.statistics.analytics.question import AskedPeriod, Cell, Operand, Scope
from hoso.engines.statistics.analytics.reported import AGGREGATIONS
from hoso.engines.statistics.analytics.reporting_rates import RATES, Counts
from hoso.engines.statistics.analytics.todays_map import counts_on_map, figures_on_map
from hoso.engines.statistics.catalogue import Catalogue
from hoso.engines.statistics.expressions.reading import read_formula
from hoso.engines.statistics.expressions.tree import Binary, Call, Item, Literal, Node, Unary, items_of
from hoso.engines.statistics.expressions.working_out import work_out
from hoso.engines.statistics.indicator_catalogue import Indicator
from hoso.engines.statistics.unit_groups import UnitGroup, find_group, group_counts

MAY_BE_MISSING = frozenset({"isNull", "isNotNull", "firstNonNull"})
DEEPEST = 10  # indicators within indicators
Known = dict[Item, dict[Cell, float]]
Figured = tuple[dict[Cell, float], set[Cell]]  # figures, and which of them are estimates
# Kind and id of an item, its way of adding up, the periods that are asked for.
ToldKey = tuple[str, str, str, tuple[AskedPeriod, ...]]
Told = dict[ToldKey, Figured]
read = lru_cache(maxsize=1000)(read_formula)


@dataclass(frozen=True, slots=True)
class Quotient:
    """The parts of an indicator's value; `estimated`: shares of split units are in them."""

    numerator: float
    denominator: float
    factor: int
    estimated: bool = False

    @property
    def value(self) -> float:
        return self.numerator * self.factor / self.denominator


def indicator_figures(
    wanted: Sequence[Indicator], scope: Scope, catalogue: Catalogue, depth: int = 0, told: Told | None = None
) -> dict[str, dict[Cell, Quotient]]:
    """By the code of the indicator; `told` is what was fetched already for the same units. Raises HosoError HS7030, HS7032 and
    HS7034 for a formula that does not hold."""
    if depth > DEEPEST:
        raise HosoError("HS7032", item="I{…}")
    formulas = {one.code: (read(one.numerator), read(one.denominator)) for one in wanted}
    items = {item for pair in formulas.values() for node in pair for item in items_of(node)}
    known, guessed = _fetch(items, scope, catalogue, depth, {} if told is None else told)
    found: dict[str, dict[Cell, Quotient]] = {}
    for one in wanted:
        numerator, denominator = formulas[one.code]
        asked = [item for node in (numerator, denominator) for item in items_of(node) if item.kind != "[]"]
        cells = {cell for item in asked for cell in known[item]}
        found[one.code] = {}
        for cell in cells:
            above, below = _reckon(numerator, known, cell), _reckon(denominator, known, cell)
            if above is not None and below is not None and below != 0:
                found[one.code][cell] = Quotient(
                    above, below, one.factor or 1, any((item, cell) in guessed for item in asked)
                )
    return found


def _reckon(node: Node, known: Known, cell: Cell) -> float | None:
    asked = [item for item in items_of(node) if item.kind != "[]"]
    if asked and not any(cell in known[item] for item in asked):
        return None
    value = work_out(_filled(node, known, cell), lambda item: known[item].get(cell))
    if value is None or isinstance(value, str) or not math.isfinite(value):
        return None
    return float(value)


def _filled(node: Node, known: Known, cell: Cell) -> Node:
    """The formula with 0 for what is missing, except where it asks whether it is."""
    match node:
        case Item() if node.kind != "[]":
            return node if cell in known[node] else Literal(0.0)
        case Unary():
            return Unary(node.operator, _filled(node.operand, known, cell))
        case Binary():
            return Binary(node.operator, _filled(node.left, known, cell), _filled(node.right, known, cell))
        case Call() if node.name not in MAY_BE_MISSING:
            return Call(node.name, tuple(_filled(one, known, cell) for one in node.arguments))
    return node


def _fetch(
    items: set[Item], scope: Scope, catalogue: Catalogue, depth: int, told: Told
) -> tuple[Known, set[tuple[Item, Cell]]]:
    """Every figure that is asked for, those of the same periods by one query, what formulas share once; and which of them are
    estimates."""
    known: Known = {}
    guessed: set[tuple[Item, Cell]] = set()
    by_shift: dict[tuple[int, bool], list[Item]] = {}
    for item in items:
        offset, to_date, _ = _modifiers(item)
        by_shift.setdefault((offset, to_date), []).append(item)
    for (offset, to_date), together in by_shift.items():
        there = replace(scope, periods=[_shifted(one, offset, to_date) for one in scope.periods])
        keys = {item: (item.kind, item.id, _modifiers(item)[2], tuple(there.periods)) for item in together}
        operands: dict[ToldKey, Operand] = {}
        for item, key in keys.items():
            if key in told or key in operands:
                continue
            found = None if item.kind == "[]" else named_item(item, catalogue)
            if isinstance(found, Operand):
                operands[key] = found
            else:
                told[key] = _tell(found, item, there, catalogue, depth, told)
        told |= _added_up(operands, there)
        for item, key in keys.items():
            known[item], estimates = told[key]
            guessed |= {(item, cell) for cell in estimates}
    return known, guessed


def _tell(
    found: Rate | Reckoned | UnitGroup | None, item: Item, there: Scope, catalogue: Catalogue, depth: int, told: Told
) -> Figured:
    """The figures of one that is asked by itself; `found` is None of `[days]`, which is no item of the catalogue."""
    match found:
        case None:
            return _days(item, there), set()
        case UnitGroup():
            return group_counts(found, there), set()
        case Rate():
            counted, estimates = counts_on_map(found.data_set, there)
            return _rates(found, counted), estimates
    nested = indicator_figures([found.indicator], there, catalogue, depth + 1, told)[found.indicator.code]
    return (
        {cell: quotient.value for cell, quotient in nested.items()},
        {cell for cell, quotient in nested.items() if quotient.estimated},
    )


def _added_up(operands: dict[ToldKey, Operand], there: Scope) -> Told:
    """All of them by one question."""
    labelled = {str(place): key for place, key in enumerate(operands)}
    figures, estimates = figures_on_map([replace(operands[key], label=label) for label, key in labelled.items()], there)
    return {
        key: (
            {cell: float(figure) for cell, figure in figures[label].items()},
            {cell for of, cell in estimates if of == label},
        )
        for label, key in labelled.items()
    }


def named_item(item: Item, catalogue: Catalogue) -> Operand | Rate | Reckoned | UnitGroup:
    """What an item names: by id, or in shipped formulas by key. `N{…}` is an indicator, and nothing else. Constants (`C{…}`)
    are kept nowhere: a figure that does not change stands in the formula itself; counts of the record stand in no formula.
    Raises HosoError HS7032, HS7034, HS7035."""
    if item.kind not in ("#", "I", "N", "R", "OUG"):
        raise HosoError("HS7032", item=f"{item.kind}{{{item.id}}}")
    way = _modifiers(item)[2]
    if item.kind == "OUG":
        group = find_group(item.id)
        if group is None or way:
            raise HosoError("HS7032", item=f"OUG{{{item.id}}}")
        return group
    found = _by_any_name(item.id, catalogue, way)
    if item.kind == "N" and not isinstance(found, Reckoned):
        raise HosoError("HS7032", item=f"N{{{item.id}}}")
    return found


def _by_any_name(name: str, catalogue: Catalogue, way: str) -> Operand | Rate | Reckoned:
    try:
        found = find_item(catalogue, name, "uid", way)
    except HosoError as error:
        if error.code != "HS7034":
            raise
        found = find_item(catalogue, name, "code", way)
    if isinstance(found, OfRecord):
        raise HosoError("HS7032", item=name)
    return found


def asked_by(item: Item, scope: Scope, catalogue: Catalogue) -> tuple[Operand | Rate | Reckoned | UnitGroup, Scope]:
    """What an item of a formula names, and for when it asks. Raises HosoError HS7032, HS7034."""
    offset, to_date, _ = _modifiers(item)
    periods = [_shifted(one, offset, to_date) for one in scope.periods]
    return named_item(item, catalogue), replace(scope, periods=periods)


def _rates(rate: Rate, counted: dict[Cell, Counts]) -> dict[Cell, float]:
    rates = {cell: RATES[rate.name](*counts) for cell, counts in counted.items()}
    return {cell: float(figure) for cell, figure in rates.items() if figure is not None}


def _days(item: Item, scope: Scope) -> dict[Cell, float]:
    """`[days]`: how many days were asked for, wherever."""
    if item.id != "days":
        raise HosoError("HS7032", item=f"[{item.id}]")
    return _Everywhere({one.label: float(_length(one.periods)) for one in scope.periods})


class _Everywhere(dict[Cell, float]):
    """The same figure in every cell of a period."""

    def __init__(self, of_period: dict[str, float]) -> None:
        super().__init__()
        self._of_period = of_period

    def get(self, cell: Cell, default: float | None = None) -> float | None:  # type: ignore[override]
        return self._of_period.get(cell.period, default)


def _length(periods: Iterable[Period]) -> int:
    return sum((period.end - period.start).days + 1 for period in periods)


def _modifiers(item: Item) -> tuple[int, bool, str]:
    """By how many periods it is shifted, whether it runs from the year's first day, its way of adding up."""
    offset, to_date, way = 0, False, ""
    for name, arguments in item.modifiers:
        if name == "periodOffset":
            offset += int(arguments[0]) if arguments and arguments[0].lstrip("+-").isdigit() else 0
        elif name == "yearToDate":
            to_date = True
        elif name == "aggregationType" and arguments and arguments[0] in AGGREGATIONS:
            way = arguments[0]
        else:
            raise HosoError("HS7032", item=f".{name}({','.join(arguments)})")
    return offset, to_date, way


def _shifted(asked: AskedPeriod, offset: int, to_date: bool) -> AskedPeriod:
    periods = []
    for period in asked.periods:
        for _ in range(abs(offset)):
            period = period.next() if offset > 0 else period.previous()
        periods += _year_to_date(period) if to_date else [period]
    return AskedPeriod(asked.label, tuple(periods))


def _year_to_date(period: Period) -> list[Period]:
    """The periods of its kind in its year, up to it."""
    found = [period_of(period.type, date(period.end.year, 1, 1))]
    while found[-1].end < period.end:
        found.append(found[-1].next())
    return [one for one in found if one.end.year == period.end.year]
