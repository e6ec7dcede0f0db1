"""A page's one question: asked with the permission and purpose its route declares, recorded as one audit event."""

from collections.abc import Callable
from typing import TypeVar

from hoso.core.access import reading
from hoso.core.access.policy import Scope
from hoso.web.routes import ActingRequest

Answer = TypeVar("Answer")


def ask(
    request: ActingRequest,
    query: Callable[[Scope], Answer],
    *,
    action: str = "read",
    person_id: int | None = None,
    about: str = "",
    reason: str = "",
    recorded: bool = True,
) -> Answer:
    """Answer `query` for the asker. Put all that a page needs into one query: one request is one audit event.

    Raises HosoError HS2001 when the policy refuses.
    """
    declared = request.declaration
    asking = reading.Asking(declared.permission, action, person_id, about, reason, recorded)
    return reading.read(request.actor, declared.purpose, asking, query)
