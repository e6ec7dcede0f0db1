"""What is found in the figures of units: rules that they break, figures unlike those before, reports with blank cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

from hoso.core.periods.periods import Period
from hoso.engines.statistics.forms import Form, Option, Row, forms, forms_for
from hoso.engines.statistics.hints import Key, hints_of
from hoso.engines.statistics.quality.checking import broken_rules, periods_of
from hoso.engines.statistics.quality.figures import figures_of
from hoso.engines.statistics.quality.outliers import Score, is_outlier, outlier_settings
from hoso.engines.statistics.quality.rules import rules
from hoso.engines.statistics.quality.words import said
from hoso.engines.statistics.units import Unit, units_by_id

IMPORTANCE = ("high", "medium", "low")
OF_FORMS = "medium"  # of what forms declare themselves


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """What does not fit in a unit's figures, and the title of the rule, in Vietnamese and English. `cells`: the rows it speaks
    of, each on the form where the unit reports it."""

    unit: Unit
    period: Period
    importance: str
    title: tuple[str, str]
    told: tuple[str, str]
    cells: tuple[tuple[Form, Row], ...]


@dataclass(frozen=True, slots=True)
class OutlierFinding:
    """A figure unlike those of the same unit, row and options in the periods before."""

    unit: Unit
    period: Period
    form: Form
    row: Row
    options: tuple[Option, ...]
    value: Decimal
    score: Score


@dataclass(frozen=True, slots=True)
class BlankFinding:
    """A report that is said to be complete and has only `filled` of its `cells`."""

    unit: Unit
    period: Period
    form: Form
    filled: int
    cells: int


def find_broken(cursor: Any, period: Period, under: Sequence[int]) -> tuple[int, list[RuleFinding]]:
    """How many units have figures of the period, and what does not fit in them, the important first: rules between rows and
    forms, and what each form declares of its own rows."""
    asked = [rule for rule in rules() if period.type in rule.periods]
    taken = [form for form in forms().values() if form.takes(period)]
    here = figures_of(cursor, {row.key for form in taken for row in form.rows}, [period.id], under=under)
    around = figures_of(cursor, {row for rule in asked for row in rule.rows}, periods_of(asked, period), under=under)
    units = units_by_id(cursor, {unit for unit, _ in here})
    found = []
    for unit in units.values():
        reported = forms_for(period, unit.tier)
        where = {row.key: (form, row) for form in reversed(reported) for row in form.rows}
        for one in broken_rules(asked, around, unit.id, period):
            cells = tuple(where[key] for key in one.rule.rows if key in where)
            title = (one.rule.title_vi, one.rule.title_en)
            found.append(RuleFinding(unit, period, one.rule.importance, title, said(one), cells))
        for form in reported:
            for hint in hints_of(form, here[unit.id, period.id]):
                cells = tuple(where[key] for key in hint.rows)
                title = (f"Trong {form.code}", f"Within {form.code}")
                found.append(RuleFinding(unit, period, OF_FORMS, title, (hint.vi, hint.en), cells))
    found.sort(key=lambda one: (IMPORTANCE.index(one.importance), one.unit.name, one.unit.id))
    return len(units), found


def find_outliers(
    cursor: Any, form: Form, period: Period, under: Sequence[int], method: str, units: Sequence[int] | None = None
) -> list[OutlierFinding]:
    """By one of the METHODS of outliers, the furthest off first. `units`: these alone instead of what lies under."""
    cells = cells_of(form)
    isos, earlier = [period.id], period
    for _ in range(outlier_settings().periods_before):
        earlier = earlier.previous()
        isos.append(earlier.id)
    stored = figures_of(cursor, {row for row, _ in cells}, isos, units, under)
    known = units_by_id(cursor, {unit for unit, iso in stored if iso == period.id})
    found = []
    for number, unit in known.items():
        before = [stored[number, iso] for iso in isos[1:] if (number, iso) in stored]
        for key in stored[number, period.id].keys() & cells.keys():
            value = stored[number, period.id][key]
            score = is_outlier(method, value, [one[key] for one in before if key in one])
            if score is not None:
                found.append(OutlierFinding(unit, period, form, *cells[key], value, score))
    found.sort(key=lambda one: (-one.score.score, one.unit.name, one.row.key))
    return found


def find_blank(cursor: Any, period: Period, under: Sequence[int]) -> list[BlankFinding]:
    """Reports of shipped forms that came with blank cells, the emptiest first. A blank cell may be right: it is not zero."""
    cursor.execute(
        """
        SELECT c.unit_id, d.form, (
            SELECT count(*) FROM statistics_value v JOIN statistics_data_set_element m
              ON m.element_id = v.element_id AND m.data_set_id = c.data_set_id
            WHERE v.unit_id = c.unit_id AND v.period_id = c.period_id AND NOT v.deleted)
        FROM statistics_completion c JOIN statistics_period p ON p.id = c.period_id AND p.iso = %(iso)s
        JOIN statistics_data_set d ON d.id = c.data_set_id AND d.form IS NOT NULL
        WHERE c.completed AND (%(under)s::bigint[] = '{}' OR c.unit_id = ANY (%(under)s::bigint[])
          OR c.place_id = ANY ((SELECT places_within(%(under)s::bigint[]))::bigint[]))
        """,
        {"iso": period.id, "under": list(under)},
    )
    came = [(unit, forms()[key], filled) for unit, key, filled in cursor.fetchall() if key in forms()]
    units = units_by_id(cursor, {unit for unit, _, _ in came})
    found = [
        BlankFinding(units[unit], period, form, filled, cells)
        for unit, form, filled in came
        if unit in units and filled < (cells := len(cells_of(form)))
    ]
    found.sort(key=lambda one: (one.filled / one.cells, one.unit.name, one.form.key))
    return found


def cells_of(form: Form) -> dict[Key, tuple[Row, tuple[Option, ...]]]:
    """Every figure the form asks for, with its row and options."""
    return {
        (row.key, tuple(option.key for option in options)): (row, options)
        for row in form.rows
        for options in product(*(dimension.options for dimension in row.dimensions))
    }
