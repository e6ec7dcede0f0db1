"""The one way out: a question is decided, bound in the database, answered and recorded, in one transaction."""

from collections.abc import Callable, Sized
from dataclasses import dataclass
from typing import TypeVar

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Asking:
    """What is asked: the permission it needs and how the audit names it."""

    permission: str
    action: str = "read"  # read, search or export
    person_id: int | None = None
    object: str = ""
    reason: str = ""
    recorded: bool = True  # False only for the progress of one's own work, which names no person


def read(actor: Actor, purpose: str, asking: Asking, query: Callable[[policy.Scope], Answer]) -> Answer:
    """Answer `query` within the actor's scope and write one audit event about it.

    Raises HosoError HS2001 when the policy refuses; the refusal is an audit event too.
    """
    if asking.person_id is not None and not asking.recorded:
        raise ValueError("a question about a person is always recorded")
    try:
        scope = policy.decide(actor, asking.permission, purpose)
    except HosoError:
        record_refusal(actor, purpose, asking)
        raise
    with acting_transaction(actor.account_id, purpose):
        answer = query(scope)
        if asking.recorded:
            record_event(
                AuditEvent(
                    actor=actor,
                    role=scope.role.key,
                    purpose=purpose,
                    action=asking.action,
                    person_id=asking.person_id,
                    object=asking.object,
                    reason=asking.reason,
                    found=_count(answer),
                )
            )
        return answer


def record_refusal(actor: Actor, purpose: str, asking: Asking) -> None:
    """One event for a question that was refused, in its own transaction."""
    role = actor.roles[0].key if actor.roles else "none"
    record_event(
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
