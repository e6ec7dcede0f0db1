"""A protected release: sums by commune, province, month, quarter and year, without small figures and what would betray them.

What is hidden is decided once for a datum, a province and a year, over all their communes and periods, whatever is asked: two
questions cannot be played off against each other. So a release tells nothing that is no cell of that table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.periods.kinds import PeriodType
from hoso.core.periods.periods import Period, period_of
from hoso.engines.statistics.analytics.answer import PURPOSE, Answered
from hoso.engines.statistics.analytics.data_items import DataItem
from hoso.engines.statistics.analytics.question import AskedPeriod, AskedUnits, Cell, Operand, Scope
from hoso.engines.statistics.catalogue import Catalogue
from hoso.engines.statistics.cube.figures import figures_of
from hoso.engines.statistics.disclosure.suppression import Tree, hidden_cells
from hoso.engines.statistics.disclosure.thresholds import greatest_hidden

MOST_CELLS = 12_000  # of the tables that one question takes
KINDS = (PeriodType.MONTH, PeriodType.QUARTER, PeriodType.YEAR)


@dataclass(frozen=True, slots=True)
class Released:
    """What is told, and where there is a figure that is not."""

    told: Sequence[Answered]
    hidden: Sequence[tuple[str, Cell]]


def release(actor: Actor, items: Sequence[DataItem], scope: Scope, catalogue: Catalogue) -> Released:
    """Of the actor's own reach; one audit event. Raises HosoError HS2001, HS5451 for what a release does not tell, HS5452."""
    operands = [_operand(one, catalogue) for one in items]
    _check(scope)
    with acting_transaction(actor.account_id, PURPOSE):
        granted = decide(actor, "statistics.read", PURPOSE)
        provinces = _provinces([place for one in scope.units for place in one.places])
        years = sorted({one.periods[0].start.year for one in scope.periods})
        places = sum(1 + len(communes) for communes in provinces.values())
        if (count := len(operands) * len(years) * places * len(_periods(1))) > MOST_CELLS:
            raise HosoError("HS5452", count=count, limit=MOST_CELLS)
        told: list[Answered] = []
        hidden: list[tuple[str, Cell]] = []
        for operand in operands:
            most = greatest_hidden(catalogue.elements[operand.element].uid)
            labels = {str(one.places[0]): one.label for one in scope.units}
            for year in years:
                for province, communes in provinces.items():
                    figures = _block(operand, province, communes, year)
                    closed = _hidden(figures, province, communes, most)
                    for cell in _asked(scope, figures):
                        label = Cell(cell.period, labels[cell.unit])
                        if (cell.unit, cell.period) in closed:
                            hidden.append((operand.label, label))
                        else:
                            told.append(Answered(operand.label, label, figures[cell]))
        record_event(
            AuditEvent(actor, granted.role.key, PURPOSE, "read", object="statistics/analytics/release", found=len(told))
        )
    return Released(told, hidden)


def _operand(item: DataItem, catalogue: Catalogue) -> Operand:
    if (
        not isinstance(item, Operand)
        or item.split is not None
        or item.attribute is not None
        or item.aggregation != "SUM"
    ):
        raise _refused(item.label[:60])
    return item


def _refused(what: str) -> HosoError:
    return HosoError("HS5451", what=f"release=protected ({what[:60]})")


def _check(scope: Scope) -> None:
    """Cells of the table alone: no unions, no other periods, no keys, no other map."""
    for period in scope.periods:
        if len(period.periods) != 1 or period.periods[0].type not in KINDS:
            raise _refused(period.label[:60] or "filter=period")
    for unit in scope.units:
        if unit.whole or unit.facilities or len(unit.places) != 1:
            raise _refused(unit.label[:60] or "filter=place")
    if scope.breakdown.splits is not None or scope.breakdown.attributes is not None:
        raise _refused("key, attribute")
    if scope.places != "as_reported":
        raise _refused("places=today")


def _provinces(asked: Sequence[int]) -> dict[int, list[int]]:
    """The provinces of today that the asked places are or lie in, each with its communes. Raises HosoError HS5451."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, CASE WHEN p.level = 1 THEN p.id ELSE p.parent_id END FROM places_place p"
            " WHERE p.id = ANY (%s) AND p.valid_to IS NULL AND p.level IN (1, 3)",
            [list(asked)],
        )
        province_of: Mapping[int, int] = dict(cursor.fetchall())
        if missing := set(asked) - province_of.keys():
            raise _refused(f"place {min(missing)}")
        found: dict[int, list[int]] = {province: [] for province in sorted(set(province_of.values()))}
        cursor.execute(
            "SELECT parent_id, id FROM places_place WHERE parent_id = ANY (%s) AND level = 3 AND valid_to IS NULL",
            [list(found)],
        )
        for province, commune in cursor.fetchall():
            found[province].append(commune)
    return found


def _block(operand: Operand, province: int, communes: Sequence[int], year: int) -> dict[Cell, Decimal]:
    """Every figure of the table, the units by their numbers."""
    periods = [AskedPeriod(one.id, (one,)) for one in _periods(year)]
    units = [AskedUnits(str(place), (place,)) for place in (province, *communes)]
    return figures_of([replace(operand, label="")], Scope(periods, units))[""]


def _periods(year: int) -> list[Period]:
    months = [period_of(PeriodType.MONTH, date(year, month, 1)) for month in range(1, 13)]
    quarters = [period_of(PeriodType.QUARTER, date(year, month, 1)) for month in (1, 4, 7, 10)]
    return [*months, *quarters, period_of(PeriodType.YEAR, date(year, 1, 1))]


def _hidden(figures: Mapping[Cell, Decimal], province: int, communes: Sequence[int], most: int) -> set[tuple[str, str]]:
    places = Tree({str(commune): str(province) for commune in communes})
    above = {
        one.id: period_of(PeriodType.QUARTER if one.type is PeriodType.MONTH else PeriodType.YEAR, one.start).id
        for year in {int(cell.period[:4]) for cell in figures}
        for one in _periods(year)
        if one.type is not PeriodType.YEAR
    }
    return hidden_cells(
        {(cell.unit, cell.period): figure for cell, figure in figures.items()}, places, Tree(above), most
    )


def _asked(scope: Scope, figures: Mapping[Cell, Decimal]) -> list[Cell]:
    """The cells of the table that the question names, in its order."""
    cells = [Cell(period.label, str(unit.places[0])) for period in scope.periods for unit in scope.units]
    return [cell for cell in cells if cell in figures]
