"""Telling whoever enters a unit's figures that a report is due or has not come: a notice, and a mail where mail is on.

One notice for each account, unit and day, however often it is asked for: by the clock on the working days that
`definitions/reports/reminders.yaml` names, or by an approver from the board.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.db import connection
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.errors import HosoError
from hoso.core.messages.mail import ask_for_mail, where
from hoso.core.messages.notices import leave_notice
from hoso.core.periods.calendar import is_working_day, working_days_between
from hoso.engines.statistics.deadlines.due_periods import asked_sets
from hoso.engines.statistics.expected_reports import due_parameters
from hoso.engines.statistics.units import Unit, find_units, reach_for, units_by_id

PURPOSE, LINK = "statistics", "/statistics/"
LOOK_BACK = timedelta(days=120)  # longer than the longest deadline and the last reminder after it
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Lacking:
    """A report that has not come, and an account that enters figures of its unit."""

    account_id: int
    unit_id: int
    data_set: int
    iso: str
    due: date


@cache
def reminder_days() -> frozenset[int]:
    """Working days after the last day on time; negative before it."""
    folder = definitions_folder() / "reports"
    return frozenset(read_definition(folder / "reminders.yaml", folder / "schema" / "reminders.json")["working_days"])


def remind_by_the_clock(actor: Actor, today: date | None = None) -> int:
    """For the house's own job. Returns how many were told; none on a day off or in a year without a calendar."""
    day = today or timezone.localdate()
    with acting_transaction(actor.account_id, "administration"), connection.cursor() as cursor:
        try:
            if not is_working_day(day):
                return 0
            told = _tell(cursor, _lacking(cursor, day, reminder_days(), None), day)
        except HosoError as error:
            if error.code != "HS1102":
                raise
            return 0
        record_event(
            AuditEvent(actor, "", "administration", "create", object="statistics/reminders", found=told)
        )  # fmt: skip
    return told


def remind_unit(actor: Actor, unit_uid: str) -> int:
    """By an approver: whoever enters figures of the unit hears of everything of it that is past its day. Returns how many
    accounts are told. Raises HosoError: HS2001, HS7003, HS7011 out of reach, HS7050 where nobody enters its figures or
    nothing of it is past its day."""
    day = timezone.localdate()
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.approve", PURPOSE)
        unit = next(iter(find_units("uid", [unit_uid]).get(unit_uid, [])), None)
        if unit is None:
            raise HosoError("HS7003", thing="orgUnit", name=unit_uid[:60])
        if not reach_for("statistics.approve").holds(unit.place_on(day), unit.facility_id):
            raise HosoError("HS7011", object=unit_uid[:60])
        told = _tell(cursor, _lacking(cursor, day, None, [unit.id]), day)
        if not told:
            raise HosoError("HS7050", object=unit.name)
        record_event(
            AuditEvent(actor, scope.role.key, PURPOSE, "create", object=f"statistics/reminders/{unit_uid}", found=told)
        )
    return told


def _lacking(cursor: Any, day: date, on: frozenset[int] | None, units: list[int] | None) -> list[Lacking]:
    """On these working days around the due day; without them everything past it."""
    asked = {(one.id, one.period.id): one for one in asked_sets(cursor, day - LOOK_BACK, day)}
    given = due_parameters((one.id, one.form, one.period) for one in asked.values())
    due = list(zip(given["due_sets"], given["due_isos"], given["due_tiers"], given["due_days"], strict=True))
    wanted = [row for row in due if (row[3] < day if on is None else working_days_between(row[3], day) in on)]
    if not wanted:
        return []
    periods = [asked[data_set, iso].period for data_set, iso, _, _ in wanted]
    sets, isos, tiers, days = (list(column) for column in zip(*wanted, strict=True))
    cursor.execute(
        "SELECT * FROM statistics_to_remind(%s, %s, %s, %s, %s, %s, %s)",
        [sets, isos, [one.start for one in periods], [one.end for one in periods], tiers, days, units],
    )
    return [Lacking(*row) for row in cursor.fetchall()]


def _tell(cursor: Any, lacking: Iterable[Lacking], day: date) -> int:
    """One notice for each account and unit; returns how many."""
    by_reader: dict[tuple[int, int], list[Lacking]] = {}
    for one in lacking:
        by_reader.setdefault((one.account_id, one.unit_id), []).append(one)
    units = units_by_id(cursor, {unit for _, unit in by_reader})
    titles = _titles(cursor, {one.data_set for reports in by_reader.values() for one in reports})
    for (account, unit), reports in by_reader.items():
        key = f"reports-due/{unit}/{day.isoformat()}"
        vi, en = _said(units[unit], reports, titles, day)
        leave_notice(account, key, vi, en, LINK)
        ask_for_mail(account, "reports_due", key, f"{vi}\n{where(LINK)}", f"{en}\n{where(LINK)}")
    return len(by_reader)


def _titles(cursor: Any, sets: set[int]) -> dict[int, tuple[str, str]]:
    cursor.execute("SELECT id, name, name_en FROM statistics_data_set WHERE id = ANY (%s)", [list(sets)])
    return {number: (name, name_en or name) for number, name, name_en in cursor.fetchall()}


def _said(unit: Unit, reports: list[Lacking], titles: dict[int, tuple[str, str]], day: date) -> tuple[str, str]:
    past = sum(one.due < day for one in reports)
    named = reports[:MOST_NAMED]
    rest = len(reports) - len(named)
    vi = "; ".join(f"{titles[one.data_set][0]} kỳ {one.iso}, hạn {one.due:%d/%m/%Y}" for one in named)
    en = "; ".join(f"{titles[one.data_set][1]} for {one.iso}, due {one.due:%d/%m/%Y}" for one in named)
    return (
        f"{unit.name}: {len(reports)} báo cáo chưa nộp, {past} đã quá hạn. {vi}{f'; và {rest} báo cáo nữa' if rest else ''}.",
        f"{unit.name}: {len(reports)} reports have not come, {past} past their day. {en}{f'; and {rest} more' if rest else ''}.",
    )
