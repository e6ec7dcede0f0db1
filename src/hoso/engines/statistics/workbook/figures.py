"""One cell read as the figure of its row; what it cannot be is an error with its reason. Nothing is guessed: “1.000” as text may be
one or a thousand."""

from decimal import Decimal, InvalidOperation

from hoso.core.errors import HosoError
from hoso.core.files.workbooks import Cell

EXACT_DIGITS = 15  # what a number of a spreadsheet holds; further ones are noise of its arithmetic
LONGEST_TOLD = 60
YES_NO = {"true": "true", "1": "true", "có": "true", "false": "false", "0": "false", "không": "false"}


def figure_of(cell: Cell, kind: str) -> str:
    """The value as the import takes it, for a row of this kind of value (`forms.Row.value`); "" for an empty cell.

    Raises HosoError: HS5467 a formula that failed, HS5468 one that was never worked out, HS5469 no number, HS5470 no whole
    number from 0 on, HS5471 a day, HS5472 neither yes nor no.
    """
    told = cell.text[:LONGEST_TOLD]
    if cell.kind == "error":
        raise HosoError("HS5467", value=told)
    if cell.formula and not cell.text:
        raise HosoError("HS5468")
    if not cell.text or kind == "text":
        return cell.text
    if kind == "boolean":
        if (found := YES_NO.get(cell.text.lower())) is None:
            raise HosoError("HS5472", value=told)
        return found
    if cell.kind == "day":
        raise HosoError("HS5471", value=told)
    number = _number(cell)
    if number is None:
        raise HosoError("HS5469", value=told)
    if kind == "count" and (number < 0 or number != number.to_integral_value()):
        raise HosoError("HS5470", value=told)
    return f"{number.to_integral_value() if kind == 'count' else number:f}"


def same_figure(one: str, other: str) -> bool:
    """Whether two values say the same: 12 is 12.0, blank is not 0."""
    if one == other or not one or not other:
        return one == other
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False


def _number(cell: Cell) -> Decimal | None:
    text = cell.text
    if cell.kind == "number":
        number = Decimal(text)
        if not number.is_finite():
            return None
        return number if len(number.as_tuple().digits) <= EXACT_DIGITS else Decimal(f"{number:.{EXACT_DIGITS}g}")
    if cell.kind == "yes_no" or not text.isascii() or not set(text) <= set("0123456789.+-") or len(text) > 40:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
