"""Handing the audit on: decided by the policy, with a reason, recorded before the first event leaves."""

from collections.abc import Callable

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope, decide
from hoso.core.access.reading import Asking, read
from hoso.core.audit import queries
from hoso.core.audit.formats import FORMATS
from hoso.core.audit.queries import EventRow, Filters
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError

PERMISSION, PURPOSE = "audit.export", "oversight"


class _Counted:
    """As many events as will leave: what the audit event of the export says was found."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count


def export(
    actor: Actor,
    format: str,
    filters: Filters,
    reason: str,
    write: Callable[[EventRow, str], None],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Give every event to `write` with its line in the format; returns how many.

    Raises HosoError HS2157 without a reason, HS2001 without the permission, KeyError for an unknown format.
    """
    if not reason.strip():
        raise HosoError("HS2157")
    line = FORMATS[format]

    def count(scope: Scope) -> _Counted:
        return _Counted(queries.count(scope, filters))

    asking = Asking(PERMISSION, "export", object=f"audit events as {format}", reason=reason.strip()[:500])
    total = len(read(actor, PURPOSE, asking, count))
    written = 0
    with acting_transaction(actor.account_id, PURPOSE):
        for event in queries.stream(decide(actor, PERMISSION, PURPOSE), filters):
            write(event, line(event))
            written += 1
            progress(written, total)
    return written
