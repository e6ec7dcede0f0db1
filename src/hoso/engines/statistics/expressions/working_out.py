"""Working out a formula with the figures that it asks for."""

import math
from collections.abc import Callable, Sequence

from hoso.core.errors import HosoError
from hoso.engines.statistics.expressions.functions import FUNCTIONS
from hoso.engines.statistics.expressions.tree import Binary, Call, Item, Literal, Node, Unary, Value
from hoso.engines.statistics.expressions.values import as_number, as_yes, compare
from hoso.engines.statistics.expressions.vectors import VECTORS

LookUp = Callable[[Item], Value]


def nothing_known(item: Item) -> Value:
    """The look-up of a formula without figures. Raises HosoError HS7032."""
    raise HosoError("HS7032", item=f"{item.kind}{{{item.id}}}")


def work_out(node: Node, look_up: LookUp = nothing_known, samples: Sequence[LookUp] = ()) -> Value:
    """The value of a formula; division by nothing gives infinity or what is no number, as in DHIS2.

    `samples`: the look-ups of every period that functions over samples take together.
    Raises HosoError HS7031 where a value is not of the kind that is needed, HS7032 for a figure nobody knows.
    """
    match node:
        case Literal():
            return node.value
        case Item():
            return look_up(node)
        case Unary():
            return _signed(node.operator, work_out(node.operand, look_up, samples))
        case Binary():
            return _joined(node, look_up, samples)
        case Call():
            return _called(node, look_up, samples)


def _signed(operator: str, value: Value) -> Value:
    if operator == "not":
        yes = as_yes(value)
        return None if yes is None else not yes
    if value is None:
        return None
    return -as_number(value) if operator == "-" else as_number(value)


def _called(node: Call, look_up: LookUp, samples: Sequence[LookUp]) -> Value:
    if node.name == "if":
        condition = as_yes(work_out(node.arguments[0], look_up, samples))
        return work_out(node.arguments[1 if condition else 2], look_up, samples)
    if node.name in VECTORS:
        first, *others = node.arguments
        return VECTORS[node.name][2](
            [work_out(first, sample) for sample in samples], *(work_out(one, look_up, samples) for one in others)
        )
    values = [work_out(one, look_up, samples) for one in node.arguments]
    if node.name in ("isNull", "isNotNull"):
        return (values[0] is None) == (node.name == "isNull")
    return FUNCTIONS[node.name][2](*values)


def _joined(node: Binary, look_up: LookUp, samples: Sequence[LookUp]) -> Value:
    left = work_out(node.left, look_up, samples)
    if node.operator in ("and", "or"):
        return _logical(node.operator, left, work_out(node.right, look_up, samples))
    right = work_out(node.right, look_up, samples)
    if node.operator in ("==", "!=", "<", ">", "<=", ">="):
        return _compared(node.operator, left, right)
    if left is None or right is None:
        return None
    return _counted(node.operator, as_number(left), as_number(right))


def _logical(operator: str, left: Value, right: Value) -> Value:
    one, other = as_yes(left), as_yes(right)
    decisive = operator == "or"
    if one is decisive or other is decisive:
        return decisive
    return None if one is None or other is None else not decisive


def _compared(operator: str, left: Value, right: Value) -> Value:
    if operator in ("==", "!=") and (left is None or right is None):
        return ((left is None) == (right is None)) == (operator == "==")
    order = compare(left, right)
    if order is None:
        return None if left is None or right is None else operator == "!="
    return {
        "==": order == 0, "!=": order != 0, "<": order < 0, ">": order > 0, "<=": order <= 0, ">=": order >= 0,
    }[operator]  # fmt: skip


def _counted(operator: str, left: float, right: float) -> float:
    try:
        match operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return left / right if right else _by_zero(left)
            case "%":
                return math.fmod(left, right) if right else math.nan
        raised = left**right
        return raised if isinstance(raised, float) else math.nan
    except (OverflowError, ZeroDivisionError):
        return math.inf


def _by_zero(dividend: float) -> float:
    return math.nan if dividend == 0 or math.isnan(dividend) else math.copysign(math.inf, dividend)
