"""The slow way on today's map: every unit's share of an asked place by walking from heir to heir, one part after the other."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from hoso.engines.statistics.analytics.question import AskedUnits, Cell, Operand, Scope
from hoso.engines.statistics.cube.tests.slow_cube import Laid, SlowCube, _all

Path = tuple[int, ...]  # heirs one after the other; the last one is there today
Parts = list[tuple[AskedUnits, Fraction]]


class SlowToday(SlowCube):
    """Everything that the running transaction sees, and who became what."""

    def __init__(self) -> None:
        super().__init__()
        self.now = {number for (number,) in _all("SELECT id FROM places_place WHERE valid_to IS NULL")}
        self.heirs: dict[int, list[tuple[int, Fraction]]] = defaultdict(list)
        for old, new, share in _all("SELECT old_id, new_id, share::numeric FROM places_share"):
            self.heirs[old].append((new, Fraction(share)))
        self.provinces = [
            number for (number,) in _all("SELECT id FROM places_place WHERE level = 1 AND valid_to IS NULL")
        ]
        self.ways = {unit: list(self._paths(unit)) for unit in self.parents}
        self.lies = _facilities()

    def figures(self, operand: Operand, scope: Scope) -> dict[Cell, Decimal]:
        if scope.places == "as_reported":
            return super().figures(operand, scope)
        found: dict[Cell, Decimal] = {}
        for asked in scope.periods:
            for units in scope.units:
                if operand.aggregation == "LAST":
                    rows = self._laid(operand, asked, scope)
                    cells = self._stocks(operand, asked.label, units, rows, scope)
                elif operand.aggregation == "AVERAGE":
                    sums, counts = (
                        self._shared(one, asked.label, units, self._laid(one, asked, scope), scope)
                        for one in (replace(operand, aggregation="SUM"), replace(operand, aggregation="COUNT"))
                    )
                    cells = {cell: total / counts[cell] for cell, total in sums.items() if counts[cell]}
                else:
                    cells = self._shared(operand, asked.label, units, self._laid(operand, asked, scope), scope)
                found |= {cell: Decimal(figure.numerator) / figure.denominator for cell, figure in cells.items()}
        return found

    def _shared(
        self, operand: Operand, label: str, units: AskedUnits, rows: list[Laid], scope: Scope
    ) -> dict[Cell, Fraction]:
        """What counts whole as one, and each part by itself."""
        if units.whole:
            parts: Parts = [(AskedUnits(units.label, whole=True), Fraction(1))]
        else:
            parts = self._parts(units, self._shares(units.places, {row.unit for row in rows}))
        figures: dict[Cell, list[Fraction]] = defaultdict(list)
        for part, share in parts:
            for cell, figure in self._cells(operand, label, part, rows, scope).items():
                by_share = operand.aggregation not in ("MIN", "MAX")
                figures[cell].append(Fraction(figure) * share if by_share else Fraction(figure))
        together = {"MIN": min, "MAX": max}.get(operand.aggregation, lambda ones: sum(ones, Fraction(0)))
        return {cell: together(ones) for cell, ones in figures.items()}

    def _stocks(
        self, operand: Operand, label: str, units: AskedUnits, rows: list[Laid], scope: Scope
    ) -> dict[Cell, Fraction]:
        """The last figures of those that are there, and of what is no more where nothing that followed it or stood above it
        told one."""
        places, told = self.provinces if units.whole else units.places, {row.unit for row in rows}
        ends = self.places_of(self._there(places)) & self.now
        gone = [
            (old, path, share) for old in told for path, share in self.ways.get(old, ()) if path and path[-1] in ends
        ]
        there = self._shares(places, told - {old for old, _, _ in gone})
        found: dict[Cell, Fraction] = defaultdict(Fraction)
        for part, share in self._parts(replace(units, whole=False), there):
            for cell, figure in self._cells(operand, label, part, rows, scope).items():
                found[cell] += Fraction(figure) * share
        own = {
            unit: self._cells(operand, label, _single(units.label, unit), rows, scope)
            for unit in {unit for old, path, _ in gone for unit in (old, *path)} & told
        }
        for old, path, share in gone:
            for cell, figure in own[old].items():
                if not any(
                    cell in own.get(unit, {})
                    for unit in (*path, *(self._above(old) if operand.element in self.consolidated else ()))
                ):
                    found[cell] += Fraction(figure) * share
        return found

    def _parts(self, units: AskedUnits, shares: dict[int, Fraction]) -> Parts:
        whole = [unit for unit, share in shares.items() if share == 1]
        alone = tuple(unit for unit in whole if unit > 0)
        facilities = tuple({*units.facilities, *(unit for unit in whole if unit < 0)})
        return [
            (AskedUnits(units.label, alone=alone, facilities=facilities), Fraction(1)),
            *((_single(units.label, unit), share) for unit, share in shares.items() if share != 1),
        ]

    def _there(self, places: Iterable[int]) -> AskedUnits:
        """Those that are there today: of others this view tells nothing."""
        return AskedUnits("", tuple(one for one in places if one in self.now))

    def _shares(self, places: Iterable[int], told: Iterable[int]) -> dict[int, Fraction]:
        """Of each unit and facility that told something, how much of it lies in these places today."""
        held = self.places_of(self._there(places))
        found = {}
        for unit in told:
            place = self.lies.get(unit, unit)
            if place in held and place not in self.now and place not in self.heirs:
                found[unit] = Fraction(1)
            else:
                ends = [(path[-1] if path else place, share) for path, share in self.ways.get(place, ())]
                found[unit] = sum((share for end, share in ends if end in held and end in self.now), Fraction(0))
        return {unit: share for unit, share in found.items() if share}

    def _paths(self, unit: int) -> Iterator[tuple[Path, Fraction]]:
        """Every way from a unit to what is there today, with the share of it that went this way."""
        if unit in self.now:
            yield (), Fraction(1)
        given = sum((share for _, share in self.heirs.get(unit, ())), Fraction(0))
        for heir, share in self.heirs.get(unit, ()):
            for path, of_heir in self._paths(heir):
                yield (heir, *path), share / given * of_heir

    def _above(self, unit: int) -> list[int]:
        found, place = [], self.parents[unit]
        while place is not None:
            found.append(place)
            place = self.parents[place]
        return found


def _single(label: str, unit: int) -> AskedUnits:
    return AskedUnits(label, alone=(unit,)) if unit > 0 else AskedUnits(label, facilities=(unit,))


def _facilities() -> dict[int, int]:
    """Where each lies today: where it lay at a time nearest to today."""
    today, nearest = date.today(), dict[int, tuple[int, int]]()
    for facility, place, begin, end in _all(
        "SELECT facility_id, place_id, valid_from, valid_to FROM places_facility_link ORDER BY facility_id"
    ):
        away = (
            (begin - today).days if begin and begin > today else (today - end).days + 1 if end and end <= today else 0
        )
        nearest[-facility] = min(nearest.get(-facility, (away, place)), (away, place))
    return {facility: place for facility, (_, place) in nearest.items()}
