"""Withdrawing a wrongly sent visit: one person asks, another approves; the record says entered in error, and it can be undone.

Nothing is deleted: the original, every version and the ledger's rows stay. Statistics and payment are told through the outbox.
"""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.access.care_team import VisitTeam, write_care_teams
from hoso.core.accounts.machines import intake_service_id
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.changes.outbox import announce
from hoso.core.database.session import acting_transaction, set_actor
from hoso.core.errors import HosoError
from hoso.engines.intake.filing import PURPOSE, team_of
from hoso.engines.intake.kept import kept_visits
from hoso.engines.intake.local_codes.counting import CodedBatch
from hoso.engines.intake.patients import settle_persons
from hoso.engines.intake.preparing import prepare
from hoso.engines.people.linkage import WRITER_LOCK
from hoso.engines.people.statements import set_withdrawn
from hoso.engines.records.actions import Filing, RecordBatch
from hoso.engines.records.in_error import mark_in_error
from hoso.engines.records.resource_types import NUMBERS
from hoso.engines.records.ties import relabel_ties

KINDS = ("wrong_patient", "duplicate", "test_data", "other")
LEAST_REASON = 5  # characters, as in the table
# Whether what is filed now of the visit `v` is withdrawn.
WITHDRAWN_NOW = """SELECT f.state = 'withdrawn' FROM intake_current_visit c
    JOIN intake_visit f ON f.package_id = c.package_id AND f.ordinal = c.ordinal
    WHERE c.facility_id = v.facility_id AND c.ma_lk = v.ma_lk"""


@dataclass(frozen=True)
class _Current:
    """What is filed now of the visit that a withdrawal is about."""

    withdrawal_id: int
    facility_id: int
    facility_code: str
    ma_lk: str
    package_id: int
    ordinal: int
    person_id: int
    source_person_id: int
    place_id: int
    sensitivity: int
    encounter: str
    id_date: Any
    withdrawn_by: int | None  # the withdrawal in force


def ask_withdrawal(actor: Actor, package_id: int, ordinal: int, kind: str, reason: str) -> int:
    """Ask for a visit to be withdrawn; returns the request's number.

    Raises HosoError HS2001, HS5001 where there is no such filed visit to see, HS3340 without a reason or kind, HS3341 where
    a request waits already or the visit is withdrawn. One that was sent corrected since can be withdrawn once more.
    """
    scope = policy.decide(actor, "visit.withdraw", PURPOSE)
    _check_reason(reason, kind)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT v.facility_id, v.ma_lk, ({WITHDRAWN_NOW}) FROM intake_visit v WHERE v.package_id = %s AND v.ordinal = %s"
            f" AND v.state IN ('filed', 'corrected', 'unchanged', 'withdrawn') AND {scope.facilities('v')}",
            [package_id, ordinal],
        )
        row = cursor.fetchone()
        if row is None:
            raise HosoError("HS5001")
        if row[2]:
            raise HosoError("HS3341")
        try:
            with transaction.atomic():
                cursor.execute(
                    "INSERT INTO intake_withdrawal (facility_id, ma_lk, package_id, ordinal, kind, reason, asked_by)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
                    [*row[:2], package_id, ordinal, kind, reason.strip()[:1000], actor.account_id],
                )
        except IntegrityError:
            raise HosoError("HS3341") from None
        number = int(cursor.fetchone()[0])
        _record(actor, scope, number, "create", reason, row[0])
    return number


def decide_withdrawal(actor: Actor, number: int, *, approve: bool) -> None:
    """Approve or decline. Raises HosoError HS2001, HS3341 where the visit is withdrawn already, HS3342 where it was decided,
    HS3343 for one's own request."""
    scope = policy.decide(actor, "visit.approve_withdrawal", PURPOSE)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER_LOCK])
        cursor.execute("SELECT asked_by, decision FROM intake_withdrawal WHERE id = %s FOR UPDATE", [number])
        row = cursor.fetchone()
        if row is None or row[1] is not None:
            raise HosoError("HS3342")
        if row[0] == actor.account_id:
            raise HosoError("HS3343")
        cursor.execute(
            "UPDATE intake_withdrawal SET decision = %s, decided_by = %s, decided_at = clock_timestamp() WHERE id = %s",
            ["approved" if approve else "declined", actor.account_id, number],
        )
        current = _current(cursor, number)
        if approve and current.withdrawn_by:
            raise HosoError("HS3341")
        if approve:
            _as_service(actor, lambda: _withdraw(cursor, current))
        _record(
            actor,
            scope,
            number,
            "update",
            "approved" if approve else "declined",
            current.facility_id,
            current.person_id,
        )


def undo_withdrawal(actor: Actor, number: int, reason: str) -> None:
    """Bring a withdrawn visit back as it was. Raises HosoError HS2001, HS3340 without a reason, HS3342 where not in force."""
    scope = policy.decide(actor, "visit.approve_withdrawal", PURPOSE)
    _check_reason(reason)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER_LOCK])
        cursor.execute(
            "UPDATE intake_withdrawal SET undo_reason = %s, undone_by = %s, undone_at = clock_timestamp()"
            " WHERE id = %s AND decision = 'approved' AND undone_at IS NULL",
            [reason.strip()[:1000], actor.account_id, number],
        )
        if not cursor.rowcount:
            raise HosoError("HS3342")
        current = _current(cursor, number)
        if current.withdrawn_by != number:  # a corrected sending took its place since
            raise HosoError("HS3342")
        _as_service(actor, lambda: _bring_back(cursor, current))
        _record(actor, scope, number, "update", f"undone: {reason}", current.facility_id, current.person_id)


def _check_reason(reason: str, kind: str = "other") -> None:
    if kind not in KINDS or len(reason.strip()) < LEAST_REASON:
        raise HosoError("HS3340", least=LEAST_REASON)


def _as_service(actor: Actor, act: Any) -> None:
    """Write to the record as the intake service does: it sees every row of the visit, whatever its labels."""
    set_actor(intake_service_id(), PURPOSE)
    act()
    set_actor(actor.account_id, PURPOSE)


def _current(cursor: Any, number: int) -> _Current:
    cursor.execute(
        """
        SELECT w.id, c.facility_id, f.code, c.ma_lk, c.package_id, c.ordinal, c.person_id, c.source_person_id, c.place_id,
               c.sensitivity, coalesce(v.encounter, ''), c.id_date, v.withdrawn_by
        FROM intake_withdrawal w
        JOIN intake_current_visit c ON c.facility_id = w.facility_id AND c.ma_lk = w.ma_lk
        JOIN intake_visit v ON v.package_id = c.package_id AND v.ordinal = c.ordinal
        JOIN places_facility f ON f.id = c.facility_id WHERE w.id = %s
        """,
        [number],
    )
    return _Current(*cursor.fetchone())


def _withdraw(cursor: Any, current: _Current) -> None:
    touched = mark_in_error(cursor, timezone.now(), current.person_id, current.encounter)
    cursor.execute(
        "UPDATE intake_visit SET withdrawn_from = state, state = 'withdrawn', withdrawn_by = %s"
        " WHERE facility_id = %s AND ma_lk = %s AND state IN ('filed', 'corrected')",
        [current.withdrawal_id, current.facility_id, current.ma_lk],
    )
    dissolved = VisitTeam(current.encounter, current.person_id, current.source_person_id, current.facility_id, None, {})
    write_care_teams(cursor, intake_service_id(), [dissolved])
    relabel_ties(cursor, [current.person_id])
    _say(cursor, current, withdrawn=True)
    _announce("visit.withdrawn", current, touched)


def _bring_back(cursor: Any, current: _Current) -> None:
    """File the visit once more from its kept original: the same bytes, as the next version."""
    cursor.execute(
        "SELECT p.sha256, p.file_name, p.stated_version, r.patient_id FROM intake_package p, people_person r"
        " WHERE p.id = %s AND r.person_id = %s",
        [current.package_id, current.source_person_id],
    )
    digest, file_name, stated, patient_id = cursor.fetchone()
    raw = kept_visits(bytes(digest), file_name, {current.ordinal})[current.ordinal]
    visit = prepare(raw, stated, current.id_date, filed=True)
    codes = CodedBatch(cursor)
    codes.load([current.facility_id])
    codes.take(visit, current.facility_id, replaced=True)
    codes.write()
    records = RecordBatch(cursor, timezone.now())
    filing = Filing(
        current.person_id, current.source_person_id, patient_id, current.encounter, current.facility_id, current.place_id,
        current.package_id,
    )  # fmt: skip
    records.load_labels_by_hand([current.encounter])
    stored = records.stored_of_visit(current.person_id, current.encounter)
    for draft in visit.drafts:
        records.file(draft, filing, stored.get((NUMBERS[draft.type], draft.id)))
    records.write()
    labelled = records.labels_now(visit.sensitivity, current.encounter)
    write_care_teams(cursor, intake_service_id(), [team_of(visit, filing, visit.treating if labelled else {})])
    relabel_ties(cursor, [current.person_id])
    cursor.execute(
        "UPDATE intake_visit SET state = withdrawn_from, withdrawn_from = NULL, withdrawn_by = NULL"
        " WHERE facility_id = %s AND ma_lk = %s AND withdrawn_by = %s",
        [current.facility_id, current.ma_lk, current.withdrawal_id],
    )
    _say(cursor, current, withdrawn=False)
    _announce("visit.restored", current, records.touched)


def _say(cursor: Any, current: _Current, *, withdrawn: bool) -> None:
    """What the visit said of the person counts no more, or again."""
    if current.person_id:
        set_withdrawn(cursor, current.person_id, current.encounter, withdrawn=withdrawn)
        settle_persons(cursor, sorted({current.person_id, current.source_person_id}))


def _announce(topic: str, current: _Current, touched: list[tuple[str, str, int]]) -> None:
    announce(
        topic,
        f"{current.facility_code}/{current.ma_lk}",
        {"encounter": current.encounter, "resources": touched, "withdrawal": current.withdrawal_id},
        person_id=current.person_id, source_person_id=current.source_person_id, facility_id=current.facility_id,
        place_id=current.place_id, sensitivity=current.sensitivity, package_id=current.package_id,
    )  # fmt: skip


def _record(
    actor: Actor,
    scope: policy.Scope,
    number: int,
    action: str,
    reason: str,
    facility_id: int,
    person_id: int | None = None,
) -> None:
    record_event(
        AuditEvent(
            actor, scope.role.key, PURPOSE, action, person_id=person_id, object=f"withdrawal/{number}",
            facility_id=facility_id, reason=reason[:500],
        )
    )  # fmt: skip
