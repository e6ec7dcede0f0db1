"""One form of one unit and period as it is filled in: lines, what stands there, what stood the period before, hints."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.periods.periods import Period, parse_period
from hoso.engines.statistics.forms import Form, Row, forms
from hoso.engines.statistics.hints import Hint, hints_of
from hoso.engines.statistics.imports.options import KINDS, ImportOptions
from hoso.engines.statistics.imports.report import ImportReport
from hoso.engines.statistics.imports.rows import Given, Group
from hoso.engines.statistics.imports.run import import_values
from hoso.engines.statistics.quality.checking import rule_hints
from hoso.engines.statistics.units import Unit, find_units, reach_for, units_by_id
from hoso.engines.statistics.value_types import written

PURPOSE = "statistics"
Key = tuple[str, tuple[str, ...]]  # of a row and one option of each of its dimensions
BY_CODE = ImportOptions(dict.fromkeys(KINDS, "code") | {"unit": "uid"})


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of a row; `of` names the options it is about, none where the row is not broken down."""

    row: Row
    options: tuple[str, ...]
    of: tuple[tuple[str, str], ...]  # Vietnamese, English
    value: str
    previous: str
    first: bool  # of its row
    ends_sum: bool  # the last line of a row whose lines add up


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form being filled in."""

    form: Form
    unit: Unit
    period: Period
    lines: tuple[Line, ...]
    hints: tuple[Hint, ...]


def open_sheet(actor: Actor, form_key: str, unit_uid: str, iso: str) -> Sheet:
    """Read it. Raises HosoError: HS7003 for a form or unit that is not there, HS7011 for a unit out of reach, HS7018 where
    the form does not take the period, HS2001."""
    form, period = forms().get(form_key), parse_period(iso)
    if form is None or not form.rows:
        raise HosoError("HS7003", thing="form", name=form_key[:60])
    if not form.takes(period):
        raise HosoError("HS7018", object=iso)
    with acting_transaction(actor.account_id, PURPOSE):
        scope = decide(actor, "statistics.read", PURPOSE)
        unit = next((one for one in find_units("uid", [unit_uid]).get(unit_uid, []) if one.tier in form.tiers), None)
        if unit is None:
            raise HosoError("HS7003", thing="unit", name=unit_uid[:60])
        if not reach_for("statistics.read").holds(unit.place_on(period.end), unit.facility_id):
            raise HosoError("HS7011", object=unit_uid[:60])
        now, before = _figures(form, unit, period), _figures(form, unit, period.previous())
        with connection.cursor() as cursor:
            hints = (*hints_of(form, _numbers(now)), *rule_hints(cursor, form, unit.id, period))
        record_event(
            AuditEvent(actor, scope.role.key, PURPOSE, "read", object=f"statistics/{form.key}/{iso}", found=len(now))
        )
    return Sheet(form, unit, period, tuple(_lines(form, now, before)), hints)


def save_cell(
    actor: Actor, sheet_key: tuple[str, str, str], row: str, options: tuple[str, ...], value: str
) -> ImportReport:
    """Write one figure of a form, or take it back where `value` is empty. What is wrong with it is in the report."""
    form_key, unit_uid, iso = sheet_key
    found = next((one for one in forms()[form_key].rows if one.key == row), None) if form_key in forms() else None
    if found is None or len(options) != len(found.dimensions):
        raise HosoError("HS7003", thing="row", name=row[:60])
    split = {
        dimension.key: f"{dimension.key}.{option}" for dimension, option in zip(found.dimensions, options, strict=True)
    }
    group = Group(0, BY_CODE, data_set=form_key)
    given = Given(
        0,
        group,
        row,
        iso,
        unit_uid,
        split_options=split or None,
        value=value.strip() or None,
        deleted=not value.strip(),
    )
    return import_values(actor, iter([given]), BY_CODE, "cell")


def own_units(actor: Actor) -> list[Unit]:
    """The units where the actor's roles are held; a role without a place has none of its own."""
    numbers = {one.place_id or -(one.facility_id or 0) for one in actor.assignments} - {0}
    with connection.cursor() as cursor:
        return sorted(units_by_id(cursor, numbers).values(), key=lambda unit: unit.name)


def _figures(form: Form, unit: Unit, period: Period) -> dict[Key, tuple[str, Decimal | None]]:
    """What is there, as written and as a figure."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.code, e.value_type, v.number, v.text,
                   ARRAY(SELECT o.code FROM unnest(s.options) WITH ORDINALITY t(id, place)
                         JOIN statistics_option o ON o.id = t.id ORDER BY t.place)
            FROM statistics_value v JOIN statistics_element e ON e.id = v.element_id
            JOIN statistics_period p ON p.id = v.period_id JOIN statistics_split s ON s.id = v.split_id
            JOIN statistics_data_set_element m ON m.element_id = e.id
            JOIN statistics_data_set d ON d.id = m.data_set_id AND d.form = %s
            WHERE v.unit_id = %s AND p.iso = %s AND NOT v.deleted
            """,
            [form.key, unit.id, period.id],
        )
        return {
            (code, tuple(option.partition(".")[2] for option in options)): (written(number, text, kind), number)
            for code, kind, number, text, options in cursor.fetchall()
        }


def _numbers(figures: Mapping[Key, tuple[str, Decimal | None]]) -> dict[Key, Decimal]:
    return {key: number for key, (_, number) in figures.items() if number is not None}


def _lines(
    form: Form,
    now: Mapping[Key, tuple[str, Decimal | None]],
    before: Mapping[Key, tuple[str, Decimal | None]],
) -> list[Line]:
    nothing: tuple[str, Decimal | None] = ("", None)
    return [
        Line(
            row,
            keys := tuple(option.key for option in options),
            tuple((option.title_vi, option.title_en) for option in options),
            now.get((row.key, keys), nothing)[0],
            before.get((row.key, keys), nothing)[0],
            number == 1,
            [dimension.kind for dimension in row.dimensions] == ["partition"]
            and number == len(row.dimensions[0].options),
        )
        for row in form.rows
        for number, options in enumerate(product(*(dimension.options for dimension in row.dimensions)), 1)
    ]
