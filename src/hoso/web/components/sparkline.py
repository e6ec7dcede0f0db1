"""A trend in the size of a word: one column for each week, weeks without data left empty."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from hoso.web.components import svg

COLUMN, HEIGHT = 8, 28


def sparkline(values: Sequence[float | None], says: str) -> SafeString:
    """`says` is the picture's text for those who do not see it; each column says its own value."""
    most = max((value for value in values if value), default=1.0)
    width = COLUMN * max(len(values), 1)
    parts = [svg.line(0, HEIGHT - 0.5, width, HEIGHT - 0.5, "strip-base")]
    for place, value in enumerate(values):
        if value is not None:
            height = 2 + (HEIGHT - 4) * value / most
            parts.append(svg.box(place * COLUMN + 1, HEIGHT - height, COLUMN - 2, height, "strip-bar", f"{value:.1f}"))
    return svg.picture(width, HEIGHT, "sparkline", says, parts)
