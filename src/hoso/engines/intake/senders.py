"""Who sends, who is silent, how late and how clean: one row for each facility. Runs inside `access.reading.read`."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

from django.db import connection
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.periods.calendar import add_working_days, working_days_between

LOOKED_AT = timedelta(days=90)
WEEKS = 12
LONGEST_LAG = timedelta(days=365)  # beyond it a day of leaving is a slip, and no calendar is asked for it


@dataclass(frozen=True)
class Rhythm:
    """How often a facility is expected to send; after so many working days without a package it is silent."""

    key: str
    title_vi: str
    title_en: str
    silent_after: int


@dataclass
class Sender:
    """One facility over the last 90 days. `silent_days` are working days since the last package."""

    facility_id: int
    code: str
    name: str
    rhythm: Rhythm
    last_package: datetime | None = None
    silent_days: int = 0
    visits: int = 0
    findings: int = 0
    quarantined: int = 0
    late: int = 0
    dated: int = 0  # visits whose day of leaving is known
    correction_hours: float | None = None  # median from quarantine to the corrected sending
    weeks: list[float | None] = field(default_factory=list)  # findings per hundred visits, oldest week first

    @property
    def is_silent(self) -> bool:
        return self.silent_days > self.rhythm.silent_after

    @property
    def findings_per_hundred(self) -> float:
        return 100 * self.findings / self.visits if self.visits else 0.0

    @property
    def late_share(self) -> float:
        return 100 * self.late / self.dated if self.dated else 0.0


def senders(scope: Scope, today: date | None = None) -> list[Sender]:
    """Every facility that ever sent and is in scope, the longest silent first."""
    today = today or timezone.localdate()
    since = today - LOOKED_AT
    found = _facilities(scope, today)
    _count_visits(scope, found, since)
    _count_late(scope, found, since)
    _time_corrections(scope, found, since)
    _draw_weeks(scope, found, today)
    return sorted(found.values(), key=lambda one: (-one.silent_days, one.code))


@cache
def _rhythms() -> tuple[dict[str, Rhythm], dict[str, str], str, int]:
    given = read_definition(definitions_folder() / "exchange" / "sending_rhythm.yaml")
    rhythms = {one["key"]: Rhythm(**one) for one in given["rhythms"]}
    return rhythms, {one["code"]: one["rhythm"] for one in given["facilities"]}, given["default"], given["late_after"]


def rhythm_of(code: str) -> Rhythm:
    """The rhythm expected of a facility."""
    rhythms, by_code, default, _ = _rhythms()
    return rhythms[by_code.get(code, default)]


def _facilities(scope: Scope, today: date) -> dict[int, Sender]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT f.id, f.code, f.name, max(p.received_at) FROM intake_package p JOIN places_facility f ON f.id = p.facility_id
            WHERE {scope.facilities("p")} GROUP BY f.id, f.code, f.name
            """
        )
        found = {row[0]: Sender(row[0], row[1], row[2], rhythm_of(row[1]), row[3]) for row in cursor.fetchall()}
    for one in found.values():
        if one.last_package:
            one.silent_days = max(working_days_between(timezone.localdate(one.last_package), today), 0)
    return found


def _count_visits(scope: Scope, found: dict[int, Sender], since: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT v.facility_id, count(*), sum(v.findings), count(*) FILTER (WHERE v.state = 'quarantined')
            FROM intake_visit v WHERE v.filed_at >= %s AND {scope.facilities("v")} GROUP BY v.facility_id
            """,
            [since],
        )
        for facility_id, visits, findings, quarantined in cursor.fetchall():
            if one := found.get(facility_id):
                one.visits, one.findings, one.quarantined = visits, int(findings), quarantined


def _count_late(scope: Scope, found: dict[int, Sender], since: date) -> None:
    """First arrivals after the last day of the working days that TT 48/2017 gives from leaving; a Saturday is after its Friday."""
    late_after = _rhythms()[3]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT facility_id, left_on, came_on, count(*) FROM (
                SELECT v.facility_id, v.discharged_at::date AS left_on, min(p.received_at)::date AS came_on
                FROM intake_visit v JOIN intake_package p ON p.id = v.package_id
                WHERE v.filed_at >= %s AND v.discharged_at IS NOT NULL AND {scope.facilities("v")}
                GROUP BY v.facility_id, v.ma_lk, v.discharged_at::date) first_arrivals
            GROUP BY facility_id, left_on, came_on
            """,
            [since],
        )
        for facility_id, left_on, came_on, count in cursor.fetchall():
            one = found.get(facility_id)
            if one is None or not timedelta(0) <= came_on - left_on:
                continue
            one.dated += count
            too_long = came_on - left_on > LONGEST_LAG
            if too_long or came_on > add_working_days(left_on, late_after):
                one.late += count


def _time_corrections(scope: Scope, found: dict[int, Sender], since: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT facility_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM put_right - held) / 3600)
            FROM (SELECT v.facility_id, v.filed_at AS held,
                         (SELECT min(l.filed_at) FROM intake_visit l WHERE l.facility_id = v.facility_id AND l.ma_lk = v.ma_lk
                            AND l.package_id > v.package_id AND l.state IN ('filed', 'corrected')) AS put_right
                  FROM intake_visit v WHERE v.state = 'quarantined' AND v.filed_at >= %s AND {scope.facilities("v")}) held
            WHERE put_right IS NOT NULL GROUP BY facility_id
            """,
            [since],
        )
        for facility_id, hours in cursor.fetchall():
            if one := found.get(facility_id):
                one.correction_hours = float(hours)


def _draw_weeks(scope: Scope, found: dict[int, Sender], today: date) -> None:
    start = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    sums: dict[tuple[int, int], tuple[int, int]] = defaultdict(lambda: (0, 0))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT v.facility_id, v.filed_at::date, count(*), sum(v.findings) FROM intake_visit v
            WHERE v.filed_at >= %s AND {scope.facilities("v")} GROUP BY 1, 2
            """,
            [start],
        )
        for facility_id, day, visits, findings in cursor.fetchall():
            week = (day - start).days // 7
            before = sums[facility_id, week]
            sums[facility_id, week] = before[0] + visits, before[1] + int(findings)
    for one in found.values():
        weeks = [sums[one.facility_id, week] for week in range(WEEKS)]
        one.weeks = [100 * findings / visits if visits else None for visits, findings in weeks]
