"""Handling a request of a person: receive, reply, extend once, carry out or refuse. Each step is one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.access.consent.models import Behalf, Subject
from hoso.core.access.consent.representatives import representatives
from hoso.core.access.rights import clocks, queries
from hoso.core.access.rights.models import Request
from hoso.core.access.rights.retention import retained_until
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError

PURPOSE = "data_subject_rights"
PERMISSION = "rights.handle"


@dataclass(frozen=True)
class NewRequest:
    """What was asked. `purposes` only for a restriction; `died` and `classes` decide how long a record is kept."""

    subject: Subject
    person_name: str
    kind: str
    details: str
    facility_id: int = 0
    through_others: bool = False
    channel: str = "desk"
    behalf: Behalf = field(default_factory=Behalf)
    purposes: tuple[str, ...] = ()
    died: date | None = None
    classes: tuple[str, ...] = ("visit",)
    follows: int | None = None


def receive(actor: Actor, new: NewRequest) -> int:
    """Register a request; its clocks run from today. Gives its id.

    Raises HosoError HS2001 without the permission, HS2312 for a relation that does not exist, HS2325 without words,
    HS2326 where purposes and kind do not fit together.
    """
    scope = policy.decide(actor, PERMISSION, PURPOSE)
    kind = representatives().get(new.behalf.relation)
    if new.behalf.name and kind is None:
        raise HosoError("HS2312")
    if not new.details.strip():
        raise HosoError("HS2325")
    allowed = clocks.rights_rules().restrictable
    if (new.kind == "restrict") != bool(new.purposes) or not set(new.purposes) <= set(allowed):
        raise HosoError("HS2326")
    now = timezone.now()
    today = timezone.localdate(now)
    due = clocks.due(new.kind, today, new.through_others)
    with acting_transaction(actor.account_id, PURPOSE):
        values: dict[str, Any] = {
            "person_id": new.subject.person_id, "source_person_id": new.subject.source_person_id,
            "place_id": new.subject.place_id, "facility_id": new.facility_id, "person_name": new.person_name,
            "kind": new.kind, "purposes": list(new.purposes), "details": new.details.strip()[:4000],
            "through_others": new.through_others, "channel": new.channel, "representative_name": new.behalf.name,
            "relation": new.behalf.relation, "copy": kind.copy if kind else "full", "received_at": now,
            "reply_due": min(clocks.reply_due(today), due), "due": due,  # around Tết a term may end before two working days
            "retained_until": _kept_until(new) if new.kind == "delete" else None, "follows": new.follows,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO rights_request ({', '.join(values)}) VALUES ({', '.join(['%s'] * len(values))}) RETURNING id",
                list(values.values()),
            )
            request_id = int(cursor.fetchone()[0])
        _note(actor, request_id, "received", "")
        _record(actor, scope.role.key, new.subject.person_id, request_id, "create", new.kind)
    return request_id


def reply(actor: Actor, request_id: int, note: str = "") -> None:
    """Tell the person that the request is in hand and how it goes on. Raises HosoError HS2001, HS2320, HS2323."""
    with _step(actor, request_id, "replied", note) as step:
        if step.request.replied_at is not None:
            raise HosoError("HS2323")
        step.set(replied_at=timezone.now())


def extend(actor: Actor, request_id: int, days: int, reason: str) -> None:
    """Extend the term, once, by no more days than the law gives, for a reason that the person is told.

    Raises HosoError HS2321 without a reason, HS2322 for a second extension or too many days, HS2320, HS2323.
    """
    if not reason.strip():
        raise HosoError("HS2321")
    with _step(actor, request_id, "extended", reason) as step:
        request = step.request
        if request.extended_due is not None or not 1 <= days <= request.rule.extension:
            raise HosoError("HS2322", days=request.rule.extension)
        received = timezone.localdate(request.received_at)
        later = clocks.extended_due(request.kind, received, request.through_others, days)
        step.set(extended_due=later, extended_at=timezone.now(), extension_reason=reason.strip()[:1000])


def carry_out(actor: Actor, request_id: int, note: str = "") -> None:
    """The request is fulfilled; a restriction is in force from this commit on.

    Raises HosoError HS2324 for a deletion while the law keeps the record, HS2327 before the reply, HS2320, HS2323.
    """
    with _step(actor, request_id, "done", note) as step:
        request, today = step.request, timezone.localdate()
        if request.kind == "delete" and request.retained_until is not None and today < request.retained_until:
            raise HosoError("HS2324", until=request.retained_until.strftime("%d/%m/%Y"))
        if request.kind == "restrict":
            _restrict(request)
        step.decide("done", note)


def refuse(actor: Actor, request_id: int, reason: str) -> None:
    """The request is not fulfilled, for a reason that the person is told.

    Raises HosoError HS2325 without a reason, HS2327 before the reply, HS2320, HS2323.
    """
    if not reason.strip():
        raise HosoError("HS2325")
    with _step(actor, request_id, "refused", reason) as step:
        step.decide("refused", reason)


def lift(actor: Actor, restriction_id: int, note: str) -> None:
    """End a restriction, as the person asked or because its cause is gone. Raises HosoError HS2320, HS2325."""
    scope = policy.decide(actor, PERMISSION, PURPOSE)
    if not note.strip():
        raise HosoError("HS2325")
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE rights_restriction SET lifted_at = %s, lifted_by = %s WHERE id = %s AND lifted_at IS NULL"
            " RETURNING request_id, person_id, purpose",
            [timezone.now(), actor.account_id, restriction_id],
        )
        row = cursor.fetchone()
        if row is None:
            raise HosoError("HS2320")
        _note(actor, row[0], "lifted", f"{row[2]}: {note}")
        _record(actor, scope.role.key, row[1], row[0], "update", f"restriction lifted: {row[2]}")


def printed(actor: Actor, request_id: int, letter: str) -> None:
    """A letter was printed: a line of the history, in the running transaction."""
    _note(actor, request_id, "printed", letter)


@dataclass(frozen=True)
class _OpenRequest:
    """A request held under its lock, and what may be written to it."""

    actor: Actor
    request: Request

    def decide(self, state: str, reason: str) -> None:
        """Raises HosoError HS2327 before the person had a reply."""
        if self.request.replied_at is None:
            raise HosoError("HS2327")
        reason = reason.strip()[:2000]
        self.set(state=state, decided_at=timezone.now(), decided_by=self.actor.account_id, decision_reason=reason)

    def set(self, **columns: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE rights_request SET {', '.join(f'{name} = %s' for name in columns)} WHERE id = %s",
                [*columns.values(), self.request.id],
            )


@contextmanager
def _step(actor: Actor, request_id: int, act: str, note: str) -> Iterator[_OpenRequest]:
    """One step on an open request: its change, a line of its history and an audit event together, or nothing."""
    role = policy.decide(actor, PERMISSION, PURPOSE).role.key
    with acting_transaction(actor.account_id, PURPOSE):
        found = queries.request(request_id, lock=True)
        if found is None:
            raise HosoError("HS2320")
        if found.state != "open":
            raise HosoError("HS2323")
        yield _OpenRequest(actor, found)
        _note(actor, request_id, act, note.strip()[:1000])
        _record(actor, role, found.person_id, request_id, "update", act)


def _kept_until(new: NewRequest) -> date | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rights_last_care(%s)", [new.subject.person_id])
        return retained_until(cursor.fetchone()[0], new.died, new.classes)


def _restrict(request: Request) -> None:
    for purpose in request.purposes:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    """
                    INSERT INTO rights_restriction (person_id, source_person_id, place_id, facility_id, purpose, request_id, from_at)
                    VALUES (%s, %s, %s, %s, %s, %s, %s)
                    """,
                    [request.person_id, request.source_person_id, request.place_id, request.facility_id, purpose,
                     request.id, timezone.now()],
                )  # fmt: skip
        except IntegrityError:
            continue  # restricted already, by an earlier request


def _note(actor: Actor, request_id: int, act: str, note: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO rights_event (request_id, at, actor_id, actor_name, act, note) VALUES (%s, %s, %s, %s, %s, %s)",
            [request_id, timezone.now(), actor.account_id, actor.name, act, note],
        )


def _record(actor: Actor, role: str, person_id: int, request_id: int, action: str, reason: str) -> None:
    record_event(AuditEvent(actor, role, PURPOSE, action, person_id, object=f"Request/{request_id}", reason=reason))
