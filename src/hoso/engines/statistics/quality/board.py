"""The board of quality: every unit of a month whose figures break a rule, and figures unlike those before them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.periods.kinds import PeriodType
from hoso.core.periods.periods import Period, period_of
from hoso.engines.statistics.forms import Form, Option, Row, forms, forms_for
from hoso.engines.statistics.hints import Key
from hoso.engines.statistics.quality.checking import broken_rules, periods_of
from hoso.engines.statistics.quality.figures import figures_of
from hoso.engines.statistics.quality.judging import Broken
from hoso.engines.statistics.quality.outliers import Score, is_outlier, outlier_settings
from hoso.engines.statistics.quality.rules import rules
from hoso.engines.statistics.units import Unit, find_units, provinces_today, reach_for, units_by_id

PURPOSE = "statistics"
METHODS = {
    "modified_z_score": ("điểm z sửa đổi (trung vị)", "modified z-score (median)"),
    "z_score": ("điểm z (trung bình)", "z-score (mean)"),
    "min_max": ("ngoài nhỏ nhất – lớn nhất", "outside of smallest and largest"),
}
MOST = 200
IMPORTANCE = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class QualityFilter:
    """`month`: any day of it; `under`: id of a unit; `form`: key of the form whose outliers are asked for."""

    month: date
    under: str = ""
    form: str = ""
    method: str = "modified_z_score"


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """A rule that a unit's figures break; `form`: where to look first, None where the unit has no such form."""

    unit: Unit
    form: Form | None
    broken: Broken


@dataclass(frozen=True, slots=True)
class OutlierFinding:
    unit: Unit
    row: Row
    options: tuple[Option, ...]
    value: Decimal
    score: Score


@dataclass(frozen=True, slots=True)
class QualityBoard:
    """`under`: the province it is about, as one is taken where a reader of all names none; lists end after MOST."""

    period: Period
    under: str
    everywhere: bool
    checked: int  # units with figures that rules speak of
    broken: tuple[RuleFinding, ...]
    outliers: tuple[OutlierFinding, ...]


def read_quality(actor: Actor, wanted: QualityFilter) -> QualityBoard:
    """Only units in reach. Raises HosoError: HS2001; HS7003 for a unit or form that is not there; HS9004 for no method."""
    form = forms().get(wanted.form)
    if wanted.form and (form is None or not form.rows):
        raise HosoError("HS7003", thing="form", name=wanted.form[:60])
    if wanted.method not in METHODS:
        raise HosoError("HS9004", name="method", value=wanted.method[:40])
    period = period_of(PeriodType.MONTH, wanted.month)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.read", PURPOSE)
        everywhere = reach_for("statistics.read").everywhere
        uid = wanted.under or (provinces_today()[0][0] if everywhere else "")
        under = _under(uid)
        checked, broken = _broken(cursor, period, under)
        outliers = _outliers(cursor, form, period, under, wanted.method) if form else ()
        record_event(
            AuditEvent(actor, scope.role.key, PURPOSE, "read", object="statistics/quality",
                       found=len(broken) + len(outliers))
        )  # fmt: skip
    return QualityBoard(period, uid, everywhere, checked, broken, outliers)


def _under(uid: str) -> list[int]:
    if not uid:
        return []
    found = [unit.id for unit in find_units("uid", [uid]).get(uid, [])]
    if not found:
        raise HosoError("HS7003", thing="orgUnit", name=uid[:60])
    return found


def _broken(cursor: Any, period: Period, under: Sequence[int]) -> tuple[int, tuple[RuleFinding, ...]]:
    asked = [rule for rule in rules() if period.type in rule.periods]
    stored = figures_of(cursor, {row for rule in asked for row in rule.rows}, periods_of(asked, period), under=under)
    units = units_by_id(cursor, {unit for unit, iso in stored if iso == period.id})
    found = [
        RuleFinding(unit, _form_of(one.rule.rows, period, unit.tier), one)
        for unit in units.values()
        for one in broken_rules(asked, stored, unit.id, period)
    ]
    found.sort(key=lambda one: (IMPORTANCE.index(one.broken.rule.importance), one.unit.name, one.unit.id))
    return len(units), tuple(found[:MOST])


def _form_of(rows: Sequence[str], period: Period, tier: str) -> Form | None:
    """The form of the first row that the tier reports."""
    taken = forms_for(period, tier)
    return next((form for key in rows for form in taken if key in {row.key for row in form.rows}), None)


def _outliers(cursor: Any, form: Form, period: Period, under: Sequence[int], method: str) -> tuple[OutlierFinding, ...]:
    rows = {row.key: row for row in form.rows}
    isos = [period.id]
    for _ in range(outlier_settings().periods_before):
        period = period.previous()
        isos.append(period.id)
    stored = figures_of(cursor, rows, isos, under=under)
    units = units_by_id(cursor, {unit for unit, iso in stored if iso == isos[0]})
    found = []
    for number, unit in units.items():
        before = [stored[number, iso] for iso in isos[1:] if (number, iso) in stored]
        for key, value in stored[number, isos[0]].items():
            score = is_outlier(method, value, [one[key] for one in before if key in one])
            if score is not None:
                found.append(OutlierFinding(unit, rows[key[0]], _options(rows[key[0]], key), value, score))
    found.sort(key=lambda one: (-one.score.score, one.unit.name))
    return tuple(found[:MOST])


def _options(row: Row, key: Key) -> tuple[Option, ...]:
    by_key: list[Mapping[str, Option]] = [{one.key: one for one in dimension.options} for dimension in row.dimensions]
    return tuple(options[name] for options, name in zip(by_key, key[1], strict=True))
