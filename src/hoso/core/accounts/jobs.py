"""What happens to accounts by itself: once a day, those nobody uses are locked."""

from hoso.core.access.actor import Actor
from hoso.core.accounts.disuse import lock_unused
from hoso.core.accounts.machines import OPERATOR, operator_id
from hoso.core.jobs.queue import queue


@queue.periodic(cron="17 1 * * *")
@queue.task(name="accounts.lock_unused", queueing_lock="accounts.lock_unused")
def lock_unused_accounts(timestamp: int) -> None:
    """`timestamp` is the moment the job was due; it is not needed, as what counts is how it stands now."""
    lock_unused(Actor(operator_id(), OPERATOR, "job:accounts.lock_unused"))
