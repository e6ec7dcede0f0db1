"""Calls are made at once when a package ends, and once a minute those that failed before."""

from hoso.core.jobs.queue import queue
from hoso.engines.intake.notifying.delivering import deliver_due


@queue.task(name="notifying.deliver")
def deliver() -> None:
    """A package ended: make the calls that are due."""
    deliver_due()


@queue.periodic(cron="* * * * *")
@queue.task(name="notifying.deliver_again", queueing_lock="notifying.deliver_again")
def deliver_again(timestamp: int) -> None:
    """Once a minute: calls that are to be tried again, or whose job died."""
    deliver_due()
