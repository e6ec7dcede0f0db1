"""One database transaction in the name of one actor for one purpose: what row security reads.

Actor and purpose travel by `SET LOCAL`, so they end with the transaction and cannot leak to the next one.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from hoso.core.database.prepared import rows_of

_SET_ACTOR = "SELECT set_config('hoso.actor', %s, true), set_config('hoso.purpose', %s, true)"


@contextmanager
def acting_transaction(actor_id: int, purpose: str) -> Iterator[None]:
    """Open a transaction (or join the open one) in which row security sees this actor and purpose."""
    with transaction.atomic():
        set_actor(actor_id, purpose)
        yield


def set_actor(actor_id: int, purpose: str) -> None:
    """Tell row security who asks and why, until the transaction ends."""
    rows_of(_SET_ACTOR, [str(actor_id), purpose])
