"""What the statistics do by the clock."""

from hoso.core.access.actor import Actor
from hoso.core.jobs.queue import queue


@queue.periodic(cron="0 0 * * *")  # 7 o'clock in Viet Nam: the worker's clock is UTC
@queue.task(name="statistics.remind", queue="statistics", queueing_lock="statistics.remind")
def remind(timestamp: int) -> None:
    """Once a day. Run twice it tells nobody twice."""
    from hoso.core.accounts.machines import OPERATOR, operator_id
    from hoso.engines.statistics.deadlines.reminding import remind_by_the_clock

    remind_by_the_clock(Actor(operator_id(), OPERATOR, "job:statistics.remind"))
