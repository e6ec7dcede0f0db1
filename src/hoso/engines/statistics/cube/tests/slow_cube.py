"""A second, slow and obvious way to answer any question: plain Python over the stored rows and the tables of definitions."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from django.db import connection

from hoso.core.periods.periods import Period, parse_period
from hoso.engines.statistics.analytics.question import AskedPeriod, AskedUnits, Cell, Operand, Scope


@dataclass(frozen=True)
class Row:
    element: int
    unit: int
    place: int
    period: Period
    split: int
    attribute: int
    number: Fraction


@dataclass(frozen=True)
class Laid(Row):
    """A row with the place where its unit's figure belongs, and whether it is of an asked period itself."""

    at: int
    whole: bool


class SlowCube:
    """Everything that the running transaction sees, read once."""

    def __init__(self) -> None:
        self.rows = [
            Row(element, unit, place, parse_period(iso), split, attribute, Fraction(number))
            for element, unit, place, iso, split, attribute, number in _all(
                "SELECT v.element_id, v.unit_id, v.place_id, p.iso, v.split_id, v.attribute_id, v.number FROM statistics_value v"
                " JOIN statistics_period p ON p.id = v.period_id WHERE NOT v.deleted AND v.number IS NOT NULL"
            )
        ]
        self.parents: dict[int, int | None] = dict(_all("SELECT id, parent_id FROM places_place"))
        self.below: dict[int, set[int]] = defaultdict(set)
        for place, parent in self.parents.items():
            if parent is not None:
                self.below[parent].add(place)
        for old, new, relation in _all("SELECT old_id, new_id, relation FROM places_succession"):
            if relation != "split":
                self.below[new].add(old)
            if relation in ("same", "renamed"):
                self.below[old].add(new)
        self.consolidated = {
            element
            for element, tiers in _all(
                "SELECT m.element_id, d.tiers FROM statistics_data_set_element m JOIN statistics_data_set d"
                " ON d.id = m.data_set_id"
            )
            if len(tiers) > 1
        }
        self.uncounted = _uncounted()
        self._within: dict[tuple[int, ...], set[int]] = {}

    def figures(self, operand: Operand, scope: Scope) -> dict[Cell, Decimal]:
        found: dict[Cell, Decimal] = {}
        for asked in scope.periods:
            rows = self._laid(operand, asked, scope)
            for units in scope.units:
                found |= self._cells(operand, asked.label, units, rows, scope)
        return found

    def _laid(self, operand: Operand, asked: AskedPeriod, scope: Scope) -> list[Laid]:
        rows = [row for row in self.rows if row.element == operand.element and self._kept(row, operand, scope)]
        rows = [row for row in rows if any(_within(row.period, one) for one in asked.periods)]
        found = []
        for row in rows:
            place, own = row.place, [one for one in rows if one.unit == row.unit]
            if operand.aggregation.startswith("LAST"):
                place = max(own, key=lambda one: (one.period.end, one.period.start)).place
            elif operand.aggregation.startswith("FIRST"):
                place = min(own, key=lambda one: (one.period.start, one.period.end)).place
            whole = any((one.start, one.end) == (row.period.start, row.period.end) for one in asked.periods)
            found.append(
                Laid(row.element, row.unit, row.place, row.period, row.split, row.attribute, row.number, place, whole)
            )
        return found

    def _kept(self, row: Row, operand: Operand, scope: Scope) -> bool:
        splits, attributes = scope.breakdown.splits, scope.breakdown.attributes
        if operand.split is not None:
            right = row.split == operand.split
        elif splits is None:
            right = row.split not in self.uncounted
        else:
            right = not splits or row.split in splits
        return right and operand.attribute in (None, row.attribute) and (not attributes or row.attribute in attributes)

    def _cells(
        self, operand: Operand, label: str, units: AskedUnits, rows: Iterable[Laid], scope: Scope
    ) -> dict[Cell, Decimal]:
        places = self.places_of(units)
        single = {*units.facilities, *units.alone}
        mine = [row for row in rows if units.whole or row.at in places or row.unit in single]
        if operand.element in self.consolidated:
            mine = [row for row in mine if not self._stood_for(row, mine)]
        series: dict[tuple[int, int, int], list[Laid]] = defaultdict(list)
        for row in mine:
            own = [one for one in mine if (one.unit, one.attribute) == (row.unit, row.attribute)]
            if row.period.type == min(own, key=_order).period.type:
                series[row.unit, row.split, row.attribute].append(row)
        cells: dict[Cell, list[list[Laid]]] = defaultdict(list)
        for (_, split, attribute), own in series.items():
            cell = Cell(
                label, units.label, split if scope.breakdown.splits is not None else 0,
                attribute if scope.breakdown.attributes is not None else 0,
            )  # fmt: skip
            cells[cell].append(own)
        figures = {cell: _added(operand.aggregation, of_cell) for cell, of_cell in cells.items()}
        return {cell: figure for cell, figure in figures.items() if figure is not None}

    def places_of(self, units: AskedUnits) -> set[int]:
        """What lies in these places: what is below them, and whole units that went into them."""
        if units.places not in self._within:
            found, waiting = set[int](), set(units.places)
            while waiting:
                place = waiting.pop()
                found.add(place)
                waiting |= self.below[place] - found
            self._within[units.places] = found
        return self._within[units.places]

    def _stood_for(self, row: Laid, rows: Iterable[Laid]) -> bool:
        above = []
        place: int | None = row.at if row.unit < 0 else self.parents[row.at]
        while place is not None:
            above.append(place)
            place = self.parents[place]
        key = (row.period, row.split, row.attribute)
        return any(one.unit in above and (one.period, one.split, one.attribute) == key for one in rows)


def _all(query: str) -> list[tuple]:  # type: ignore[type-arg]
    with connection.cursor() as cursor:
        cursor.execute(query)
        found: list[tuple] = cursor.fetchall()  # type: ignore[type-arg]
        return found


def _uncounted() -> set[int]:
    """Keys that lie inside another one of the same dimension."""
    dimensions = {
        number: (kind, options) for number, kind, options in _all("SELECT id, kind, options FROM statistics_dimension")
    }
    codes = dict(_all("SELECT id, code FROM statistics_option"))
    found = set()
    for split, of_combo, options in _all(
        "SELECT s.id, c.dimensions, s.options FROM statistics_split s JOIN statistics_combo c ON c.id = s.combo_id"
    ):
        for dimension, option in zip(of_combo, options, strict=True):
            kind, order = dimensions[dimension]
            if kind == "partition":
                continue
            if option != order[0] or (kind == "overlapping" and not (codes[order[0]] or ".total").endswith(".total")):
                found.add(split)
    return found


def _within(period: Period, asked: Period) -> bool:
    return asked.start <= period.start and period.end <= asked.end


def _order(row: Laid) -> tuple[bool, int, str]:
    """In which order kinds of period count: the asked period itself, then the shortest."""
    return (not row.whole, (row.period.end - row.period.start).days, row.period.type.value)


def _added(way: str, series: list[list[Laid]]) -> Decimal | None:
    """The figures of each unit and key, added up in this way."""
    numbers = [row.number for own in series for row in own]
    last = [max(own, key=lambda row: (row.period.end, row.period.start)).number for own in series]
    first = [min(own, key=lambda row: (row.period.start, row.period.end)).number for own in series]
    mean = sum(numbers, Fraction(0)) / len(numbers)
    match way:
        case "SUM":
            found = sum(numbers, Fraction(0))
        case "AVERAGE":
            found = mean
        case "AVERAGE_SUM_ORG_UNIT":
            found = sum((sum((row.number for row in own), Fraction(0)) / len(own) for own in series), Fraction(0))
        case "LAST":
            found = sum(last, Fraction(0))
        case "LAST_AVERAGE_ORG_UNIT":
            found = sum(last, Fraction(0)) / len(last)
        case "FIRST":
            found = sum(first, Fraction(0))
        case "FIRST_AVERAGE_ORG_UNIT":
            found = sum(first, Fraction(0)) / len(first)
        case "COUNT":
            found = Fraction(len(numbers))
        case "MIN":
            found = min(numbers)
        case "MAX":
            found = max(numbers)
        case "MIN_SUM_ORG_UNIT":
            found = sum((min(row.number for row in own) for own in series), Fraction(0))
        case "MAX_SUM_ORG_UNIT":
            found = sum((max(row.number for row in own) for own in series), Fraction(0))
        case "VARIANCE" | "STDDEV":
            if len(numbers) < 2:
                return None
            found = sum(((number - mean) ** 2 for number in numbers), Fraction(0)) / (len(numbers) - 1)
        case "NONE":
            if len(numbers) != 1:
                return None
            found = numbers[0]
        case _:
            raise AssertionError(way)
    with localcontext() as context:
        context.prec = 50
        told = Decimal(found.numerator) / found.denominator
        return told.sqrt() if way == "STDDEV" else told
