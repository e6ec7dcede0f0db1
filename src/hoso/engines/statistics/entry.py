"""One form of one unit and period as it is filled in: lines, what stands there, what stood the period before, hints."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from itertools import product

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.periods.periods import Period
from hoso.engines.statistics.cell_story.notes import NO_NOTE, Note, notes_of
from hoso.engines.statistics.forms import Form, Row, forms
from hoso.engines.statistics.from_record.proposals import TAKEN, Reading, last_reading, reasons_given
from hoso.engines.statistics.hints import Hint, Key, hints_of
from hoso.engines.statistics.imports.options import KINDS, ImportOptions
from hoso.engines.statistics.imports.report import ImportReport
from hoso.engines.statistics.imports.rows import Given, Group
from hoso.engines.statistics.imports.run import import_values
from hoso.engines.statistics.imports.typed import Typed
from hoso.engines.statistics.quality.checking import rule_hints
from hoso.engines.statistics.reports_by_address import Address, find_address
from hoso.engines.statistics.units import Unit, units_by_id
from hoso.engines.statistics.value_types import written

PURPOSE = "statistics"
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
    proposed: str = ""  # by the last reading of the record
    reason: str = ""  # why the figure is what it is, where somebody said so
    note: Note = NO_NOTE

    @property
    def differs(self) -> Decimal | None:
        """By how much what is reported is more than what the record proposed; None where one of them is not there."""
        if not self.value or not self.proposed:
            return None
        return Decimal(self.value) - Decimal(self.proposed)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form being filled in."""

    form: Form
    unit: Unit
    period: Period
    lines: tuple[Line, ...]
    hints: tuple[Hint, ...]
    reading: Reading | None = None  # the last one of the record

    @property
    def untaken(self) -> tuple[Line, ...]:
        """Lines that the record proposes a figure for and that are blank."""
        return tuple(line for line in self.lines if line.proposed and not line.value)

    @property
    def differing(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.differs)


def open_sheet(actor: Actor, form_key: str, unit_uid: str, iso: str) -> Sheet:
    """Read it. Raises HosoError: HS7003 for a form or unit that is not there, HS7011 for a unit out of reach, HS7018 where
    the form does not take the period, HS2001."""
    with acting_transaction(actor.account_id, PURPOSE):
        scope = decide(actor, "statistics.read", PURPOSE)
        form, unit, period = find_address(Address(form_key, unit_uid, iso), "statistics.read")
        now, before = _figures(form, unit, period), _figures(form, unit, period.previous())
        with connection.cursor() as cursor:
            hints = (*hints_of(form, _numbers(now)), *rule_hints(cursor, form, unit.id, period))
        reading = last_reading(form, unit, period.id)
        reasons = reasons_given(form, unit, period.id) if reading else {}
        notes = notes_of(form, unit, period.id)
        record_event(
            AuditEvent(actor, scope.role.key, PURPOSE, "read", object=f"statistics/{form.key}/{iso}", found=len(now))
        )
    lines = _with_proposals(_lines(form, now, before), reading, reasons)
    lines = [replace(one, note=notes[key]) if (key := (one.row.key, one.options)) in notes else one for one in lines]
    return Sheet(form, unit, period, tuple(lines), hints, reading)


def save_cell(
    actor: Actor,
    sheet_key: tuple[str, str, str],
    row: str,
    options: tuple[str, ...],
    value: str,
    reason: str = "",
    typed: Typed | None = None,
) -> ImportReport:
    """Write one figure of a form, or take it back where `value` is empty. What is wrong with it is in the report; where it
    is told in `typed` what its writer saw, a cell that holds something else is left as it is (`report.standing`).

    Raises HosoError: HS7003, those of `open_sheet`, and HS5341 where the figure is another than the record proposed and no
    reason is given.
    """
    address, value = Address(*sheet_key), value.strip()
    given = cell_given(address, row, options, value)
    why = reason.strip() or _reason_of_record(actor, address, (row, options), value)
    options_used = replace(BY_CODE, reason=why, typed=typed)
    return import_values(actor, iter([given]), options_used, "cell")


def cell_given(address: Address, row: str, options: tuple[str, ...], value: str, index: int = 0) -> Given:
    """One cell as the import takes it. Raises HosoError HS7003 for a row that the form has not."""
    form = forms().get(address.form)
    found = next((one for one in form.rows if one.key == row), None) if form else None
    if found is None or len(options) != len(found.dimensions):
        raise HosoError("HS7003", thing="row", name=row[:60])
    split = {
        dimension.key: f"{dimension.key}.{option}" for dimension, option in zip(found.dimensions, options, strict=True)
    }
    return Given(
        index, Group(0, BY_CODE, data_set=address.form), row, address.period, address.unit, split_options=split or None,
        value=value or None, deleted=not value,
    )  # fmt: skip


def _reason_of_record(actor: Actor, address: Address, key: Key, value: str) -> str:
    """What taking the figure that the record proposed is noted as; '' where it proposed none, or the cell is emptied."""
    with acting_transaction(actor.account_id, PURPOSE):
        decide(actor, "statistics.write", PURPOSE)
        form, unit, period = find_address(address, "statistics.write")
        reading = last_reading(form, unit, period.id)
    proposal = reading.proposals.get(key) if reading else None
    if reading is None or proposal is None or not value:
        return ""
    try:
        same = Decimal(value) == proposal.number
    except InvalidOperation:
        return ""  # no figure at all: the import says so
    if not same:
        raise HosoError("HS5341", value=value[:20], proposed=f"{proposal.number:f}")
    return f"{TAKEN}{reading.id}"


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


def _with_proposals(lines: list[Line], reading: Reading | None, reasons: Mapping[Key, str]) -> list[Line]:
    if reading is None:
        return lines
    found = []
    for line in lines:
        key = (line.row.key, line.options)
        proposal = reading.proposals.get(key)
        found.append(replace(line, proposed=f"{proposal.number:f}", reason=reasons.get(key, "")) if proposal else line)
    return found


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
