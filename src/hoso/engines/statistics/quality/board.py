"""The board of quality: what is found in the reports of the periods that ended in a month."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.periods.kinds import PeriodType
from hoso.core.periods.periods import Period, period_of
from hoso.engines.statistics.deadlines.due_periods import periods_ending
from hoso.engines.statistics.forms import Form, forms
from hoso.engines.statistics.quality.findings import (
    BlankFinding,
    OutlierFinding,
    RuleFinding,
    find_blank,
    find_broken,
    find_outliers,
)
from hoso.engines.statistics.quality.outliers import METHODS
from hoso.engines.statistics.units import find_units, provinces_today, reach_for

PURPOSE = "statistics"
MOST = 200


@dataclass(frozen=True, slots=True)
class QualityFilter:
    """`month`: any day of it; `under`: id of a unit; `form`: key of the form whose outliers are asked for."""

    month: date
    under: str = ""
    form: str = ""
    method: str = "modified_z_score"


@dataclass(frozen=True, slots=True)
class QualityBoard:
    """`under`: the province it is about, one is taken where a reader of all names none; lists end after MOST, `found` counts
    all of each."""

    period: Period
    under: str
    everywhere: bool
    checked: int  # units with figures that rules speak of
    broken: tuple[RuleFinding, ...]
    outliers: tuple[OutlierFinding, ...]
    blank: tuple[BlankFinding, ...]
    found: tuple[int, int, int]


def read_quality(actor: Actor, wanted: QualityFilter) -> QualityBoard:
    """Only units in reach. Raises HosoError: HS2001; HS7003 for a unit or form that is not there; HS9004 for no method."""
    form = forms().get(wanted.form)
    if wanted.form and (form is None or not form.rows):
        raise HosoError("HS7003", thing="form", name=wanted.form[:60])
    if wanted.method not in METHODS:
        raise HosoError("HS9004", name="method", value=wanted.method[:40])
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.read", PURPOSE)
        everywhere = reach_for("statistics.read").everywhere
        uid = wanted.under or (provinces_today()[0][0] if everywhere else "")
        under = _under(uid)
        checked, broken, blank = 0, [], []
        for period in _ended(wanted.month):
            units, more = find_broken(cursor, period, under)
            checked = max(checked, units)
            broken += more
            blank += find_blank(cursor, period, under)
        outliers = [
            one
            for period in _ended(wanted.month)
            if form is not None and form.takes(period)
            for one in find_outliers(cursor, form, period, under, wanted.method)
        ]
        found = (len(broken), len(outliers), len(blank))
        record_event(AuditEvent(actor, scope.role.key, PURPOSE, "read", object="statistics/quality", found=sum(found)))
    return QualityBoard(
        period_of(PeriodType.MONTH, wanted.month), uid, everywhere, checked, tuple(broken[:MOST]), tuple(outliers[:MOST]),
        tuple(blank[:MOST]), found,
    )  # fmt: skip


def forms_of_month(month: date) -> list[Form]:
    """The forms that take figures of a period that ended in the month."""
    ended = list(_ended(month))
    return [form for form in forms().values() if form.rows and any(form.takes(period) for period in ended)]


def _ended(month: date) -> Iterator[Period]:
    """The periods, of every kind that a form takes, whose last day lies in the month."""
    first = month.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    for kind in dict.fromkeys(kind for form in forms().values() if form.rows for kind in form.periods):
        yield from periods_ending(kind, first, last)


def _under(uid: str) -> list[int]:
    if not uid:
        return []
    found = [unit.id for unit in find_units("uid", [uid]).get(uid, [])]
    if not found:
        raise HosoError("HS7003", thing="orgUnit", name=uid[:60])
    return found
