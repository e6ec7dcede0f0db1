"""The functions of DHIS2's expression language, by name: how many arguments they take and what they give."""

import math
import re
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from hoso.core.errors import HosoError
from hoso.engines.statistics.expressions.tree import Value
from hoso.engines.statistics.expressions.values import as_number, as_text

MANY = 200
Function = Callable[..., Value]


def _first_non_null(*values: Value) -> Value:
    return next((value for value in values if value is not None), None)


def _greatest(*values: Value) -> Value:
    numbers = [as_number(value) for value in values if value is not None]
    if any(math.isnan(number) for number in numbers):
        return math.nan
    return max(numbers, default=None)


def _least(*values: Value) -> Value:
    numbers = [as_number(value) for value in values if value is not None]
    return min((number for number in numbers if not math.isnan(number)), default=math.nan if numbers else None)


def _remove_zeros(value: Value) -> Value:
    return None if value is not None and as_number(value) == 0 else value


def _log(value: Value, base: Value = None) -> Value:
    number = as_number(value)
    if number <= 0:
        return -math.inf if number == 0 else math.nan
    if base is None:
        return math.log(number)
    below = math.log(as_number(base))
    return math.inf if below == 0 else math.log(number) / below


def _log10(value: Value) -> Value:
    return _log(value, 10.0) if as_number(value) <= 0 else math.log10(as_number(value))


def _contains(value: Value, *parts: Value) -> Value:
    text = as_text(value)
    return text is not None and all((part := as_text(one)) is not None and part in text for one in parts)


def _contains_items(value: Value, *parts: Value) -> Value:
    items = (as_text(value) or "").split(",")
    return all(as_text(one) in items for one in parts)


def _round(value: Value, digits: Value = 0.0) -> Value:
    """Half away from zero; of nothing and what is no figure nothing that is one."""
    number = as_number(value)
    if not math.isfinite(number):
        return math.nan
    step = Decimal(1).scaleb(-int(as_number(digits)))
    return float(Decimal(str(number)).quantize(step, ROUND_HALF_UP)) + 0.0


def _floor(value: Value) -> Value:
    return _whole(value, math.floor)


def _ceil(value: Value) -> Value:
    return _whole(value, math.ceil)


def _whole(value: Value, to: Callable[[float], int]) -> Value:
    if value is None:
        return 0.0
    number = as_number(value)
    return float(to(number)) if math.isfinite(number) else number


def _modulus(left: Value, right: Value) -> Value:
    """With the sign of the divisor, but 2 by -5 is 2: only what goes at least once is brought to its side."""
    dividend, divisor = as_number(left), as_number(right)
    if divisor == 0:
        return math.nan
    if abs(dividend) < abs(divisor):
        return dividend
    return dividend % divisor + 0.0


def _zing(value: Value) -> Value:
    return None if value is None else max(as_number(value), 0.0)


def _oizp(value: Value) -> Value:
    return 1.0 if value is not None and as_number(value) >= 0 else 0.0


def _zpvc(*values: Value) -> Value:
    return float(sum(1 for value in values if value is not None and as_number(value) >= 0))


def _left(value: Value, count: Value) -> Value:
    return "" if value is None or count is None else (as_text(value) or "")[: max(int(as_number(count)), 0)]


def _right(value: Value, count: Value) -> Value:
    text, number = as_text(value) or "", 0 if count is None else max(int(as_number(count)), 0)
    return text[max(len(text) - number, 0) :] if number else ""


def _split(value: Value, separator: Value, place: Value) -> Value:
    if not value or not separator or place is None:
        return ""
    parts, number = (as_text(value) or "").split(as_text(separator) or ""), int(as_number(place))
    return parts[number] if 0 <= number < len(parts) else ""


def _substring(value: Value, start: Value, end: Value) -> Value:
    return (as_text(value) or "")[max(int(as_number(start)), 0) : max(int(as_number(end)), 0)]


def _length(value: Value) -> Value:
    return float(len(as_text(value) or ""))


def _concatenate(*values: Value) -> Value:
    return "".join(as_text(value) or "" for value in values)


def _validate_pattern(value: Value, pattern: Value) -> Value:
    if value is None or pattern is None:
        return False
    text, wanted = as_text(value) or "", as_text(pattern) or ""
    if len(wanted) > 200 or len(text) > 2000:
        raise HosoError("HS7031", value=wanted[:40], wanted="≤ 200")
    try:
        return re.fullmatch(wanted, text) is not None
    except re.error as error:
        raise HosoError("HS7031", value=wanted[:40], wanted="pattern") from error


def _day(value: Value) -> date:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise HosoError("HS7031", value=str(value)[:40], wanted="yyyy-mm-dd") from None


def _days_between(first: Value, last: Value) -> Value:
    return float((_day(last) - _day(first)).days)


def _weeks_between(first: Value, last: Value) -> Value:
    return float(int((_day(last) - _day(first)).days / 7))


def _months_between(first: Value, last: Value) -> Value:
    """Whole months, counted towards zero."""
    start, end = _day(first), _day(last)
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return float(months)


def _years_between(first: Value, last: Value) -> Value:
    return float(int(as_number(_months_between(first, last)) / 12))


# name: fewest and most arguments, what it gives. `if`, `isNull` and `isNotNull` are worked out in working_out.py.
FUNCTIONS: dict[str, tuple[int, int, Function]] = {
    "firstNonNull": (0, MANY, _first_non_null),
    "greatest": (0, MANY, _greatest),
    "least": (0, MANY, _least),
    "removeZeros": (1, 1, _remove_zeros),
    "log": (1, 2, _log),
    "log10": (1, 1, _log10),
    "contains": (2, MANY, _contains),
    "containsItems": (2, MANY, _contains_items),
    "d2:round": (1, 2, _round),
    "d2:floor": (1, 1, _floor),
    "d2:ceil": (1, 1, _ceil),
    "d2:modulus": (2, 2, _modulus),
    "d2:zing": (1, 1, _zing),
    "d2:oizp": (1, 1, _oizp),
    "d2:zpvc": (0, MANY, _zpvc),
    "d2:left": (2, 2, _left),
    "d2:right": (2, 2, _right),
    "d2:split": (3, 3, _split),
    "d2:substring": (3, 3, _substring),
    "d2:length": (1, 1, _length),
    "d2:concatenate": (0, MANY, _concatenate),
    "d2:validatePattern": (2, 2, _validate_pattern),
    "d2:daysBetween": (2, 2, _days_between),
    "d2:weeksBetween": (2, 2, _weeks_between),
    "d2:monthsBetween": (2, 2, _months_between),
    "d2:yearsBetween": (2, 2, _years_between),
}
ARITY = {name: (fewest, most) for name, (fewest, most, _) in FUNCTIONS.items()} | {
    "if": (3, 3),
    "isNull": (1, 1),
    "isNotNull": (1, 1),
}
