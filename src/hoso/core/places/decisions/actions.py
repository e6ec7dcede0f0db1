"""What is done with a decision: taken in as a draft, approved, applied on its day, undone while nobody has built on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from django.db import IntegrityError, connection, transaction

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.bulk import bulk_insert
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.files.row_reports import RowReport
from hoso.core.places.decisions.checking import check_rows
from hoso.core.places.decisions.decision import Change, Decision, Header
from hoso.core.places.decisions.plan import NewUnit, Plan, make_plan
from hoso.core.places.decisions.queries import (
    decision_by_id,
    decision_by_number,
    due_decisions,
    later_decision,
    made_by,
    uses,
)
from hoso.core.places.decisions.sheet import read_decision_sheet
from hoso.core.places.models import Place
from hoso.core.places.shipped_units import split_name
from hoso.core.vietnamese.folding import fold

PERMISSION, PURPOSE = "place.manage", "administration"
NAMED = 5  # uses in a message
CHANGE_COLUMNS = {
    "decision_id": "bigint", "row": "integer", "action": "text", "level": "smallint", "old_code": "text", "new_code": "text",
    "new_name": "text", "new_name_en": "text", "parent_code": "text", "share": "numeric", "share_source": "text",
    "facilities": "text[]",
}  # fmt: skip


@dataclass(slots=True)
class DecisionReport(RowReport):
    """The account of a file: all of its rows are taken, or none."""

    taken: int = 0
    decision_id: int = 0

    def taken_as(self) -> dict[str, int]:
        return {"taken": self.taken}


def import_decision(actor: Actor, path: Path, name: str = "") -> DecisionReport:
    """Take a decision in as a draft, in place of an earlier draft of its number. With one wrong row nothing is taken: half
    a decision would be another decision.

    Raises HosoError HS2001, HS6183 where the number is approved or applied, HS6193 without rows, HS6194, and HS6008,
    HS6010, HS6011 when the file as a whole cannot be taken.
    """
    role = policy.decide(actor, PERMISSION, PURPOSE).role
    rows = read_decision_sheet(path)
    report = DecisionReport(rows=len(rows))
    if not rows:
        raise HosoError("HS6193", file=name or path.name)
    header, changes, report.refusals = check_rows(rows)
    if header and not report.refusals:
        report.refusals = make_plan(header, changes).refusals
    if header is None or report.refusals:
        return report
    with acting_transaction(actor.account_id, PURPOSE):
        report.decision_id = _keep(actor, header, changes, name or path.name)
        report.taken = len(changes)
        record_event(
            AuditEvent(actor, role.key, PURPOSE, "create", object=f"places-decision/{report.decision_id}",
                       reason=header.number[:200], found=len(changes))
        )  # fmt: skip
    return report


def approve(actor: Actor, decision_id: int) -> None:
    """Let the decision take effect on its day. Raises HosoError HS2001, HS6188 unless it is a draft, and what its plan
    refuses by now."""
    with _acting(actor, decision_id, "approved", "draft") as decision:
        _planned(decision)
        _set(decision_id, "state = 'approved', approved_at = clock_timestamp(), approved_by = %s", actor.name)


def withdraw_approval(actor: Actor, decision_id: int) -> None:
    """Back to a draft. Raises HosoError HS2001, HS6188 unless it is approved and not yet applied."""
    with _acting(actor, decision_id, "approval withdrawn", "approved"):
        _set(decision_id, "state = 'draft', approved_at = NULL, approved_by = NULL, hindered_by = NULL")


def drop(actor: Actor, decision_id: int) -> None:
    """Give a draft up. Raises HosoError HS2001, HS6188."""
    with _acting(actor, decision_id, "dropped", "draft"):
        _set(decision_id, "state = 'dropped'")


def apply_due(actor: Actor) -> tuple[int, int]:
    """Apply every approved decision whose day has come: (applied, hindered). One that cannot be applied by now stays, says
    why, and stops no other."""
    applied = hindered = 0
    for decision_id in due_decisions():
        try:
            apply(actor, decision_id)
            applied += 1
        except HosoError as error:
            hindered += 1
            with acting_transaction(actor.account_id, PURPOSE):
                _set(decision_id, "hindered_by = %s", f"{error.code}: {error.message('vi')}"[:500])
    return applied, hindered


def apply(actor: Actor, decision_id: int) -> None:
    """Write what the plan says, in one transaction. Raises HosoError HS2001, HS6188 unless it is approved, HS6192 before
    its day, and what its plan refuses by now."""
    with _acting(actor, decision_id, "applied", "approved") as decision, connection.cursor() as cursor:
        cursor.execute("SELECT current_date")
        if decision.header.in_force_from > cursor.fetchone()[0]:
            raise HosoError("HS6192", day=f"{decision.header.in_force_from:%d/%m/%Y}")
        plan = _planned(decision)
        cursor.execute(
            "SELECT places_apply_decision(%s, %s, %s::jsonb, %s::jsonb, %s::jsonb)",
            [decision_id, [place.pk for place in plan.ended], _units(plan), _steps(plan), _moves(plan)],
        )


def undo(actor: Actor, decision_id: int, reason: str) -> None:
    """Bring the units back as they were before it. Raises HosoError HS2001, HS6188 unless it is applied, HS6195 without a
    reason, HS6187 where a later decision builds on it, HS6186 where somebody has reported on its units, lives there, or is
    responsible for them."""
    if not reason.strip():
        raise HosoError("HS6195")
    with _acting(actor, decision_id, f"undone: {reason.strip()[:200]}", "applied"), connection.cursor() as cursor:
        if later := later_decision(decision_id):
            raise HosoError("HS6187", number=later)
        if kept := uses(made_by(decision_id)):
            said = ", ".join(f"{use.title_vi} {use.detail} ({use.number})".replace("  ", " ") for use in kept[:NAMED])
            raise HosoError("HS6186", kept=said)
        try:
            with transaction.atomic():
                cursor.execute("SELECT places_undo_decision(%s, %s, %s)", [decision_id, actor.name, reason.strip()])
        except IntegrityError as error:  # a role or a facility was given to a unit of it, or somebody was faster
            raise HosoError("HS6186", kept="vai trò, cơ sở / roles, facilities") from error


@contextmanager
def _acting(actor: Actor, decision_id: int, what: str, state: str) -> Iterator[Decision]:
    """The act with its permission, in one transaction with its audit event, on a decision that is in the state it must be in."""
    role = policy.decide(actor, PERMISSION, PURPOSE).role
    with acting_transaction(actor.account_id, PURPOSE):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext('places_decision'))"
            )  # one act on the units at a time
        decision = decision_by_id(decision_id)
        if decision is None or decision.state != state:
            raise HosoError("HS6188", state=decision.state if decision else "—")
        yield decision
        record_event(
            AuditEvent(actor, role.key, PURPOSE, "update", object=f"places-decision/{decision_id}",
                       reason=f"{decision.header.number[:100]}: {what}")
        )  # fmt: skip


def _planned(decision: Decision) -> Plan:
    plan = make_plan(decision.header, list(decision.changes))
    if plan.refusals:
        raise plan.refusals[0].error
    return plan


def _keep(actor: Actor, header: Header, changes: list[Change], name: str) -> int:
    """The draft's number, made or changed."""
    known = decision_by_number(header.number)
    if known and known.state in ("approved", "applied"):
        raise HosoError("HS6183", number=header.number, state=known.state)
    with connection.cursor() as cursor:
        values: list[Any] = [
            header.number,
            header.decided_on,
            header.in_force_from,
            header.source,
            name[:300],
            actor.name,
        ]
        if known and known.state == "draft":
            cursor.execute(
                "UPDATE places_decision SET (number, decided_on, in_force_from, source, file_name, imported_by, imported_at)"
                " = (%s, %s, %s, %s, %s, %s, clock_timestamp()) WHERE id = %s",
                [*values, known.id],
            )
            cursor.execute("DELETE FROM places_decision_change WHERE decision_id = %s", [known.id])
            decision_id = known.id
        else:
            cursor.execute(
                "INSERT INTO places_decision (number, decided_on, in_force_from, source, file_name, imported_by)"
                " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
                values,
            )
            decision_id = int(cursor.fetchone()[0])
        bulk_insert(
            cursor, "places_decision_change", CHANGE_COLUMNS,
            [
                (decision_id, one.row, one.action, int(one.level), one.old_code, one.new_code, one.new_name,
                 one.new_name_en, one.parent_code, one.share, one.share_source, list(one.facilities))
                for one in changes
            ],
        )  # fmt: skip
    return decision_id


def _set(decision_id: int, values: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE places_decision SET {values} WHERE id = %s", [*parameters, decision_id])


def _units(plan: Plan) -> str:
    return orjson.dumps([_unit(unit) for unit in plan.begun]).decode()


def _unit(unit: NewUnit) -> dict[str, Any]:
    """What a unit that took over one other whole knew, it knows too."""
    _, kind, name = split_name(unit.full_name)
    one = unit.sources[0] if len(unit.sources) == 1 and unit.whole else None
    if unit.level == Place.Level.PROVINCE and kind == "thanh_pho":
        kind = "municipality"
    return {
        "id": unit.id, "level": int(unit.level), "code": unit.code, "name": name, "full_name": unit.full_name,
        "name_en": unit.name_en, "kind": kind, "folded_name": fold(name), "address": unit.address,
        "folded_address": fold(unit.address), "parent_id": unit.parent_id,
        "longitude": one and one.longitude, "latitude": one and one.latitude, "population": one and one.population,
    }  # fmt: skip


def _steps(plan: Plan) -> str:
    return orjson.dumps([
        {"old_id": step.old.pk, "new_id": step.new.id, "relation": step.relation, "share": step.share,
         "share_source": step.share_source}
        for step in plan.steps
    ]).decode()  # fmt: skip


def _moves(plan: Plan) -> str:
    return orjson.dumps([{"link_id": move.link.pk, "place_id": move.to.id} for move in plan.moves if move.to]).decode()
