"""What oversight does by the clock."""

from hoso.core.jobs.queue import queue
from hoso.engines.oversight.collecting import collect_all


@queue.periodic(cron="* * * * *")
@queue.task(name="oversight.collect", queue="oversight", queueing_lock="oversight.collect")
def collect(timestamp: int) -> None:
    """Once a minute: take over what our own audit has written since."""
    collect_all()
