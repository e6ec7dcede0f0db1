"""Offering a share: a code goes to the person's telephone, or onto a sheet for who has none.

The practitioner asks, or the desk offers for the person who stands there; either way only the code opens anything.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.access.consent.actions import check_who_speaks
from hoso.core.access.consent.models import Behalf, Subject
from hoso.core.access.sharing.binding import digest_of
from hoso.core.access.sharing.codes import draw_code, draw_paper_code
from hoso.core.access.sharing.models import Share
from hoso.core.access.sharing.queries import COLUMNS
from hoso.core.access.sharing.rules import SharingRules, sharing_rules
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.messages.sms import SmsNotSent, send_sms

PURPOSE = "visit_sharing"
ASK, OFFER = "share.ask", "share.offer"


@dataclass(frozen=True)
class Practitioner:
    """Somebody who treats at a facility."""

    id: int
    name: str


@dataclass(frozen=True)
class Offer:
    """Whose record, to whom, where and for which visit. A sheet of paper knows no practitioner and visit yet."""

    subject: Subject
    facility_id: int
    facility_name: str
    practitioner: Practitioner | None = None
    encounter: str = ""
    phone: str = ""
    language: str = "vi"
    behalf: Behalf = field(default_factory=Behalf)


def practitioners(facility_id: int) -> list[Practitioner]:
    """Who treats at the facility today."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, full_name FROM sharing_practitioners(%s)", [facility_id])
        return [Practitioner(*row) for row in cursor.fetchall()]


def offer(actor: Actor, made: Offer) -> UUID:
    """Send a code to the person's telephone and give the share's id; an older open code of the same two ends.

    Raises HosoError HS2001 without the permission, HS2306 after too many offers or tries, HS2308 without a telephone,
    HS2309 where the message could not be sent, HS2310-HS2312 where a child's representative is missing, HS2314 for a
    practitioner who does not treat there, HS2331 without a visit.
    """
    scope = policy.decide(actor, ASK, PURPOSE)
    if made.practitioner is None or made.practitioner.id != actor.account_id:
        scope = policy.decide(actor, OFFER, PURPOSE)
    if not made.encounter.strip():
        raise HosoError("HS2331")
    if not made.phone:
        raise HosoError("HS2308")
    check_who_speaks(made.subject, made.behalf, PURPOSE)
    rules, code = sharing_rules(), draw_code(sharing_rules().digits)
    with acting_transaction(actor.account_id, PURPOSE):
        if made.practitioner not in practitioners(made.facility_id):
            raise HosoError("HS2314")
        share = _new(actor, made, "sms", rules.code_lives, code)
        _keep_to_limits(actor, share, rules)
        _replace_open_code(actor, share)
        _insert(share)
        _record(actor, scope.role.key, share)
    _send(actor, share, made.phone, rules, code)
    return share.id


def offer_on_paper(actor: Actor, made: Offer) -> tuple[UUID, str]:
    """A code to print at the commune for a person without a telephone; it is told this once.

    Raises HosoError HS2001 without the permission, HS2306, HS2310-HS2312 as `offer` does.
    """
    scope = policy.decide(actor, OFFER, PURPOSE)
    check_who_speaks(made.subject, made.behalf, PURPOSE)
    rules, code = sharing_rules(), draw_paper_code()
    with acting_transaction(actor.account_id, PURPOSE):
        share = _new(actor, made, "paper", rules.paper_lives, code)
        _keep_to_limits(actor, share, rules)
        _insert(share)
        _record(actor, scope.role.key, share)
    return share.id, code


def _new(actor: Actor, made: Offer, path: str, lives: timedelta, code: str) -> Share:
    now, who = timezone.now(), made.practitioner
    share = Share(
        id=uuid4(), person_id=made.subject.person_id, source_person_id=made.subject.source_person_id,
        place_id=made.subject.place_id, patient_id=made.subject.patient_id, born_from=made.subject.birth.earliest,
        born_to=made.subject.birth.latest, facility_id=made.facility_id, facility_name=made.facility_name,
        practitioner_id=who.id if who else None, practitioner_name=who.name if who else "",
        encounter=made.encounter.strip()[:100], scope="record", path="paper" if path == "paper" else "sms",
        started_by=actor.account_id,
        started_as="practitioner" if who and who.id == actor.account_id else "desk", language=made.language,
        salt=secrets.token_bytes(16), digest=b"", phone_end=made.phone[-3:] if path == "sms" else "", sent=None,
        representative_name=made.behalf.name, relation=made.behalf.relation, child_agreed=made.behalf.child_agreed,
        state="offered", attempts=0, offered_at=now, code_ends_at=now + lives, verified_at=None, ends_at=None,
        consent_id=None, grant_id=None, closed_at=None, closed_by=None, close_reason="",
    )  # fmt: skip
    return Share(**{**share.__dict__, "digest": digest_of(share, code)})


def _keep_to_limits(actor: Actor, share: Share, rules: SharingRules) -> None:
    """One offer at a time for a person, so that two at once do not both pass. Raises HosoError HS2306."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('sharing'), hashint8(%s))", [share.person_id])
        cursor.execute(
            "SELECT to_person, by_account, exhausted_at FROM sharing_lately(%s, %s, %s)",
            [share.person_id, actor.account_id, share.offered_at],
        )
        to_person, by_account, exhausted_at = cursor.fetchone()
    wait = _wait(exhausted_at, share.offered_at, rules)
    if to_person >= rules.offers_to_a_person_a_day:
        wait = max(wait, timedelta(hours=24))
    if by_account >= rules.offers_by_an_account_an_hour:
        wait = max(wait, timedelta(hours=1))
    if wait:
        raise HosoError("HS2306", minutes=-(-int(wait.total_seconds()) // 60))


def _wait(exhausted_at: datetime | None, now: datetime, rules: SharingRules) -> timedelta:
    return max(exhausted_at + rules.pause - now, timedelta()) if exhausted_at else timedelta()


def _replace_open_code(actor: Actor, share: Share) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE sharing_share SET state = 'revoked', closed_at = %s, closed_by = %s, close_reason = 'replaced'
            WHERE person_id = %s AND practitioner_id = %s AND state = 'offered' AND path = 'sms'
            """,
            [share.offered_at, actor.account_id, share.person_id, share.practitioner_id],
        )


def _insert(share: Share) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO sharing_share ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})",
            [getattr(share, name) for name in COLUMNS],
        )


def _record(actor: Actor, role: str, share: Share) -> None:
    record_event(
        AuditEvent(
            actor, role, PURPOSE, "create", share.person_id, object=f"Share/{share.id}", facility_id=share.facility_id,
            reason=f"offered by {share.path}",
        )
    )  # fmt: skip


def _send(actor: Actor, share: Share, phone: str, rules: SharingRules, code: str) -> None:
    """After the commit: a code whose message does not leave is worth nothing and is not kept to be sent later."""
    text = rules.message[share.language].format(
        code=code, practitioner=share.practitioner_name, facility=share.facility_name, hours=rules.access_hours,
        minutes=int(rules.code_lives.total_seconds()) // 60,
    )  # fmt: skip
    try:
        send_sms(phone, text)
        sent = True
    except SmsNotSent:
        sent = False
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute("UPDATE sharing_share SET sent = %s WHERE id = %s", [sent, share.id])
    if not sent:
        raise HosoError("HS2309")
