"""Once a minute: shares that have run out are marked so."""

from hoso.core.access.sharing.actions import expire_due
from hoso.core.jobs.queue import queue


@queue.periodic(cron="* * * * *")
@queue.task(name="sharing.expire", queue="access", queueing_lock="sharing.expire")
def expire(timestamp: int) -> None:
    expire_due()
