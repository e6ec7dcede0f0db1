"""Recording a decision with its proof, and withdrawing it: each one transaction, one audit event."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.access.consent import queries
from hoso.core.access.consent.ages import AgeBand, age_band, ask_again_on
from hoso.core.access.consent.fhir import fhir_consent
from hoso.core.access.consent.models import Behalf, Consent, Subject
from hoso.core.access.consent.proof import facts_of, sign
from hoso.core.access.consent.representatives import representatives
from hoso.core.access.consent.texts import ConsentText, text_in_force
from hoso.core.access.grants import end_grants
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError

PURPOSE = "consent_keeping"


@dataclass(frozen=True)
class Answer:
    """What the person said to one purpose, and how. `words` fill the braces of the text."""

    purpose: str
    given: bool
    facility_id: int
    facility_name: str
    channel: str
    language: str = "vi"
    behalf: Behalf = field(default_factory=Behalf)
    valid_until: datetime | None = None
    practitioner: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


def record_answers(actor: Actor, subject: Subject, answers: list[Answer]) -> list[Consent]:
    """Record what a person said to each purpose that was asked; a purpose without an answer leaves nothing.

    Raises HosoError HS2001 without the permission, HS2310-HS2312 where the law wants somebody else to speak.
    """
    scope = policy.decide(actor, "consent.record", PURPOSE)
    with acting_transaction(actor.account_id, PURPOSE):
        recorded = [record_answer(actor, subject, answer) for answer in answers]
        record_event(
            AuditEvent(
                actor, scope.role.key, PURPOSE, "create", subject.person_id,
                object=" ".join(f"Consent/{consent.id}" for consent in recorded), found=len(recorded),
            )
        )  # fmt: skip
    return recorded


def record_answer(actor: Actor, subject: Subject, answer: Answer) -> Consent:
    """Store one answer with its proof in the running transaction, whose caller has decided and records the event."""
    now = timezone.now()
    today = timezone.localdate(now)
    text = text_in_force(answer.purpose, answer.language, today)
    band = age_band(subject.birth, today)
    if answer.given:
        _check_who_speaks(band, answer.behalf, text)
    consent = Consent(
        id=uuid4(), person_id=subject.person_id, source_person_id=subject.source_person_id, place_id=subject.place_id,
        facility_id=answer.facility_id, purpose=answer.purpose, given=answer.given, text_version=text.version,
        text_hash=text.hash, language=answer.language,
        wording=text.wording({"facility": answer.facility_name, "practitioner": answer.practitioner, **answer.words}),
        channel=answer.channel, device=actor.device, source=actor.source, recorded_by=actor.account_id,
        recorded_by_name=actor.name, age_band=band, representative_name=answer.behalf.name,
        relation=answer.behalf.relation, child_agreed=answer.behalf.child_agreed, discloses=text.discloses, given_at=now,
        valid_until=answer.valid_until, ask_again_on=ask_again_on(subject.birth, today), fhir=b"", facts=b"",
        signature=b"", key_id="",
    )  # fmt: skip
    consent = replace(
        consent, fhir=fhir_consent(consent, subject.patient_id, answer.facility_name, answer.practitioner)
    )
    consent = replace(consent, facts=facts_of(consent))
    signature, key_id = sign(consent.facts)
    consent = replace(consent, signature=signature, key_id=key_id)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO consent_decision ({', '.join(queries.COLUMNS)}) VALUES ({', '.join(['%s'] * len(queries.COLUMNS))})",
            [getattr(consent, name) for name in queries.COLUMNS],
        )
    return consent


def withdraw(actor: Actor, consent_id: UUID, channel: str = "desk", reason: str = "") -> None:
    """Withdraw a consent: from this commit on it allows nothing, and every grant that rests on it has ended.

    Nobody has to give a reason. What was done before stays right (Luật 91/2025 Đ10.4); who uses data by consent is told
    by the change that the database adds. Raises HosoError HS2001, or HS2313 where there is nothing to withdraw.
    """
    scope = policy.decide(actor, "consent.record", PURPOSE)
    with acting_transaction(actor.account_id, PURPOSE):
        end_consent(actor, consent_id, channel, reason, role=scope.role.key, purpose=PURPOSE)


def end_consent(actor: Actor, consent_id: UUID, channel: str, reason: str, *, role: str, purpose: str) -> None:
    """The withdrawal as a step of the caller's transaction, whose permission the caller has decided."""
    end_grants(actor, f"Consent/{consent_id}", "consent withdrawn", role=role, purpose=purpose)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE consent_decision SET withdrawn_at = %s, withdrawn_by = %s, withdrawn_by_name = %s,
                withdrawn_channel = %s, withdrawn_reason = %s
            WHERE id = %s AND given AND withdrawn_at IS NULL RETURNING person_id
            """,
            [timezone.now(), actor.account_id, actor.name, channel, reason[:1000] or None, consent_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise HosoError("HS2313")
    record_event(AuditEvent(actor, role, purpose, "update", row[0], object=f"Consent/{consent_id}", reason="withdrawn"))


def check_who_speaks(subject: Subject, behalf: Behalf, purpose: str) -> None:
    """Raises HosoError HS2310-HS2312 where these people cannot agree to the purpose today."""
    today = timezone.localdate()
    _check_who_speaks(age_band(subject.birth, today), behalf, text_in_force(purpose, "vi", today))


def _check_who_speaks(band: AgeBand, behalf: Behalf, text: ConsentText) -> None:
    """Raises HosoError HS2310 for a child without a representative, HS2311 from 7 without the child's own agreement,
    HS2312 for a relation that may not speak."""
    kind = representatives().get(behalf.relation)
    if behalf.name and kind is None:
        raise HosoError("HS2312")
    if band == "adult":
        return
    if kind is None or not behalf.name:
        raise HosoError("HS2310")
    if not kind.for_children:
        raise HosoError("HS2312")
    if band == "7_to_17" and text.discloses and not behalf.child_agreed:
        raise HosoError("HS2311")
