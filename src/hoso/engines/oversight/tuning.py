"""Severities proposed out of the outcomes of closed cases, never applied by themselves: one officer proposes with the counts behind it,
another accepts or refuses (migrations/sql/0014_tuning.sql). When one is due is data (definitions/oversight/tuning.yaml)."""

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import orjson
from django.db import connection
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.errors import HosoError
from hoso.engines.oversight.cases import PURPOSE
from hoso.engines.oversight.handling import at_the_desk
from hoso.engines.oversight.in_force import sensors_in_force
from hoso.engines.oversight.rules import tell_of_rules
from hoso.engines.oversight.scoring import risk_of, scoring
from hoso.engines.oversight.sensing import sensors


@dataclass(frozen=True)
class Rule:
    """See tuning.yaml."""

    cases_at_least: int
    false_alarms_at_least: float
    factor: float
    least: float
    looked_back: timedelta


@dataclass(frozen=True)
class Counts:
    """What is behind a proposal: cases with the sensor closed in the last days, by outcome; and what the other severity would have
    changed: how many of the false alarms and of the confirmed would have stayed below the risk of a case, and how many
    accounts that stand at it now would fall below."""

    days: int
    closed: int
    false_alarm: int
    confirmed: int
    false_alarm_gone: int
    confirmed_gone: int
    accounts_gone: int


@dataclass(frozen=True)
class Due:
    """A severity that the outcomes propose and nobody has put forward yet."""

    sensor: str
    before: float
    severity: float
    counts: Counts


@dataclass(frozen=True)
class Proposal:
    """One put forward; `accepted` is None while it waits."""

    id: int
    sensor: str
    before: float
    severity: float
    counts: Counts
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    accepted: bool | None


@cache
def rule() -> Rule:
    folder = definitions_folder() / "oversight"
    told = read_definition(folder / "tuning.yaml", folder / "schema" / "tuning.json")
    days = timedelta(days=told["looked_back_days"])
    return Rule(told["cases_at_least"], told["false_alarms_at_least"], told["factor"], told["least"], days)


def due(scope: Scope) -> list[Due]:
    """What the outcomes propose now; a sensor of which a proposal waits is left out, and of one that was decided only what was closed
    since counts. Inside `core.access.reading.read`, for the desk; cases about the asker are not counted."""
    asked = rule()
    closed = _closed(timezone.now() - asked.looked_back)
    found = []
    for sensor in sensors_in_force():
        cases = [case for case in closed if sensor.key in case.counted]
        false = [case for case in cases if case.outcome == "false_alarm"]
        severity = round(max(asked.least, sensor.severity * asked.factor), 3)
        enough = len(cases) >= asked.cases_at_least and len(false) >= asked.false_alarms_at_least * len(cases)
        if enough and severity < sensor.severity:
            confirmed = [case for case in cases if case.outcome == "confirmed"]
            share = severity / sensor.severity
            counts = Counts(
                asked.looked_back.days, len(cases), len(false), len(confirmed), _gone(false, sensor.key, share),
                _gone(confirmed, sensor.key, share), _gone(_pending(), sensor.key, share),
            )  # fmt: skip
            found.append(Due(sensor.key, sensor.severity, severity, counts))
    return found


def proposals(scope: Scope) -> list[Proposal]:
    """Every one, those that wait first, then the newest."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.id, t.sensor, t.before::float8, t.severity::float8, t.counts, t.proposed_by, coalesce(p.username, ''), t.proposed_at,"
            " coalesce(d.username, ''), t.decided_at, t.accepted FROM oversight_tuning t"
            " LEFT JOIN accounts_account p ON p.id = t.proposed_by LEFT JOIN accounts_account d ON d.id = t.decided_by"
            " ORDER BY t.decided_at IS NOT NULL, t.id DESC"
        )
        return [_proposal(row) for row in cursor.fetchall()]


def _proposal(row: tuple[Any, ...]) -> Proposal:
    number, sensor, before, severity, counts, *people = row
    return Proposal(number, sensor, before, severity, Counts(**orjson.loads(counts)), *people)


def propose(actor: Actor, sensor: str) -> int:
    """Put forward what the outcomes propose for a sensor. Raises HosoError HS9060 where they propose nothing (any more)."""
    defined = {one.key: one.severity for one in sensors()}
    with at_the_desk(actor, f"tuning/{sensor[:10]}") as scope, connection.cursor() as cursor:
        found = next((one for one in due(scope) if one.sensor == sensor), None)
        if found is None:
            raise HosoError("HS9060")
        cursor.execute(
            "INSERT INTO oversight_tuning (sensor, defined, before, severity, counts, proposed_by)"
            " VALUES (%s, %s, %s, %s, %s::jsonb, %s) RETURNING id",
            [sensor, defined[sensor], found.before, found.severity, orjson.dumps(asdict(found.counts)).decode(), actor.account_id],
        )  # fmt: skip
        number = int(cursor.fetchone()[0])
        tell_of_rules(actor, scope, PURPOSE, f"proposed/{sensor}", f"tuning:{number}:proposed", "/oversight/tuning/")
    return number


def decide_on(actor: Actor, number: int, accepted: bool) -> None:
    """Accept or refuse what somebody else proposed; what is accepted is in force from the next look, and every officer is told.
    Raises HosoError HS8022 for one's own, HS9060 where it is decided or not there."""
    with at_the_desk(actor, f"tuning/{number}") as scope, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE oversight_tuning SET decided_by = %s, decided_at = now(), accepted = %s WHERE id = %s"
            " RETURNING sensor, before::float8, severity::float8",
            [actor.account_id, accepted, number],
        )
        row = cursor.fetchone()
        if row is None:
            raise HosoError("HS9060")
        sensor, before, severity = row
        what = f"severity of {sensor}: {before:g} → {severity:g}" if accepted else f"refused/{sensor}"
        tell_of_rules(actor, scope, PURPOSE, what, f"tuning:{number}:decided", "/oversight/tuning/")


@dataclass(frozen=True)
class _Case:
    """`hits`: sensor, day, points; `counted`: its sensors that nobody has decided on since it was closed."""

    outcome: str
    day: date
    hits: list[tuple[str, date, float]]
    counted: frozenset[str]


def _closed(since: datetime) -> list[_Case]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.case_id, p.outcome, timezone('Asia/Ho_Chi_Minh', c.opened_at)::date, v.sensor,
                   timezone('Asia/Ho_Chi_Minh', v.at)::date, v.points::float8,
                   NOT EXISTS (SELECT FROM oversight_tuning t WHERE t.sensor = v.sensor
                               AND (t.decided_at IS NULL OR t.decided_at >= p.decided_at))
            FROM oversight_proposal p JOIN oversight_case c ON c.id = p.case_id JOIN oversight_evidence v ON v.case_id = c.id
            WHERE p.kind = 'close' AND p.agreed AND p.decided_at >= %s
            """,
            [since],
        )
        rows = cursor.fetchall()
    return _cases(rows)


def _pending() -> list[_Case]:
    """The accounts whose hits stand in no case yet, as if each were a case today."""
    today = timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, '', %s::date, sensor, timezone('Asia/Ho_Chi_Minh', at)::date, points::float8, true FROM oversight_hit",
            [today],
        )
        return _cases(cursor.fetchall())


def _cases(rows: list[tuple[Any, ...]]) -> list[_Case]:
    grouped: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        grouped[row[0]].append(row)
    return [
        _Case(
            found[0][1], found[0][2], [(row[3], row[4], row[5]) for row in found],
            frozenset(row[3] for row in found if row[6]),
        )
        for found in grouped.values()
    ]  # fmt: skip


def _gone(cases: list[_Case], sensor: str, share: float) -> int:
    """How many of the cases reach the least risk now, and would not with this sensor's points at that share."""
    least, gone = scoring().least_risk, 0
    for case in cases:
        other = [(key, day, points * share if key == sensor else points) for key, day, points in case.hits]
        gone += risk_of(case.hits, case.day) >= least > risk_of(other, case.day)
    return gone
