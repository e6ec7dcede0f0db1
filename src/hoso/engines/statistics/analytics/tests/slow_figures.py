"""A second, slow and obvious way to add figures up: every stored row is looked at for every answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from hoso.core.periods.periods import Period, parse_period


@dataclass(frozen=True)
class Row:
    element: str
    unit: int
    place: int
    period: Period
    split: str
    number: Decimal
    counts: bool  # toward a total without a breakdown


def stored_rows(counting: Callable[[str], bool] = lambda code: True) -> list[Row]:
    """Everything that the running transaction sees."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.code, v.unit_id, v.place_id, p.iso, s.uid, s.name, v.number FROM statistics_value v"
            " JOIN statistics_element e ON e.id = v.element_id JOIN statistics_period p ON p.id = v.period_id"
            " JOIN statistics_split s ON s.id = v.split_id WHERE NOT v.deleted AND v.number IS NOT NULL"
        )
        return [
            Row(code, unit, place, parse_period(iso), split, number, counting(name))
            for code, unit, place, iso, split, name, number in cursor.fetchall()
        ]


def chain(place: int) -> list[int]:
    """The place and everything above it."""
    found = [place]
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT parent_id FROM places_place WHERE id = %s", [found[-1]])
            (above,) = cursor.fetchone()
            if above is None:
                return found
            found.append(above)


def slow_figure(
    rows: Sequence[Row], element: str, period: Period, inside: Callable[[Row], bool], way: str, consolidated: bool
) -> Decimal | None:
    """One figure of the answer, for the ways SUM, LAST, AVERAGE, COUNT, MIN and MAX."""
    mine = [
        row
        for row in rows
        if row.element == element and row.counts and inside(row)
        and period.start <= row.period.start and row.period.end <= period.end
    ]  # fmt: skip
    if consolidated:
        mine = [row for row in mine if not _stood_for(row, mine)]
    kept = []
    for unit in {row.unit for row in mine}:
        own = [row for row in mine if row.unit == unit]
        whole = [row for row in own if (row.period.start, row.period.end) == (period.start, period.end)]
        shortest = min(own, key=lambda row: (row.period.end - row.period.start, row.period.type)).period.type
        kept.append(whole or [row for row in own if row.period.type == shortest])
    if not kept:
        return None
    numbers = [row.number for own in kept for row in own]
    if way == "LAST":
        return sum((_last(own, split) for own in kept for split in {row.split for row in own}), Decimal(0))
    return {
        "SUM": sum(numbers, Decimal(0)), "AVERAGE": sum(numbers, Decimal(0)) / len(numbers),
        "COUNT": Decimal(len(numbers)), "MIN": min(numbers), "MAX": max(numbers),
    }[way]  # fmt: skip


def _stood_for(row: Row, rows: Sequence[Row]) -> bool:
    above = chain(row.place)[1:] if row.unit > 0 else chain(row.place)
    return any(one.unit in above and (one.period, one.split) == (row.period, row.split) for one in rows)


def _last(own: Sequence[Row], split: str) -> Decimal:
    return max((row for row in own if row.split == split), key=lambda row: (row.period.end, row.period.start)).number
