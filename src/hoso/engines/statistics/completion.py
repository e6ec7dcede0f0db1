"""Saying that a report is complete, or not any more, and asking which are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.periods.periods import Period, parse_period
from hoso.engines.statistics.catalogue import Catalogue, DataSet, read_catalogue
from hoso.engines.statistics.imports.checking import Combining
from hoso.engines.statistics.imports.storing import Store
from hoso.engines.statistics.uids import DEFAULT_SPLIT
from hoso.engines.statistics.units import Unit, UnitReach, find_units, reach_for

PURPOSE = "statistics"


@dataclass(frozen=True, slots=True)
class Registration:
    """A report by the ids of its data set, period and unit, and of the option combination of the whole report (`attribute`;
    empty: the default one). `day`: on which it was complete, None for today; `stored_by`: who said so where it comes from."""

    data_set: str
    period: str
    unit: str
    completed: bool = True
    attribute: str = ""
    day: date | None = None
    stored_by: str = ""


@dataclass(slots=True)
class Registered:
    """What became of registrations; `refused` says of each by its place why."""

    fresh: int = 0
    changed: int = 0
    refused: dict[int, str] = field(default_factory=dict)


class _Undo(Exception):
    """A dry run has counted everything: nothing of it stays."""


def register(actor: Actor, wanted: Sequence[Registration], dry_run: bool = False) -> Registered:
    """Note each report as complete or not; a dry run keeps nothing of it. Raises HosoError HS2001."""
    done = Registered()
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.write", PURPOSE)
        try:
            with transaction.atomic():
                _note_all(cursor, actor, wanted, done)
                if dry_run:
                    raise _Undo
        except _Undo:
            pass
        record_event(
            AuditEvent(actor, scope.role.key, PURPOSE, "update",
                       object=f"statistics/completion{'/dry-run' if dry_run else ''}",
                       outcome="done" if done.fresh + done.changed else "refused", found=done.fresh + done.changed)
        )  # fmt: skip
    return done


def _note_all(cursor: Any, actor: Actor, wanted: Sequence[Registration], done: Registered) -> None:
    catalogue, reach = read_catalogue(), reach_for("statistics.write")
    units = find_units("uid", [one.unit for one in wanted])
    store, act = Store(cursor, catalogue), _act(cursor, actor, len(wanted))
    for place, one in enumerate(wanted):
        try:
            fresh = _note(cursor, catalogue, store, reach, units.get(one.unit, []), one, act)
        except HosoError as error:
            done.refused[place] = error.message("en")
        else:
            done.fresh += fresh
            done.changed += not fresh


def complete_with_hand_in(cursor: Any, actor: Actor, report: tuple[int, str, int], place: int, facility: int) -> None:
    """Whoever hands a report in says by it that it is complete. One handed in again keeps the day it first came: sent in
    time and then corrected is in time. `report`: numbers of data set and unit around the period's id, which is there."""
    data_set, period, unit = report
    cursor.execute(
        "INSERT INTO statistics_completion SELECT %s, p.id, %s, t.id, %s, %s, true, %s, %s, '' FROM statistics_period p"
        " JOIN statistics_split t ON t.uid = %s WHERE p.iso = %s"
        " ON CONFLICT (data_set_id, period_id, unit_id, attribute_id) DO UPDATE"
        " SET completed = true, day = excluded.day, stored_by = '', act_id = excluded.act_id WHERE NOT statistics_completion.completed",
        [data_set, unit, place, facility, timezone.localdate(), _act(cursor, actor, 1), DEFAULT_SPLIT, period],
    )


def _act(cursor: Any, actor: Actor, rows: int) -> int:
    cursor.execute(
        "INSERT INTO statistics_act (account_id, actor, kind, rows) VALUES (%s, %s, 'import', %s) RETURNING id",
        [actor.account_id, actor.name, rows],
    )
    return int(cursor.fetchone()[0])


def _note(
    cursor: Any, catalogue: Catalogue, store: Store, reach: UnitReach, units: list[Unit], one: Registration, act: int
) -> bool:
    """Write one; gives whether it was not there before. Said again without a day, a report keeps the day it first came."""
    data_set, period = _report(catalogue, one)
    unit = next((unit for unit in units if unit.id in data_set.units or unit.tier in data_set.tiers), None)
    if unit is None:
        raise HosoError("HS7014", object=one.unit)
    place = unit.place_on(period.end)
    if not place or not reach.holds(place, unit.facility_id):
        raise HosoError("HS7011", object=one.unit)
    today = timezone.localdate()
    if one.day and one.day > today:
        raise HosoError("HS5533", object=str(one.day))
    attribute = store.number_of(_attribute(catalogue, data_set, one.attribute))
    cursor.execute(
        "INSERT INTO statistics_period (iso, kind, start_day, end_day) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [period.id, period.type.value, period.start, period.end],
    )
    cursor.execute(
        "INSERT INTO statistics_completion AS c SELECT %(set)s, p.id, %(unit)s, %(attribute)s, %(place)s, %(facility)s,"
        " %(completed)s, coalesce(%(day)s, %(today)s), %(act)s, %(stored_by)s FROM statistics_period p WHERE p.iso = %(period)s"
        " ON CONFLICT (data_set_id, period_id, unit_id, attribute_id) DO UPDATE SET completed = excluded.completed,"
        " day = CASE WHEN c.completed AND excluded.completed AND %(day)s::date IS NULL THEN c.day ELSE excluded.day END,"
        " stored_by = excluded.stored_by, act_id = excluded.act_id RETURNING xmax = 0",
        {
            "set": data_set.id, "unit": unit.id, "attribute": attribute, "place": place, "facility": unit.facility_id,
            "completed": one.completed, "day": one.day, "today": today, "act": act, "stored_by": one.stored_by[:255],
            "period": period.id,
        },
    )  # fmt: skip
    return bool(cursor.fetchone()[0])


def _attribute(catalogue: Catalogue, data_set: DataSet, uid: str) -> int | Combining:
    """The option combination of a whole report: one of those of its data set, or one that nobody used yet."""
    if not uid and not catalogue.combos[data_set.combo_id]:
        return catalogue.default_split
    number = catalogue.find("split", "uid", uid)
    if number is not None and catalogue.splits[number].combo_id == data_set.combo_id:
        return number
    unused = catalogue.unused_splits(data_set.combo_id).get(uid)
    if unused is None:
        raise HosoError("HS7015", object=uid or "default")
    return data_set.combo_id, unused


def _report(catalogue: Catalogue, one: Registration) -> tuple[DataSet, Period]:
    number = catalogue.find("data_set", "uid", one.data_set)
    if number is None:
        raise HosoError("HS7017", object=one.data_set)
    data_set, period = catalogue.data_sets[number], parse_period(one.period)
    if period.type not in data_set.kinds:
        raise HosoError("HS7013", object=one.period)
    return data_set, period


@dataclass(frozen=True, slots=True)
class AskedRegistrations:
    """Which registrations: ids of data sets and units (or `unit_numbers`); periods by their ids, or by the days they lie within; `since`: those
    of reports complete on this day or later. What is empty says nothing. `children`: with all below the units."""

    data_sets: Sequence[str]
    units: Sequence[str]
    periods: Sequence[str] = ()
    children: bool = False
    start: date | None = None
    end: date | None = None
    since: date | None = None
    limit: int | None = None
    unit_numbers: Sequence[int] = ()


def read_registrations(actor: Actor, asked: AskedRegistrations) -> list[Registration]:
    """Those in reach, by the ids of data sets and units. Raises HosoError HS2001."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.read", PURPOSE)
        found = [unit.id for named in find_units("uid", asked.units).values() for unit in named]
        cursor.execute(
            """
            SELECT d.uid, p.iso, u.uid, c.completed, t.uid, c.day, coalesce(nullif(c.stored_by, ''), a.actor)
            FROM statistics_completion c
            JOIN statistics_data_set d ON d.id = c.data_set_id JOIN statistics_period p ON p.id = c.period_id
            JOIN statistics_unit u ON u.id = c.unit_id JOIN statistics_split t ON t.id = c.attribute_id
            JOIN statistics_act a ON a.id = c.act_id
            WHERE d.uid = ANY (%(sets)s) AND (%(periods)s::text[] = '{}' OR p.iso = ANY (%(periods)s::text[]))
              AND (p.start_day >= %(start)s::date OR %(start)s::date IS NULL)
              AND (p.end_day <= %(end)s::date OR %(end)s::date IS NULL)
              AND (c.day >= %(since)s::date OR %(since)s::date IS NULL)
              AND (c.unit_id = ANY (%(units)s::bigint[]) OR (%(children)s
                   AND c.place_id = ANY ((SELECT places_within(%(units)s::bigint[]))::bigint[])))
            ORDER BY d.uid, p.start_day, u.uid, t.uid LIMIT %(limit)s
            """,
            {
                "sets": list(asked.data_sets), "periods": list(asked.periods), "units": [*found, *asked.unit_numbers], "children": asked.children,
                "start": asked.start, "end": asked.end, "since": asked.since, "limit": asked.limit,
            },
        )  # fmt: skip
        rows = [Registration(*row) for row in cursor.fetchall()]
        record_event(
            AuditEvent(actor, scope.role.key, PURPOSE, "read", object="statistics/completion", found=len(rows))
        )
    return rows
