"""Saying what a local code means: one person proposes, another approves or refuses; a newer version undoes an older one."""

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_
from typing import Any, Literal

import orjson
from django.db import IntegrityError, connection, transaction
from psycopg.types.json import Jsonb

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.changes.outbox import announce
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.intake.filing import PURPOSE
from hoso.engines.intake.local_codes.jobs import refile
from hoso.engines.intake.local_codes.kinds import kinds
from hoso.engines.intake.local_codes.proposals import LocalCode, evidence_for, read_samples

Equivalence = Literal["equivalent", "wider", "narrower", "relatedto"]
EQUIVALENCES = ("equivalent", "wider", "narrower", "relatedto")
LEAST_REASON = 5  # characters, as in the table


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is proposed for visits from `valid_from` until before `valid_to`; `target` empty: mapped no more."""

    target: str
    valid_from: date
    valid_to: date | None = None
    equivalence: str = "equivalent"
    note: str = ""


def propose_mapping(actor: Actor, code_id: int, meaning: Meaning) -> int:
    """Propose what a code means; returns the number of the proposal.

    Raises HosoError HS2001, HS5001 for a code that the actor does not see, HS6141 where a proposal waits, HS6142 for a target
    that the catalogue does not have, HS6146 for one that is more sensitive than the lines, HS6147 for days in the wrong order,
    HS6148 where nothing is mapped that could end, HS9004 for an unknown equivalence.
    """
    scope = policy.decide(actor, "mapping.propose", PURPOSE)
    if meaning.valid_to and meaning.valid_to <= meaning.valid_from:
        raise HosoError("HS6147")
    if meaning.equivalence not in EQUIVALENCES:
        raise HosoError("HS9004", name="equivalence", value=meaning.equivalence[:40])
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.facility_id, c.kind, c.code, c.samples::text,"
            " (SELECT coalesce(max(version), 0) FROM local_codes_mapping m WHERE m.code_id = c.id),"
            " EXISTS (SELECT FROM local_codes_mapping m WHERE m.code_id = c.id AND m.decision = 'approved')"
            f" FROM local_codes_code c WHERE c.id = %s AND {scope.facilities('c')}",
            [code_id],
        )
        row = cursor.fetchone()
        if row is None:
            raise HosoError("HS5001")
        facility_id, kind, code, samples, version, ever = row
        local = LocalCode(kinds()[kind], code, read_samples(kinds()[kind], orjson.loads(samples)))
        if not meaning.target and not ever:
            raise HosoError("HS6148", code=code)
        evidence, labels = _checked(local, meaning) if meaning.target else ([], 0)
        number = _insert(
            cursor, code, [
                code_id, facility_id, version + 1, meaning.target or None, meaning.equivalence if meaning.target else "unmatched",
                labels, meaning.valid_from, meaning.valid_to, Jsonb(evidence), meaning.note.strip()[:1000], actor.account_id,
            ],
        )  # fmt: skip
        _record(actor, scope, number, "create", f"{kind} {code} → {meaning.target or '-'}", facility_id)
    return number


def decide_mapping(actor: Actor, number: int, *, approve: bool, reason: str = "") -> None:
    """Approve or refuse what somebody else proposed; approved, the visits that carry the code are filed again.

    Raises HosoError HS2001, HS6143 for one's own, HS6144 where it is decided already or not to be seen, HS6145 for a refusal
    without a reason.
    """
    scope = policy.decide(actor, "mapping.approve", PURPOSE)
    if not approve and len(reason.strip()) < LEAST_REASON:
        raise HosoError("HS6145", least=LEAST_REASON)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.proposed_by, m.decision, m.facility_id, c.kind, c.code, m.target, f.code FROM local_codes_mapping m"
            " JOIN local_codes_code c ON c.id = m.code_id JOIN places_facility f ON f.id = m.facility_id"
            f" WHERE m.id = %s AND {scope.facilities('m')} FOR UPDATE OF m",
            [number],
        )
        row = cursor.fetchone()
        if row is None or row[1] is not None:
            raise HosoError("HS6144")
        proposed_by, _, facility_id, kind, code, target, facility = row
        if proposed_by == actor.account_id:
            raise HosoError("HS6143")
        cursor.execute(
            "UPDATE local_codes_mapping SET decision = %s, decided_by = %s, decided_at = clock_timestamp(), reason = %s"
            " WHERE id = %s",
            ["approved" if approve else "refused", actor.account_id, reason.strip()[:1000] or None, number],
        )
        if approve:
            cursor.execute(
                "INSERT INTO local_codes_refiling (mapping_id, facility_id) VALUES (%s, %s)", [number, facility_id]
            )
            told = {"facility": facility, "kind": kind, "code": code, "target": target, "mapping": number}
            announce("mapping.approved", f"{facility}/{kind}/{code}", told, facility_id=facility_id)
            refile.defer()
        word = "approved" if approve else f"refused: {reason}"
        _record(actor, scope, number, "update", f"{kind} {code} → {target or '-'} {word}", facility_id)


def _checked(local: LocalCode, meaning: Meaning) -> tuple[list[dict[str, Any]], int]:
    """What speaks for the target, and its labels. A line is labelled on arrival by what the hospital calls it, so a name
    that hides what the code means cannot be mapped to it: the coding would tell what the label should keep."""
    found = evidence_for(local, meaning.target, meaning.valid_from)
    if found is None:
        raise HosoError("HS6142", code=meaning.target[:60], day=f"{meaning.valid_from:%d/%m/%Y}")
    labels = local.kind.labels_of(found.concept.display_vi, found.concept.code)
    carried = [local.kind.labels_of(name, local.code) for name in local.names]
    if labels & ~(reduce(and_, carried) if carried else 0):
        raise HosoError("HS6146", code=meaning.target[:60])
    return [one.as_dict() for one in found.evidence], labels


def _insert(cursor: Any, code: str, values: list[Any]) -> int:
    try:
        with transaction.atomic():
            cursor.execute(
                "INSERT INTO local_codes_mapping (code_id, facility_id, version, target, equivalence, labels, valid_from,"
                " valid_to, evidence, note, proposed_by) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
                values,
            )
    except IntegrityError:
        raise HosoError("HS6141", code=code) from None
    return int(cursor.fetchone()[0])


def _record(actor: Actor, scope: policy.Scope, number: int, action: str, reason: str, facility_id: int) -> None:
    record_event(
        AuditEvent(
            actor, scope.role.key, PURPOSE, action, object=f"ConceptMap/mapping/{number}", facility_id=facility_id,
            reason=reason[:500],
        )
    )  # fmt: skip
