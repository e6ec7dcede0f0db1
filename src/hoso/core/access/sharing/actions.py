"""The person's code opens the record, one tap shuts it: steps of a share, each under its row's lock.

A try is counted before it is judged and stays counted whatever follows; a refusal is an audit event.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.access.consent.actions import Answer, end_consent, record_answer
from hoso.core.access.grants import NewGrant, open_grant
from hoso.core.access.sharing import queries
from hoso.core.access.sharing.binding import digest_of
from hoso.core.access.sharing.codes import same
from hoso.core.access.sharing.models import Share
from hoso.core.access.sharing.offers import ASK, PURPOSE, practitioners
from hoso.core.access.sharing.rules import sharing_rules
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError

OPENS = ("record.read", "person.search")


def verify(actor: Actor, share_id: UUID, code: str) -> Share:
    """Try the code that the person read out; the right one opens the record to the practitioner until the visit ends.

    Raises HosoError HS2001 without the permission, HS2300 for a share of somebody else, HS2301 for one that has ended,
    HS2302 for a wrong code, HS2303 for a code used already, HS2304 for one that ran out, HS2305 after the last try.
    """
    scope = policy.decide(actor, ASK, PURPOSE)
    with acting_transaction(actor.account_id, PURPOSE):
        found = queries.share(share_id, lock=True)
        refusal = _refusal(found, actor, code)
        if refusal:
            _record_refusal(actor, scope.role.key, share_id, found, refusal)
        else:
            assert found is not None
            _open(actor, scope.role.key, found, found.practitioner_id, found.practitioner_name, found.encounter)
            found = queries.share(share_id)
    if refusal:
        raise refusal
    assert found is not None
    return found


def take_paper(actor: Actor, share_id: UUID, code: str, encounter: str) -> Share:
    """Take the sheet of a person without a telephone: it opens the record to this practitioner for this visit, once.

    Raises HosoError as `verify` does, HS2314 for who does not treat at the facility, HS2331 without a visit.
    """
    scope = policy.decide(actor, ASK, PURPOSE)
    if not encounter.strip():
        raise HosoError("HS2331")
    with acting_transaction(actor.account_id, PURPOSE):
        found = queries.share(share_id, lock=True)
        here = {one.id: one.name for one in practitioners(found.facility_id)} if found else {}
        refusal = HosoError("HS2314") if found and actor.account_id not in here else _refusal(found, actor, code)
        if refusal:
            _record_refusal(actor, scope.role.key, share_id, found, refusal)
        else:
            assert found is not None
            _open(actor, scope.role.key, found, actor.account_id, here[actor.account_id], encounter.strip()[:100])
            found = queries.share(share_id)
    if refusal:
        raise refusal
    assert found is not None
    return found


def revoke(actor: Actor, share_id: UUID, channel: str = "desk") -> None:
    """End a share: an open code, or the access with the consent and the grant it rests on; the next request finds it shut.

    Raises HosoError HS2001, HS2300 for a share of somebody else, HS2301 for one that has ended.
    """
    scope = policy.decide(actor, ASK, PURPOSE)
    with acting_transaction(actor.account_id, PURPOSE):
        found = queries.share(share_id, lock=True)
        if found is None:
            raise HosoError("HS2300")
        if found.state in ("expired", "revoked"):
            raise HosoError("HS2301")
        if found.consent_id:
            end_consent(actor, found.consent_id, channel, "share revoked", role=scope.role.key, purpose=PURPOSE)
        else:
            _close(found, "revoked", "taken_back", timezone.now(), actor.account_id)
        record_event(
            AuditEvent(
                actor, scope.role.key, PURPOSE, "update", found.person_id, object=f"Share/{share_id}", reason="revoked"
            )
        )


def expire_due() -> int:
    """Mark what has run out by the clock; gives how many. Nothing depends on it: every reader looks at the clock too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sharing_expire(%s)", [timezone.now()])
        return int(cursor.fetchone()[0])


def _refusal(found: Share | None, actor: Actor, code: str) -> HosoError | None:
    """Count the try and judge it; None where the code is right."""
    now = timezone.now()
    if found is None:
        return HosoError("HS2300")
    if found.state in ("verified", "active"):
        return HosoError("HS2303")
    if found.state != "offered":
        return HosoError("HS2305" if found.close_reason == "too_many_tries" else "HS2301")
    if now >= found.code_ends_at:
        _close(found, "expired", "code_ran_out", now, None)
        return HosoError("HS2304")
    left = sharing_rules().tries - found.attempts - 1
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sharing_share SET attempts = attempts + 1 WHERE id = %s", [found.id])
    if same(digest_of(found, code.strip().upper().replace(" ", "")), found.digest):
        return None
    if left <= 0:
        _close(found, "revoked", "too_many_tries", now, actor.account_id)
        return HosoError("HS2305")
    return HosoError("HS2302", left=left)


def _open(actor: Actor, role: str, share: Share, account_id: int | None, name: str, encounter: str) -> None:
    now = timezone.now()
    ends_at = now + timedelta(hours=sharing_rules().access_hours)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE sharing_share SET state = 'verified', verified_at = %s, practitioner_id = %s, practitioner_name = %s,
                encounter = %s WHERE id = %s
            """,
            [now, account_id, name, encounter, share.id],
        )
    consent = record_answer(actor, share.subject, _answer(share, name, encounter, ends_at))
    grant_id = open_grant(
        actor,
        NewGrant(
            person_id=share.person_id, kind="one_time", purpose="treatment", permissions=OPENS, ends_at=ends_at,
            reason_code="shared_by_person", account_id=account_id, facility_id=share.facility_id, starts_at=now,
            source=f"Consent/{consent.id}",
        ),
        role=role, purpose=PURPOSE,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sharing_share SET state = 'active', ends_at = %s, consent_id = %s, grant_id = %s WHERE id = %s",
            [ends_at, consent.id, grant_id, share.id],
        )
    record_event(
        AuditEvent(
            actor, role, PURPOSE, "update", share.person_id, object=f"Share/{share.id}", facility_id=share.facility_id,
            reason=f"opened with Consent/{consent.id}",
        )
    )  # fmt: skip


def _answer(share: Share, practitioner: str, encounter: str, ends_at: datetime) -> Answer:
    return Answer(
        purpose=PURPOSE, given=True, facility_id=share.facility_id, facility_name=share.facility_name,
        channel="paper" if share.path == "paper" else "sms_code", language=share.language, behalf=share.behalf,
        valid_until=ends_at, practitioner=practitioner,
        words={"encounter": encounter, "hours": str(sharing_rules().access_hours)},
    )  # fmt: skip


def _close(share: Share, state: str, reason: str, at: datetime, by: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sharing_share SET state = %s, closed_at = %s, closed_by = %s, close_reason = %s WHERE id = %s",
            [state, at, by, reason, share.id],
        )


def _record_refusal(actor: Actor, role: str, share_id: UUID, share: Share | None, refusal: HosoError) -> None:
    record_event(
        AuditEvent(
            actor, role, PURPOSE, "refuse", share.person_id if share else None, object=f"Share/{share_id}",
            facility_id=share.facility_id if share else None, outcome="refused", reason=refusal.code,
        )
    )  # fmt: skip
