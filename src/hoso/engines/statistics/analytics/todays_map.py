"""Figures on today's map: what was reported by units as they were, taken for the units that are there now.

A unit that went whole into another counts there whole, exactly. Of one that was split each part counts by its share
(`places_share`: given with a source, otherwise equal), which makes an estimate. A facility counts where it lies today. A unit
that nothing followed (a district) counts where its whole territory lies.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from hoso.core.errors import HosoError
from hoso.engines.statistics.analytics.question import AskedUnits, Cell, Figures, Operand, Scope
from hoso.engines.statistics.analytics.reporting_rates import Counts, report_counts
from hoso.engines.statistics.analytics.tiers import reported_by_tiers, units_above
from hoso.engines.statistics.analytics.todays_units import Part, Source, todays_lineage, todays_parts
from hoso.engines.statistics.cube.figures import figures_of

# Ways in which the figures of parts become that of the whole: added by share, or the smallest and largest of what is there.
ADDED = frozenset({"SUM", "AVERAGE_SUM_ORG_UNIT", "LAST", "COUNT", "MIN_SUM_ORG_UNIT", "MAX_SUM_ORG_UNIT"})
EXTREMES = {"MIN": min, "MAX": max}
AVERAGE = "AVERAGE"  # over units and time: by sums and counts, each by share
STOCK = "LAST"  # the figure of a unit that is no more counts only where nothing that followed it has one
Estimated = set[tuple[str, Cell]]  # label of the data item, cell
Shared = dict[Cell, tuple[Decimal, bool]]  # the figure, and whether a share is in it


def figures_on_map(operands: Sequence[Operand], scope: Scope) -> tuple[Figures, Estimated]:
    """As `reported_figures`, on the map that the scope names, and which of them are estimates.

    Raises HosoError HS5300 for a way of adding up that parts of units do not have.
    """
    if scope.places == "as_reported":
        return figures_of(operands, scope), set()
    for operand in operands:
        if operand.aggregation not in {*ADDED, *EXTREMES, AVERAGE}:
            raise HosoError("HS5300", way=operand.aggregation)
    told = _added(operands, scope) | _stocks([one for one in operands if one.aggregation == STOCK], scope)
    found = {label: {cell: figure for cell, (figure, _) in cells.items()} for label, cells in told.items()}
    estimated = {(label, cell) for label, cells in told.items() for cell, (_, guess) in cells.items() if guess}
    return found, estimated


def counts_on_map(data_set: int, scope: Scope) -> tuple[dict[Cell, Counts], set[Cell]]:
    """As `report_counts`, on the map that the scope names: of a split unit's reports each part has its share."""
    if scope.places == "as_reported":
        return report_counts(data_set, scope), set()
    parts = todays_parts(scope.units)
    counted = report_counts(data_set, _apart(parts, scope))
    columns = [
        _together({cell: Decimal(counts[place]) for cell, counts in counted.items()}, parts, "COUNT")
        for place in range(3)
    ]
    cells: dict[Cell, Counts] = {
        cell: (columns[0][cell][0], columns[1][cell][0], columns[2][cell][0]) for cell in columns[0]
    }
    return cells, {cell for cell, (_, guess) in columns[0].items() if guess}


def _apart(parts: Sequence[Part], scope: Scope) -> Scope:
    return replace(scope, units=list({part.asked.label: part.asked for part in parts}.values()), places="as_reported")


def _added(operands: Sequence[Operand], scope: Scope) -> dict[str, Shared]:
    """Of all that are no stocks, by label."""
    summed = [one for one in operands if one.aggregation not in (STOCK, AVERAGE)]
    averaged = [one for one in operands if one.aggregation == AVERAGE]
    if not summed and not averaged:
        return {}
    parts = todays_parts(scope.units)
    apart = _apart(parts, scope)
    figures = figures_of(summed, apart) if summed else {}
    found = {one.label: _together(figures[one.label], parts, one.aggregation) for one in summed}
    return found | {one.label: _averaged(one, apart, parts) for one in averaged}


def _averaged(operand: Operand, apart: Scope, parts: Sequence[Part]) -> Shared:
    ways = [replace(operand, label=way, aggregation=way) for way in ("SUM", "COUNT")]
    told = figures_of(ways, apart)
    sums, counts = (_together(told[way], parts, way) for way in ("SUM", "COUNT"))
    return {cell: (total / counts[cell][0], guess) for cell, (total, guess) in sums.items() if counts[cell][0]}


def _together(figures: dict[Cell, Decimal], parts: Sequence[Part], way: str) -> Shared:
    """The figures of the parts as those of the labels they count for, and whether a share is in them."""
    for_label: dict[str, list[Part]] = {}
    for part in parts:
        for_label.setdefault(part.asked.label, []).append(part)
    found: Shared = {}
    for cell, figure in figures.items():
        for part in for_label[cell.unit]:
            key, guess = replace(cell, unit=part.label), part.share != 1
            amount = figure * part.share if way in ADDED else figure
            if key in found:
                before, guessed = found[key]
                amount = EXTREMES[way](before, amount) if way in EXTREMES else before + amount
                guess = guess or guessed
            found[key] = (amount, guess)
    return found


def parts_of(operand: Operand, scope: Scope) -> list[Part]:
    """Of a scope of one cell on today's map: the units whose figures are in it, each with its share."""
    if operand.aggregation != STOCK:
        return todays_parts(scope.units)
    parts, sources = todays_lineage(scope.units)
    standing: dict[tuple[str, int], Decimal] = {}
    for one in dict.fromkeys(source for _, source, _, _ in _standing([operand], scope, sources)):
        standing[one.label, one.unit] = standing.get((one.label, one.unit), Decimal(0)) + one.share
    return [*parts, *(Part(label, _alone(unit), share) for (label, unit), share in standing.items())]


def _stocks(operands: Sequence[Operand], scope: Scope) -> dict[str, Shared]:
    """The last figures of today's units, by label; in place of those that have none, what they come from had last."""
    if not operands:
        return {}
    parts, sources = todays_lineage(scope.units)
    figures = figures_of(operands, _apart(parts, scope))
    found = {one.label: _together(figures[one.label], parts, STOCK) for one in operands}
    for label, source, cell, figure in _standing(operands, scope, sources):
        key, cells = replace(cell, unit=source.label), found[label]
        before, guessed = cells.get(key, (Decimal(0), False))
        cells[key] = (before + figure * source.share, guessed or source.share != 1)
    return found


def _standing(
    operands: Sequence[Operand], scope: Scope, sources: Sequence[Source]
) -> Iterator[tuple[str, Source, Cell, Decimal]]:
    """By label of the operand, those sources that nothing that followed them has a figure for: with where they have one, and
    which."""
    single = {unit for source in sources for unit in (source.unit, *source.later)}
    own = figures_of(operands, replace(scope, units=[_alone(unit) for unit in single], places="as_reported"))
    tiered = reported_by_tiers([one.element for one in operands])
    above = _above(sources) if tiered else {}
    for operand in operands:
        cells = own[operand.label]
        by_unit: dict[str, list[Cell]] = {}
        for cell in cells:
            by_unit.setdefault(cell.unit, []).append(cell)
        stand_above = above if operand.element in tiered else {}
        for source in sources:
            for cell in by_unit.get(f"/{source.unit}", ()):
                stands_for = (*source.later, *stand_above.get((source.label, source.unit), ()))
                if not any(replace(cell, unit=f"/{unit}") in cells for unit in stands_for):
                    yield operand.label, source, cell, cells[cell]


def _alone(unit: int) -> AskedUnits:
    return AskedUnits(f"/{unit}", alone=(unit,))


def _above(sources: Sequence[Source]) -> dict[tuple[str, int], list[int]]:
    """By label and source, those of the same label that it lay in: where they told a figure of their own it stands for what lay
    below. What a label does not hold decides nothing in it."""
    held: dict[str, set[int]] = {}
    for source in sources:
        held.setdefault(source.label, set()).update((source.unit, *source.later))
    above, found = units_above(), {}
    for source in sources:
        chain, unit = [], above.get(source.unit)
        while unit is not None:
            if unit in held[source.label]:
                chain.append(unit)
            unit = above.get(unit)
        found[source.label, source.unit] = chain
    return found
