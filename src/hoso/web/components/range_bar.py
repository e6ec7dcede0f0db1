"""Where a result lies within its reference range: a short bar, the range in the middle half."""

from decimal import Decimal

from django.utils.safestring import SafeString

from hoso.web.components import svg

WIDTH, HEIGHT = 120, 14
LEFT, RIGHT = 30, 90  # where the range begins and ends


def flag(number: Decimal | None, low: Decimal | None, high: Decimal | None) -> str:
    """`H` above the range, `L` below it, else empty."""
    if number is None:
        return ""
    if high is not None and number > high:
        return "H"
    return "L" if low is not None and number < low else ""


def range_bar(number: Decimal | None, low: Decimal | None, high: Decimal | None, says: str) -> SafeString:
    """The bar, or nothing where there is no number or no range."""
    if number is None or (low is None and high is None) or (low is not None and high is not None and low >= high):
        return SafeString("")
    start = 0 if low is None else LEFT
    end = WIDTH if high is None else RIGHT
    parts = [
        svg.box(0, 5, WIDTH, 4, "bar-rest"),
        svg.box(start, 5, end - start, 4, "bar-range"),
        svg.dot(_place(number, low, high), 7, 4.5, "bar-dot out" if flag(number, low, high) else "bar-dot"),
    ]
    return svg.picture(WIDTH, HEIGHT, "range-bar", says, parts)


def _place(number: Decimal, low: Decimal | None, high: Decimal | None) -> float:
    """Linear inside the range; far outside it stays at the edge. With one bound, that bound is the measure."""
    if low is not None and high is not None:
        at = LEFT + float((number - low) / (high - low)) * (RIGHT - LEFT)
    elif high is not None:
        at = float(number / high) * RIGHT if high else RIGHT
    else:
        assert low is not None
        at = LEFT + float(number / low - 1) * LEFT if low else LEFT
    return min(max(at, 5), WIDTH - 5)
