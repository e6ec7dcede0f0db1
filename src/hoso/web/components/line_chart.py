"""One result over time: a line with its points, the reference range as a band behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from django.utils.safestring import SafeString

from hoso.web.components import svg
from hoso.web.components.range_bar import flag
from hoso.web.templatetags.figures import day, number

WIDTH, HEIGHT = 560, 150
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 24


@dataclass(frozen=True)
class Plot:
    """Where times and values lie on the picture."""

    first: float
    last: float
    lowest: float
    highest: float

    def x(self, moment: datetime) -> float:
        width = WIDTH - LEFT - RIGHT
        span = self.last - self.first
        return LEFT + (width * (moment.timestamp() - self.first) / span if span else width / 2)

    def y(self, value: Decimal | float) -> float:
        height = HEIGHT - TOP - BOTTOM
        return TOP + height * (1 - (float(value) - self.lowest) / (self.highest - self.lowest))


def line_chart(
    points: Sequence[tuple[datetime, Decimal]], low: Decimal | None, high: Decimal | None, unit: str, says: str
) -> SafeString:
    """The chart of at least one point, in order of time; nothing for none."""
    if not points:
        return SafeString("")
    plot = _plot(points, low, high)
    places = [(plot.x(when), plot.y(value)) for when, value in points]
    band = _band(plot, low, high)
    parts = [*band, *_scale(points, plot, bool(band))]
    parts += [svg.line(x1, y1, x2, y2, "chart-line") for (x1, y1), (x2, y2) in pairwise(places)]
    for (x, y), (when, value) in zip(places, points, strict=True):
        out = " out" if flag(value, low, high) else ""
        parts.append(svg.dot(x, y, 3.5, f"chart-dot{out}", f"{day(when)}: {number(value)} {unit}".strip()))
    return svg.picture(WIDTH, HEIGHT, "line-chart", says, parts)


def _plot(points: Sequence[tuple[datetime, Decimal]], low: Decimal | None, high: Decimal | None) -> Plot:
    values = [float(value) for _, value in points] + [float(bound) for bound in (low, high) if bound is not None]
    lowest, highest = min(values), max(values)
    margin = (highest - lowest) * 0.08 or abs(highest) * 0.1 or 1.0
    times = [when.timestamp() for when, _ in points]
    return Plot(min(times), max(times), lowest - margin, highest + margin)


def _band(plot: Plot, low: Decimal | None, high: Decimal | None) -> list[SafeString]:
    if low is None and high is None:
        return []
    top = TOP if high is None else plot.y(high)
    bottom = HEIGHT - BOTTOM if low is None else plot.y(low)
    parts = [svg.box(LEFT, top, WIDTH - LEFT - RIGHT, max(bottom - top, 0), "chart-band")]
    bounds = [bound for bound in (low, high) if bound is not None]
    return parts + [svg.label(LEFT - 6, plot.y(bound) + 4, number(bound), "chart-text", "end") for bound in bounds]


def _scale(points: Sequence[tuple[datetime, Decimal]], plot: Plot, bounded: bool) -> list[SafeString]:
    """The axis of time; the values' own ends where no range gives a measure."""
    base = HEIGHT - BOTTOM
    parts = [svg.line(LEFT, base, WIDTH - RIGHT, base, "chart-axis")]
    if not bounded:
        ends = {min(value for _, value in points), max(value for _, value in points)}
        parts += [svg.label(LEFT - 6, plot.y(end) + 4, number(end), "chart-text", "end") for end in sorted(ends)]
    first, last = points[0][0], points[-1][0]
    if day(first) == day(last):
        return [*parts, svg.label(plot.x(first), HEIGHT - 7, day(first), "chart-text", "middle")]
    parts.append(svg.label(LEFT, HEIGHT - 7, day(first), "chart-text"))
    parts.append(svg.label(WIDTH - RIGHT, HEIGHT - 7, day(last), "chart-text", "end"))
    return parts
