"""What the statistics do by the clock, and what was sent to be done later."""

import logging

from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone
from procrastinate import RetryStrategy

from hoso.core.access.actor import Actor
from hoso.core.jobs.queue import queue

log = logging.getLogger(__name__)
# A database that is away comes back; what is wrong with a row is told in the import's own summary.
AWAY = RetryStrategy(max_attempts=20, wait=30, retry_exceptions={OperationalError, InterfaceError})


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


@queue.task(name="statistics.take_deferred", queue="statistics", retry=AWAY)
def take_deferred(uid: str, account_id: int) -> None:
    """An import was sent that is to be done later. Done twice it is done once."""
    from hoso.engines.statistics.imports.deferred_work import give_up, take_in

    if not connection.in_atomic_block:
        close_old_connections()
    try:
        take_in(uid, account_id)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("the import %s could not be done", uid)
        give_up(uid, account_id)
