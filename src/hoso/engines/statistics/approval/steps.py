"""Taking a step with reports: one transaction with the audit event, the change that is told, and the notices it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.db import DatabaseError, connection, transaction
from psycopg.errors import CheckViolation, InsufficientPrivilege

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.changes.outbox import announce
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.messages.notices import leave_notice
from hoso.engines.statistics.approval.reports import ReportKey, find_report
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.completion import complete_with_hand_in
from hoso.engines.statistics.printed.frozen import freeze
from hoso.engines.statistics.units import reach_for

PURPOSE, TOPIC = "statistics", "statistics.approval"
Kind = Literal["hand_in", "approve", "return", "reopen", "withdraw"]
Name = tuple[str, str, str]  # ids of data set, period, unit
REFUSALS = {"step_order": "HS7040", "four_eyes": "HS7041", "deciding_tier": "HS7042", "reason_given": "HS7043", "reopening_ends": "HS7043"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A step to be taken. `cells`: of a return the row and the options (their ids' split) each with its reason."""

    kind: Kind
    reason: str = ""
    open_until: datetime | None = None
    cells: Mapping[tuple[int, int], str] = field(default_factory=dict)  # (element, split) -> reason


def take_steps(actor: Actor, names: Sequence[Name], wanted: Wanted) -> None:
    """All of them or none. Raises HosoError: HS2001; HS7003, HS7013 for what is no report; HS7011 out of reach; HS7040 where
    the report does not stand so; HS7041 where the approver entered or handed it in; HS7042 where another tier decides;
    HS7043 where the reason or the day is missing."""
    permission = "statistics.write" if wanted.kind == "hand_in" else "statistics.approve"
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, permission, PURPOSE)
        catalogue, reach = read_catalogue(), reach_for(permission)
        for name in names:
            key = find_report(catalogue, *name)
            if not reach.holds(key.place_id, key.unit.facility_id):
                raise HosoError("HS7011", object=name[2][:60])
            step = _take(cursor, actor, key, wanted)
            if wanted.kind == "hand_in":
                complete_with_hand_in(cursor, actor, key.columns, key.place_id, key.unit.facility_id)
            if wanted.kind == "approve":
                freeze(cursor, key, step)
            _name_cells(cursor, key, wanted, step)
            announce(TOPIC, "/".join(map(str, key.columns)), {"step": step, "kind": wanted.kind})
            _tell(cursor, actor, key, wanted, step)
        record_event(
            AuditEvent(actor, scope.role.key, PURPOSE, "update", object=f"statistics/approval/{wanted.kind}",
                       reason=wanted.reason, found=len(names))
        )  # fmt: skip


def _take(cursor: Any, actor: Actor, key: ReportKey, wanted: Wanted) -> int:
    cursor.execute(
        "INSERT INTO statistics_period (iso, kind, start_day, end_day) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
        if wanted.kind == "hand_in" else "SELECT %s, %s, %s, %s",
        [key.period.id, key.period.type.value, key.period.start, key.period.end],
    )  # fmt: skip
    try:
        with transaction.atomic():
            cursor.execute(
                "INSERT INTO statistics_approval_step (data_set_id, period_id, unit_id, place_id, facility_id, kind, reason,"
                " open_until, account_id, actor) SELECT %s, id, %s, %s, %s, %s, %s, %s, %s, %s FROM statistics_period"
                " WHERE iso = %s RETURNING id",
                [key.data_set.id, key.unit.id, key.place_id, key.unit.facility_id, wanted.kind, wanted.reason,
                 wanted.open_until, actor.account_id, actor.name, key.period.id],
            )  # fmt: skip
            found = cursor.fetchone()
    except DatabaseError as error:
        cause = error.__cause__
        if isinstance(cause, CheckViolation | InsufficientPrivilege) and cause.diag.constraint_name in REFUSALS:
            raise HosoError(REFUSALS[cause.diag.constraint_name], object=_said(key)) from error
        raise
    if found is None:
        raise HosoError("HS7040", object=_said(key))
    return int(found[0])


def _said(key: ReportKey) -> str:
    return f"{key.data_set.name} · {key.unit.name} · {key.period.id}"[:200]


def _name_cells(cursor: Any, key: ReportKey, wanted: Wanted, step: int) -> None:
    for (element, split), reason in wanted.cells.items():
        if element not in key.data_set.elements:
            raise HosoError("HS7003", thing="dataElement", name=str(element))
        cursor.execute(
            "INSERT INTO statistics_returned_cell VALUES (%s, %s, %s, %s, %s, %s)",
            [step, element, split, key.place_id, key.unit.facility_id, reason],
        )


def _tell(cursor: Any, actor: Actor, key: ReportKey, wanted: Wanted, step: int) -> None:
    """What was decided is told to everybody who entered or handed in."""
    told = {
        "approve": ("đã được duyệt", "was approved"),
        "return": ("bị trả lại để sửa", "was returned for correction"),
        "reopen": ("được mở lại có hạn", "is open again for a time"),
        "withdraw": ("bị rút lại việc duyệt", "lost its approval"),
    }.get(wanted.kind)
    if told is None:
        return
    cursor.execute(
        "SELECT statistics_writers_of(%(set)s, p.id, %(unit)s) FROM statistics_period p WHERE p.iso = %(iso)s"
        " UNION SELECT s.account_id FROM statistics_approval_step s JOIN statistics_period p ON p.id = s.period_id"
        " WHERE s.data_set_id = %(set)s AND s.unit_id = %(unit)s AND p.iso = %(iso)s AND s.kind = 'hand_in'",
        dict(zip(("set", "iso", "unit"), key.columns, strict=True)),
    )
    reason = f": {wanted.reason}" if wanted.reason else ""
    for (account,) in cursor.fetchall():
        if account != actor.account_id:
            link = f"/statistics/reports/{key.data_set.uid}/{key.unit.uid}/{key.period.id}/"
            leave_notice(
                account,
                f"statistics-step-{step}",
                f"Báo cáo {_said(key)} {told[0]}{reason}",
                f"The report {_said(key)} {told[1]}{reason}",
                link,
            )
