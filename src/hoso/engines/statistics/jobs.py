"""What the statistics do by the clock."""

from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.jobs.queue import queue


@queue.periodic(cron="0 0 * * *")  # 7 o'clock in Viet Nam: the worker's clock is UTC
@queue.task(name="statistics.remind", queue="statistics", queueing_lock="statistics.remind")
def remind(timestamp: int) -> None:
    """Once a day. Run twice it tells nobody twice."""
    from hoso.core.accounts.machines import OPERATOR, operator_id
    from hoso.engines.statistics.deadlines.reminding import remind_by_the_clock

    remind_by_the_clock(Actor(operator_id(), OPERATOR, "job:statistics.remind"))


@queue.periodic(cron="30 16 * * *")  # half past 11 at night in Viet Nam: a month's last count is of its last evening
@queue.task(name="statistics.count_record", queue="statistics", queueing_lock="statistics.count_record")
def count_record(timestamp: int) -> None:
    """Once a day. Of a month that is over nothing changes any more."""
    from hoso.engines.statistics.from_record.record_state import count_record_state

    count_record_state(timezone.localdate())
