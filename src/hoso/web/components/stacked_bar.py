"""One whole and its parts side by side: who pays a visit, how an account balances."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString

from hoso.web.components import svg

WIDTH, HEIGHT = 640, 22
LEAST = 3  # a part that exists is seen


@dataclass(frozen=True)
class Part:
    """One part: its key (a colour class), what it says, its size."""

    key: str
    text: str
    amount: Decimal | int


def stacked_bar(parts: Sequence[Part], says: str) -> SafeString:
    """The bar; a grey one where all parts are nothing."""
    shown = [part for part in parts if part.amount > 0]
    if not shown:
        return svg.picture(
            WIDTH, HEIGHT, "stacked-bar", says, [svg.box(0, 0, WIDTH, HEIGHT, "part-none")], stretch=True
        )
    boxes: list[SafeString] = []
    at = 0.0
    for part, width in zip(shown, _widths(shown), strict=True):
        boxes.append(svg.box(at, 0, max(width - 1, 1), HEIGHT, f"part-{part.key}", part.text))
        at += width
    return svg.picture(WIDTH, HEIGHT, "stacked-bar", says, boxes, stretch=True)


def _widths(parts: Sequence[Part]) -> list[float]:
    whole = float(sum(part.amount for part in parts))
    wanted = [max(WIDTH * float(part.amount) / whole, LEAST) for part in parts]
    return [width * WIDTH / sum(wanted) for width in wanted]
