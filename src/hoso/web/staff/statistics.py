"""Statistical forms for who reports: which are due, and one to be filled in. Its cells: statistics_cell.py."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render

from hoso.core.errors import HosoError
from hoso.core.periods.kinds import PeriodType
from hoso.core.periods.periods import Period, period_of
from hoso.engines.statistics.entry import Sheet, open_sheet, own_units
from hoso.engines.statistics.forms import Form, forms
from hoso.engines.statistics.from_record.persons import may_see_persons
from hoso.engines.statistics.from_record.record_counts import cells_filled
from hoso.engines.statistics.reports_by_address import Address
from hoso.engines.statistics.uids import uid_of
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.staff import statistics_offline as offline
from hoso.web.staff.period_titles import period_title


def due(request: ActingRequest) -> HttpResponse:
    """The forms that the actor's units report, each with its latest whole period and the last day on time."""
    today = date.today()
    units = []
    for unit in own_units(request.actor):
        rows = []
        for form in forms().values():
            period = _latest(form.periods[0], today)
            if form.rows and unit.tier in form.tiers and form.takes(period):
                day = _due(form, period, unit.tier)
                rows.append((form, period, period_title(period), day, day is not None and day < today))
        units.append((unit, rows))
    context = {
        **offline.context(request, keeps=True),
        "units": units,
        "may_define": may(request.actor, "statistics.define", "statistics"),
    }
    return offline.kept(request, render(request, "statistics/due.html", context))


def sheet(request: ActingRequest, form: str, unit: str, period: str) -> HttpResponse:
    """A form to be filled in, with the period before beside it."""
    read_at = offline.now()  # before the figures are read: what is saved from here on is newer than this page
    found = open_sheet(request.actor, form, unit, period)
    writes = request.actor.role_for("statistics.write", "statistics") is not None
    context = {
        **offline.context(request, keeps=writes),
        "sheet": found,
        "read_at": read_at,
        "checks": offline.checks(found.form),
        "title": period_title(found.period),
        "before": _neighbour(found.period.previous()),
        "after": _neighbour(found.period.next()) if found.period.next().start <= date.today() else None,
        "writes": writes,
        "address": Address(form, unit, found.period.id),
        "report": (uid_of(f"form:{form}"), unit, found.period.id),
        "fills": _fills(found),
        "sees_persons": may_see_persons(request.actor),
    }
    answer = render(request, "statistics/sheet.html", context)
    return offline.kept(request, answer) if writes else answer


def _fills(sheet: Sheet) -> dict[str, bool]:
    """What the record fills the form from; empty where it fills none of it."""
    cells = cells_filled(sheet.form, sheet.period)
    return dict.fromkeys(("doses" if cell.of_doses else "visits" for cell in cells), True)


def _neighbour(period: Period) -> tuple[str, tuple[str, str]]:
    """The id and the title of a period to go to."""
    return period.id, period_title(period)


def _latest(kind: PeriodType, today: date) -> Period:
    """The latest period that is over."""
    if kind is PeriodType.NINE_MONTH:
        here = period_of(kind, today.replace(month=min(today.month, 9), day=1))
        return here if here.end < today else here.previous()
    return period_of(kind, today).previous()


def _due(form: Form, period: Period, tier: str) -> date | None:
    try:
        return form.due(period, tier)
    except HosoError:
        return None  # the holidays of that year are not known
