"""The one way out: a question is decided, bound in the database, answered and recorded, in one transaction."""

from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass, replace
from typing import TypeVar

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, AuditUnwritable, record_event
from hoso.core.audit.shown import watching_labels
from hoso.core.audit.spool import keep_instead, record_or_spool
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError

Answer = TypeVar("Answer")

# Taking a record out of the house is more than reading it: each needs its own right and a reason (TT 13/2025; AC2).
TAKING_OUT = frozenset({"record.export", "record.print", "record.copy", "package.export"})


@dataclass(frozen=True)
class Asking:
    """What is asked: the permission it needs and how the audit names it. Where the asker cannot know whom it is about
    (a read by id), the answer tells it by its own `person_id`."""

    permission: str
    action: str = "read"  # read, search or export
    person_id: int | None = None
    object: str = ""
    reason: str = ""
    recorded: bool = True  # False only for the progress of one's own work, which names no person


def read(actor: Actor, purpose: str, asking: Asking, query: Callable[[policy.Scope], Answer]) -> Answer:
    """Answer `query` within the actor's scope and write one audit event about it, or one for each person it shows.

    Raises HosoError HS2001 when the policy refuses, HS2103 for an export or print without a reason; the refusal is an audit event too. Where the event cannot be written,
    raises HS2151 for an answer with labels; another answer's event is spooled, or HS2152 raised where the spool is full.
    """
    if asking.person_id is not None and not asking.recorded:
        raise ValueError("a question about a person is always recorded")
    if asking.permission in TAKING_OUT and asking.action != "export":
        raise ValueError(f"{asking.permission} is recorded as an export")
    if asking.permission in TAKING_OUT and not asking.reason.strip():
        raise HosoError("HS2103")
    try:
        scope = policy.decide(actor, asking.permission, purpose)
    except HosoError:
        record_refusal(actor, purpose, asking)
        raise
    events: list[AuditEvent] = []
    try:
        with watching_labels() as shown, acting_transaction(actor.account_id, purpose):
            answer = query(scope)
            if asking.recorded:
                shown_person = asking.person_id if _count(answer) else None
                by = policy.deciding(scope, shown_person) if shown_person is not None else None
                one = AuditEvent(
                    actor=actor,
                    role=scope.role.key,
                    purpose=purpose,
                    action=asking.action,
                    person_id=asking.person_id or getattr(answer, "person_id", None),
                    object=asking.object,
                    reason=asking.reason or (f"rule {by.rule}" if by else ""),
                    break_glass=by is not None and by.break_glass,
                    sensitive=shown.labels != 0,
                    found=_count(answer),
                )
                events = _for_each_person(one, answer)
                for event in events:
                    record_event(event)
    except AuditUnwritable:
        if not events:
            raise
        for event in events:
            keep_instead(event)
    return answer


def _for_each_person(event: AuditEvent, answer: object) -> list[AuditEvent]:
    """One event for each person of an answer about several (its `found_of_persons`), so that each sees who looked."""
    persons: Mapping[int, int] = getattr(answer, "found_of_persons", {})
    if event.person_id is not None or not persons:
        return [event]
    return [replace(event, person_id=person, found=found) for person, found in persons.items()]


def record_refusal(actor: Actor, purpose: str, asking: Asking) -> None:
    """One event for a question that was refused, in its own transaction."""
    role = actor.roles[0].key if actor.roles else "none"
    record_or_spool(
        AuditEvent(
            actor=actor,
            role=role,
            purpose=purpose,
            action="refuse",
            person_id=asking.person_id,
            object=asking.object,
            outcome="refused",
            reason=asking.permission,
        )
    )


def _count(answer: object) -> int | None:
    if answer is None:
        return 0
    return len(answer) if isinstance(answer, Sized) else 1
