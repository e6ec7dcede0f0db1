"""How values are taken for one another in a formula: figures, texts, yes and no, and nothing (null)."""

import math

from hoso.core.errors import HosoError
from hoso.engines.statistics.expressions.tree import Value


def as_number(value: Value) -> float:
    """A figure. Nothing is not a number. Raises HosoError HS7031."""
    if value is None:
        return math.nan
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            raise HosoError("HS7031", value=value[:40], wanted="number") from None
    return value


def as_yes(value: Value) -> bool | None:
    """Yes or no; nothing stays nothing. A figure is yes unless 0, where it is whole. Raises HosoError HS7031."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.lower() == "true"
    if math.isnan(value) or math.isinf(value) or value % 1:
        raise HosoError("HS7031", value=str(value), wanted="true, false")
    return value != 0


def as_text(value: Value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if math.isfinite(value) and value == int(value) else str(value)


def compare(left: Value, right: Value) -> int | None:
    """-1, 0 or 1; None where the two cannot be compared. The left one says as what: figure, text or yes and no."""
    if left is None or right is None:
        return None
    if isinstance(left, bool):
        return _sign(left, as_yes(right) or False) if not isinstance(right, float) else _sign(float(left), right)
    if isinstance(left, str) and isinstance(right, str):
        return _sign(left, right)
    if isinstance(left, str) and isinstance(right, bool):
        return _sign(left.lower() == "true", right)
    try:
        return _sign(as_number(left), as_number(right))
    except HosoError:
        return None


def _sign(left: float | str, right: float | str) -> int | None:
    if left == right:
        return 0
    if isinstance(left, float) and math.isnan(left) or isinstance(right, float) and math.isnan(right):
        return None
    return 1 if left > right else -1  # type: ignore[operator]
