"""Reported figures from whoever can tell them first: the cube where its holder answers, otherwise the store of values."""

from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

import msgspec
from django.conf import settings

from hoso.core.facts.asking import ask_holder
from hoso.core.facts.messages import socket_path
from hoso.engines.statistics.analytics.question import Cell, Figures, Operand, Scope
from hoso.engines.statistics.analytics.reported import reported_figures
from hoso.engines.statistics.cube.facts import facts_folder
from hoso.engines.statistics.cube.question import Told, asked

DIGITS = 40
AVERAGED = frozenset({"AVERAGE", "LAST_AVERAGE_ORG_UNIT", "FIRST_AVERAGE_ORG_UNIT", "AVERAGE_SUM_ORG_UNIT"})


def figures_of(operands: Iterable[Operand], scope: Scope) -> Figures:
    """The figures in reach of the running transaction; what nobody reported is not there."""
    operands = list(operands)
    told = cube_figures(operands, scope)
    return reported_figures(operands, scope) if told is None else told


def cube_figures(operands: Sequence[Operand], scope: Scope) -> Figures | None:
    """The same from the cube; None where nobody holds it, it is behind, or it cannot tell."""
    folder = facts_folder(settings.HOSO_HOME)
    if not socket_path(folder).exists():
        return None
    found: Figures = {one.label: {} for one in operands}
    by_way: dict[str, list[Operand]] = {}
    for operand in operands:
        by_way.setdefault(operand.aggregation, []).append(operand)
    for together in by_way.values():
        answer = ask_holder(folder, {"do": "figures", "asked": asked(together, scope)})
        if answer is None or "told" not in answer:
            return None
        found |= read_answer(msgspec.convert(answer["told"], Told), together, scope)
    return found


def read_answer(told: Told, operands: Sequence[Operand], scope: Scope) -> Figures:
    """The cube's whole numbers as figures under the labels of the question."""
    way = operands[0].aggregation
    sums: dict[tuple[int, Cell], Fraction] = {}
    columns = (told.operands, told.periods, told.units, told.splits, told.attributes)
    keys = [
        (op, Cell(scope.periods[pe].label, scope.units[ou].label, split, attribute))
        for op, pe, ou, split, attribute in zip(*columns, strict=True)
    ]
    found: Figures = {one.label: {} for one in operands}
    if way not in AVERAGED and way not in ("STDDEV", "VARIANCE", "NONE"):
        shift = 0 if way == "COUNT" else -told.scale
        with localcontext() as context:
            context.prec = DIGITS
            for (op, cell), total in zip(keys, told.totals, strict=True):
                found[operands[op].label][cell] = Decimal(total).scaleb(shift)
        return found
    for key, total, weight, square in zip(keys, told.totals, told.weights, told.squares, strict=True):
        figure = _divided(way, int(total), weight, int(square), 10**told.scale)
        if figure is not None:
            sums[key] = sums.get(key, Fraction(0)) + figure
    for (op, cell), figure in sums.items():
        found[operands[op].label][cell] = _decimal(figure, rooted=way == "STDDEV")
    return found


def _divided(way: str, total: int, weight: int, square: int, unit: int) -> Fraction | None:
    if way in AVERAGED:
        return Fraction(total, weight * unit)
    if way == "NONE":
        return Fraction(total, unit) if weight == 1 else None
    if weight < 2:
        return None
    return Fraction(square * weight - total * total, weight * (weight - 1) * unit * unit)


def _decimal(figure: Fraction, rooted: bool) -> Decimal:
    with localcontext() as context:
        context.prec = DIGITS
        number = Decimal(figure.numerator) / figure.denominator
        return number.sqrt() if rooted else number
