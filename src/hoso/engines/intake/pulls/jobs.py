"""Once a minute the worker asks the servers that are due."""

from hoso.core.jobs.queue import queue
from hoso.engines.intake.pulls.fetching import look_at_due


@queue.periodic(cron="* * * * *")
@queue.task(name="pulls.look", queueing_lock="pulls.look")
def look(timestamp: int) -> None:
    """Fetch what is new there and lay the results beside it."""
    look_at_due()
