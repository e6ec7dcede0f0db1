"""Subscribers are told once a minute; a job that died is made up for by the next."""

from hoso.core.jobs.queue import queue
from hoso.engines.records.subscriptions.noting import note_changes
from hoso.engines.records.subscriptions.sending import send_due


@queue.task(name="subscriptions.tell_soon", queueing_lock="subscriptions.tell_soon")
def tell_soon() -> None:
    """Something was sent again by hand: do not wait for the minute."""
    note_changes()
    send_due()


@queue.periodic(cron="* * * * *")
@queue.task(name="subscriptions.tell", queueing_lock="subscriptions.tell")
def tell(timestamp: int) -> None:
    """Note what was written, and tell of it."""
    note_changes()
    send_due()
