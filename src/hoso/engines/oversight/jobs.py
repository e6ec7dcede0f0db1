"""What oversight does by the clock."""

from hoso.core.jobs.queue import queue
from hoso.engines.oversight.alarms import look_over as look_over_accesses
from hoso.engines.oversight.collecting import collect_all
from hoso.engines.oversight.spent import time_spent
from hoso.engines.oversight.streaming import sense_stream


@queue.periodic(cron="* * * * *")
@queue.task(name="oversight.collect", queue="oversight", queueing_lock="oversight.collect")
def collect(timestamp: int) -> None:
    """Once a minute: take over what our own audit has written since, and sense what any system told."""
    with time_spent("oversight.collect"):
        collect_all()
    with time_spent("oversight.stream"):
        sense_stream()


@queue.periodic(cron="7 * * * *")
@queue.task(name="oversight.look_over", queue="oversight", queueing_lock="oversight.look_over")
def look_over(timestamp: int) -> None:
    """Once an hour: explain and sense the accesses of the last days, and raise cases."""
    with time_spent("oversight.look_over"):
        look_over_accesses()
