"""A life of visits at a glance: one column for each month, years below, months not loaded yet hatched."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from django.utils.safestring import SafeString

from hoso.web.components import svg

BASE, HEIGHT = 34, 50
YEARS = 10
NARROWEST, WIDEST, ALL = 7, 11, 840  # a column, and all of them together


def month_strip(
    days: Sequence[date], first_year: int | None, loaded_from: date | None, today: date, says: str
) -> SafeString:
    """Visits by month of the last ten years at most.

    `loaded_from`: where the visits given do not reach back to the first, the day of the oldest given one.
    """
    start = max(min(first_year or today.year, today.year), today.year - YEARS + 1)
    months = (today.year - start + 1) * 12
    column = min(WIDEST, max(NARROWEST, ALL // months))
    width = months * column
    counts = Counter((day.year, day.month) for day in days)
    most = max(counts.values(), default=1)
    parts = [*_not_loaded(start, loaded_from, column), svg.line(0, BASE + 0.5, width, BASE + 0.5, "strip-base")]
    for (year, month), count in sorted(counts.items()):
        if year >= start:
            height = 8 + (BASE - 10) * count / most
            x, title = _x(start, year, month, column) + 1, f"{month:02}/{year}: {count}"
            parts.append(svg.box(x, BASE - height, column - 2, height, "strip-bar", title))
    for year in range(start, today.year + 1):
        x = _x(start, year, 1, column)
        parts.append(svg.line(x + 0.5, BASE, x + 0.5, BASE + 4, "strip-base"))
        parts.append(svg.label(x + 6 * column, HEIGHT - 2, str(year), "strip-text", "middle"))
    return svg.picture(width, HEIGHT, "month-strip", says, parts)


def _x(start: int, year: int, month: int, column: int) -> int:
    return ((year - start) * 12 + month - 1) * column


def _not_loaded(start: int, loaded_from: date | None, column: int) -> list[SafeString]:
    if loaded_from is None or loaded_from.year < start:
        return []
    return [svg.box(0, 4, _x(start, loaded_from.year, loaded_from.month, column), BASE - 4, "strip-unknown")]
