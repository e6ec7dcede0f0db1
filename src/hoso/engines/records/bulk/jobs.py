"""The jobs of exports and imports. A job says only that there is work, and gives way to others every so often.

It does not matter what became of the job of a killed worker: `resume` goes on once a minute with all that is open.
"""

import logging
import time
from uuid import UUID

from django.db import close_old_connections, connection
from procrastinate.exceptions import AlreadyEnqueued

from hoso.core.jobs.queue import queue
from hoso.engines.records.bulk.exporting import steps as exporting
from hoso.engines.records.bulk.exporting.files import remove_files
from hoso.engines.records.bulk.importing import steps as importing
from hoso.engines.records.bulk.orders import end_overdue, kind_of, open_orders

log = logging.getLogger(__name__)
SLICE_SECONDS = 20.0


@queue.task(name="bulk.work", queue="bulk")
def work(order: str) -> None:
    """An order was placed, or gave way: go on with it."""
    if go_on(UUID(order)):
        work.defer(order=order)


@queue.periodic(cron="* * * * *")
@queue.task(name="bulk.resume", queue="bulk", queueing_lock="bulk.resume")
def resume(timestamp: int) -> None:
    """Once a minute: end what is overdue, and go on with what a killed worker left."""
    _renew_connection()
    for ended in end_overdue():
        remove_files(ended)
    for order in open_orders():
        if go_on(order):
            work.defer(order=str(order))


def resume_at_start() -> None:
    """Have a worker that begins go on at once where a killed one stopped."""
    try:
        resume.configure().defer(timestamp=0)
    except AlreadyEnqueued:
        log.debug("bulk orders are to be resumed already")


def go_on(order: UUID, seconds: float = SLICE_SECONDS) -> bool:
    """Work on an order for so long; True where it is not done then."""
    _renew_connection()
    step = {"export": exporting.step, "import": importing.step}.get(kind_of(order))
    end = time.monotonic() + seconds
    while step is not None and step(order):
        if time.monotonic() > end:
            return True
    return False


def _renew_connection() -> None:
    if not connection.in_atomic_block:
        close_old_connections()  # the database may have died since the last job
