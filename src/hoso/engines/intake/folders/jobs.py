"""Once a minute the worker looks at the watched folders; `hoso watch` does it more often."""

from hoso.core.jobs.queue import queue
from hoso.engines.intake.folders.taking import look_at_all


@queue.periodic(cron="* * * * *")
@queue.task(name="folders.look", queueing_lock="folders.look")
def look(timestamp: int) -> None:
    """Take what lies in the folders and tell what became of it."""
    look_at_all()
