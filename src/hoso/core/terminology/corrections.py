"""Corrections that people propose to a catalogue's entry, and what was decided about them.

A published version never changes: an accepted correction is taken up in the next draft, and whether a later version says so is read
from that version itself.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.terminology.systems import short_name

PURPOSE = "record_keeping"
PROPOSE, DECIDE = "terminology.correct", "terminology.decide"
FIELDS = ("display_vi", "display_en", "parent", "other")
LEAST_REASON = 5


@dataclass(frozen=True, slots=True)
class Correction:
    """One proposal. `taken_up`: the newest later version that says what was proposed; empty for none."""

    id: int
    system: str
    code: str
    version: str
    field: str
    said: str
    proposed: str
    reason: str
    proposed_by: int
    proposed_by_name: str
    proposed_at: datetime
    decision: str  # accepted, refused; empty: waiting
    decided_by_name: str
    decided_at: datetime | None
    answer: str
    taken_up: str


def propose_correction(actor: Actor, system: str, code: str, field: str, proposed: str, reason: str) -> int:
    """Propose what the newest version that has the code should say; returns the proposal's number.

    Raises HosoError HS2001, HS6140 for an unknown code, HS6145 without a reason, HS6149 where one's own waits already or
    nothing else is proposed than the entry says, HS9004 for an unknown field.
    """
    scope = policy.decide(actor, PROPOSE, PURPOSE)
    if field not in FIELDS:
        raise HosoError("HS9004", name="field", value=field[:40])
    if len(reason.strip()) < LEAST_REASON:
        raise HosoError("HS6145", least=LEAST_REASON)
    wanted = proposed.strip()[:1000]
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id, v.id, c.display_vi, c.display_en, coalesce(c.parent, '') FROM terminology_concept c"
            " JOIN terminology_version v ON v.id = c.version_id AND v.status <> 'draft'"
            " JOIN terminology_system s ON s.id = v.system_id WHERE s.name = %s AND c.code = %s"
            " ORDER BY v.valid_from DESC LIMIT 1",
            [short_name(system), code],
        )
        row = cursor.fetchone()
        if row is None:
            raise HosoError("HS6140", system=system[:60], code=code[:60])
        said = dict(zip(FIELDS, (*row[2:], ""), strict=True))[field]
        if not wanted or wanted == said:
            raise HosoError("HS6149", code=code[:60])
        number = _insert(
            cursor, code, [row[0], row[1], code, field, said, wanted, reason.strip()[:1000], actor.account_id]
        )
        _record(actor, scope, number, "create", f"{system}/{code} {field}")
    return number


def decide_correction(actor: Actor, number: int, *, accept: bool, answer: str = "") -> None:
    """Accept or refuse what somebody else proposed. Raises HosoError HS2001, HS6143 for one's own, HS6144, HS6145."""
    scope = policy.decide(actor, DECIDE, PURPOSE)
    if not accept and len(answer.strip()) < LEAST_REASON:
        raise HosoError("HS6145", least=LEAST_REASON)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT proposed_by, decision, code FROM terminology_correction WHERE id = %s FOR UPDATE", [number]
        )
        row = cursor.fetchone()
        if row is None or row[1] is not None:
            raise HosoError("HS6144")
        if row[0] == actor.account_id:
            raise HosoError("HS6143")
        said = answer.strip()[:1000]
        cursor.execute(
            "UPDATE terminology_correction SET decision = %s, decided_by = %s, decided_at = clock_timestamp(), answer = %s"
            " WHERE id = %s",
            [
                "accepted" if accept else "refused",
                actor.account_id,
                said if len(said) >= LEAST_REASON else None,
                number,
            ],
        )
        _record(actor, scope, number, "update", f"{row[2]} {'accepted' if accept else 'refused'}: {said}")


def corrections(system: str = "", code: str = "", limit: int = 100) -> list[Correction]:
    """Those that wait first, then the newest; of everything, or of one code. Runs inside `access.reading.read`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT k.id, s.name, k.code, v.version, k.field, k.said, k.proposed, k.reason, k.proposed_by, p.full_name, k.proposed_at,
                   coalesce(k.decision, ''), coalesce(d.full_name, ''), k.decided_at, coalesce(k.answer, ''), coalesce((
                       SELECT n.version FROM terminology_version n JOIN terminology_concept c ON c.version_id = n.id AND c.code = k.code
                       WHERE n.system_id = k.system_id AND n.status <> 'draft' AND n.valid_from > v.valid_from
                         AND k.proposed = CASE k.field WHEN 'display_vi' THEN c.display_vi WHEN 'display_en' THEN c.display_en
                                          WHEN 'parent' THEN c.parent END
                       ORDER BY n.valid_from DESC LIMIT 1), '')
            FROM terminology_correction k
            JOIN terminology_system s ON s.id = k.system_id JOIN terminology_version v ON v.id = k.version_id
            JOIN accounts_account p ON p.id = k.proposed_by LEFT JOIN accounts_account d ON d.id = k.decided_by
            WHERE (%(system)s = '' OR s.name = %(system)s) AND (%(code)s = '' OR k.code = %(code)s)
            ORDER BY k.decision IS NOT NULL, k.id DESC LIMIT %(limit)s
            """,
            {"system": short_name(system) if system else "", "code": code, "limit": limit},
        )
        return [Correction(*row) for row in cursor.fetchall()]


def _insert(cursor: Any, code: str, values: list[Any]) -> int:
    try:
        with transaction.atomic():
            cursor.execute(
                "INSERT INTO terminology_correction (system_id, version_id, code, field, said, proposed, reason, proposed_by)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
                values,
            )
    except IntegrityError:
        raise HosoError("HS6149", code=code[:60]) from None
    return int(cursor.fetchone()[0])


def _record(actor: Actor, scope: policy.Scope, number: int, action: str, reason: str) -> None:
    record_event(
        AuditEvent(
            actor, scope.role.key, PURPOSE, action, object=f"CodeSystem/correction/{number}", reason=reason[:500]
        )
    )
