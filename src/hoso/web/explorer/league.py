"""The table of a funnel: each place's share beside the limits of its size, the furthest from all together first."""

from collections.abc import Sequence
from dataclasses import dataclass

from hoso.engines.statistics.helps.funnel import Point, funnel
from hoso.web.explorer.names import Words
from hoso.web.explorer.pivot import Pivot

VERDICTS: dict[int, Words] = {
    3: ("cao hơn, ngoài 3 sai số chuẩn", "above, beyond 3 standard errors"),
    2: ("cao hơn, ngoài 2 sai số chuẩn", "above, beyond 2 standard errors"),
    0: ("trong giới hạn", "within the limits"),
    -2: ("thấp hơn, ngoài 2 sai số chuẩn", "below, beyond 2 standard errors"),
    -3: ("thấp hơn, ngoài 3 sai số chuẩn", "below, beyond 3 standard errors"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One place; shares are multiplied by the indicator's factor, as everywhere."""

    key: str
    name: Words
    point: Point
    factor: int

    @property
    def share(self) -> float:
        return self.point.share * self.factor

    @property
    def limits(self) -> list[tuple[float, float]]:
        return [(low * self.factor, high * self.factor) for low, high in self.point.limits]

    @property
    def verdict(self) -> Words:
        return VERDICTS[self.point.level]


@dataclass(frozen=True, slots=True)
class League:
    """`share` of all together, `at`: the period of the figures where there are several."""

    share: float
    factor: int
    lines: Sequence[Line]
    at: Words

    @property
    def beyond(self) -> int:
        return sum(one.point.level != 0 for one in self.lines)


def league_of(pivot: Pivot) -> League | None:
    """Of the last column. None where the rows are not places, or the figures no shares: an indicator whose numerator is a part
    of its denominator."""
    if pivot.layout.rows != ("place",) or not pivot.rows:
        return None
    column = pivot.columns[-1] if pivot.columns else ()
    quotients = {row[0]: one for row in pivot.rows if (one := pivot.quotients.get((row, column)))}
    found = funnel({name: (one.numerator, one.denominator) for name, one in quotients.items()})
    if found is None:
        return None
    share, points = found
    factor = next(iter(quotients.values())).factor
    lines = [Line(name, pivot.names.of("place", name), point, factor) for name, point in points.items()]
    lines.sort(key=lambda line: -abs(line.point.distance))
    at = pivot.names.periods.get(column[0], ("", "")) if column else ("", "")
    return League(share * factor, factor, lines, at)
