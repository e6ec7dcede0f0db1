"""Where reports stand, and what waits for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.statistics.approval.reports import ReportKey, Step, find_report, state_of, steps_of
from hoso.engines.statistics.approval.steps import Name
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.units import UnitReach, reach_for

PURPOSE = "statistics"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one report stands for one actor; `may_…` is what the tier allows, four eyes aside."""

    name: Name
    key: ReportKey
    state: str
    open_until: datetime | None
    steps: tuple[Step, ...]
    may_hand_in: bool
    may_approve: bool
    may_return: bool
    may_withdraw: bool
    may_reopen: bool

    @property
    def approved_by(self) -> str:
        return next((step.actor for step in reversed(self.steps) if step.kind == "approve"), "")

    @property
    def approved_at(self) -> datetime | None:
        return next((step.at for step in reversed(self.steps) if step.kind == "approve"), None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One report in a list."""

    data_set: str
    title_vi: str
    title_en: str
    unit: str
    unit_name: str
    period: str
    state: str
    changed_at: datetime


def standing_of(actor: Actor, names: Sequence[Name]) -> list[Standing]:
    """Raises HosoError: HS2001, HS7003, HS7011 for a report out of reach."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.read", PURPOSE)
        catalogue, reads = read_catalogue(), reach_for("statistics.read")
        writes, decides = reach_for("statistics.write"), reach_for("statistics.approve")
        found = []
        for name in names:
            key = find_report(catalogue, *name)
            if not reads.holds(key.place_id, key.unit.facility_id):
                raise HosoError("HS7011", object=name[2][:60])
            found.append(_standing(cursor, name, key, writes, decides))
        record_event(AuditEvent(actor, scope.role.key, PURPOSE, "read", object="statistics/approval", found=len(found)))
    return found


def _standing(cursor: Any, name: Name, key: ReportKey, writes: UnitReach, decides: UnitReach) -> Standing:
    state, until = state_of(cursor, key)
    cursor.execute("SELECT statistics_province_of(%s)", [key.place_id])
    province = cursor.fetchone()[0]
    own, of_province = key.unit.id == province, decides.everywhere or province in decides.places
    # Whom it waits for, and who gave the approval that it has.
    waits = decides.everywhere if state == "province" or own else of_province
    gave = decides.everywhere if state == "ministry" or own else of_province
    return Standing(
        name, key, state, until, tuple(steps_of(cursor, key)),
        may_hand_in=state in ("", "returned", "reopened") and writes.holds(key.place_id, key.unit.facility_id),
        may_approve=state in ("handed_in", "province") and waits,
        may_return=state in ("handed_in", "province") and waits,
        may_withdraw=state in ("province", "ministry") and gave,
        may_reopen=state in ("handed_in", "province", "ministry") and gave,
    )  # fmt: skip


def what_waits(actor: Actor, limit: int = 200) -> tuple[list[Waiting], list[Waiting]]:
    """What waits for the actor to decide, the oldest first; and what of the actor's reach was returned or opened again."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.read", PURPOSE)
        decides, writes = reach_for("statistics.approve"), reach_for("statistics.write")
        cursor.execute(
            _LIST.format(
                "CASE WHEN r.state = 'province' OR r.unit_id = r.province_id THEN %(everywhere)s"
                " WHEN r.state = 'handed_in' THEN %(everywhere)s OR r.province_id = ANY (%(places)s::bigint[]) ELSE false END"
                " AND r.state IN ('handed_in', 'province')"
            ),
            {"everywhere": decides.everywhere, "places": list(decides.places), "limit": limit},
        )
        waiting = [Waiting(*row) for row in cursor.fetchall()]
        cursor.execute(
            _LIST.format(
                "r.state IN ('returned', 'reopened') AND (%(everywhere)s OR r.place_id = ANY (%(places)s::bigint[])"
                " OR r.facility_id = ANY (%(facilities)s::bigint[]))"
            ),
            {"everywhere": writes.everywhere, "places": list(writes.places), "facilities": list(writes.facilities),
             "limit": limit},
        )  # fmt: skip
        back = [Waiting(*row) for row in cursor.fetchall()]
        record_event(
            AuditEvent(
                actor, scope.role.key, PURPOSE, "read", object="statistics/approval", found=len(waiting) + len(back)
            )
        )
    return waiting, back


_LIST = """
    SELECT d.uid, d.name, d.name_en, u.uid, u.name, p.iso, r.state, r.changed_at
    FROM statistics_report r JOIN statistics_data_set d ON d.id = r.data_set_id
    JOIN statistics_period p ON p.id = r.period_id JOIN statistics_unit u ON u.id = r.unit_id
    WHERE {} ORDER BY r.changed_at LIMIT %(limit)s
"""
