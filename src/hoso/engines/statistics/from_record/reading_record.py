"""Reading the record for a report: visits and doses counted once, every cell that it fills worked out, all of it kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.periods.periods import Period
from hoso.engines.records.dose_facts.counting import count_doses
from hoso.engines.records.dose_facts.facts import CountedDoses
from hoso.engines.records.visit_facts.counting import count_visits
from hoso.engines.records.visit_facts.facts import CountedVisits
from hoso.engines.statistics.forms import Form
from hoso.engines.statistics.from_record.proposals import Reading, last_reading
from hoso.engines.statistics.from_record.record_counts import FilledCell, cells_filled
from hoso.engines.statistics.reports_by_address import Address, find_address
from hoso.engines.statistics.units import Unit

PURPOSE = "statistics"


@dataclass(frozen=True, slots=True)
class Counted:
    """What the record holds of a period: of visits and of doses, where the form asks for them."""

    visits: Sequence[CountedVisits]
    doses: Sequence[CountedDoses]

    def of(self, cell: FilledCell) -> Sequence[CountedVisits | CountedDoses]:
        return self.doses if cell.of_doses else self.visits


def read_record(actor: Actor, address: Address) -> Reading:
    """Count what ended, or was given, in the period at the unit's facilities and keep what that proposes.

    Zero is proposed where the record has visits of the period and none of them counts; of a period without a visit it
    proposes nothing: that nothing was sent is no figure. So with doses.
    Raises HosoError: those of `find_address`, HS2001, HS5340 where the record has nothing to propose.
    """
    with acting_transaction(actor.account_id, PURPOSE):
        scope = decide(actor, "statistics.write", PURPOSE)
        form, unit, period = find_address(address, "statistics.write")
        cells = cells_filled(form, period)
        counted = _count(cells, unit, period)
        cells = [cell for cell in cells if counted.of(cell)]
        if not cells:
            raise HosoError("HS5340", object=unit.name[:60])
        _keep(actor, form, unit, period, cells, counted)
        reading = last_reading(form, unit, period.id)
        assert reading is not None
        record_event(
            AuditEvent(
                actor, scope.role.key, PURPOSE, "read", object=f"statistics/from-record/{form.key}/{period.id}/{reading.id}",
                found=len(reading.proposals),
            )
        )  # fmt: skip
    return reading


def facilities_of(unit: Unit, period: Period) -> list[int]:
    """The facility itself, or those that lay in the place on the last day of the period."""
    if unit.facility_id:
        return [unit.facility_id]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT l.facility_id FROM places_facility_link l"
            " WHERE l.place_id = ANY ((SELECT places_within(ARRAY[%(place)s]::bigint[]))::bigint[])"
            " AND (l.valid_from IS NULL OR l.valid_from <= %(day)s) AND (l.valid_to IS NULL OR l.valid_to > %(day)s)",
            {"place": unit.id, "day": period.end},
        )
        return [number for (number,) in cursor.fetchall()]


def _count(cells: Sequence[FilledCell], unit: Unit, period: Period) -> Counted:
    asked = facilities_of(unit, period), period.start, period.end
    return Counted(
        count_visits(*asked) if any(not cell.of_doses for cell in cells) else (),
        count_doses(*asked) if any(cell.of_doses for cell in cells) else (),
    )


def doses_apart(cells: Sequence[FilledCell], doses: Iterable[CountedDoses]) -> int:
    """Doses that no row counts: another vaccine, another age, or a dose that says neither."""
    return sum(one.doses for one in doses if not any(cell.takes(one.facts) for cell in cells))


def unplaced(cells: Sequence[FilledCell], visits: Sequence[CountedVisits]) -> int:
    """Visits that rows count, but no option of theirs takes: they stand in no cell of the form."""
    by_row: dict[str, list[FilledCell]] = {}
    for cell in cells:
        by_row.setdefault(cell.key[0], []).append(cell)
    return sum(
        one.visits
        for one in visits
        if any(
            all(condition.holds(one.facts) for condition in row[0].count.conditions)
            and not any(cell.takes(one.facts) for cell in row)
            for row in by_row.values()
        )
    )


def _keep(actor: Actor, form: Form, unit: Unit, period: Period, cells: Sequence[FilledCell], counted: Counted) -> None:
    place = unit.place_on(period.end)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO statistics_period (iso, kind, start_day, end_day) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [period.id, period.type.value, period.start, period.end],
        )
        cursor.execute(
            "INSERT INTO statistics_record_reading (data_set_id, period_id, unit_id, place_id, facility_id, visits, unplaced,"
            " doses, doses_apart, account_id, actor) SELECT d.id, p.id, %s, %s, %s, %s, %s, %s, %s, %s, %s FROM statistics_data_set d, statistics_period p"
            " WHERE d.form = %s AND p.iso = %s RETURNING id",
            [
                unit.id, place, unit.facility_id, sum(one.visits for one in counted.visits), unplaced(cells, counted.visits),
                sum(one.doses for one in counted.doses), doses_apart(cells, counted.doses), actor.account_id, actor.name, form.key, period.id,
            ],
        )  # fmt: skip
        reading = cursor.fetchone()[0]
        cursor.executemany(
            "INSERT INTO statistics_record_proposal (reading_id, element_id, options, number, count_key, version, place_id,"
            " facility_id) SELECT %s, id, %s::text[], %s, %s, %s, %s, %s FROM statistics_element WHERE code = %s",
            [_row(reading, cell, counted, place, unit) for cell in cells],
        )


def _row(reading: int, cell: FilledCell, counted: Counted, place: int, unit: Unit) -> list[Any]:
    row, options = cell.key
    figure = cell.figure(counted.of(cell))
    return [reading, list(options), figure, cell.count.key, cell.version, place, unit.facility_id, row]
