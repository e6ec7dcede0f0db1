"""The job that takes lists in. It says only that there is work; what is open stands in the ledger."""

from procrastinate.job_context import JobContext

from hoso.core.jobs.queue import queue
from hoso.engines.intake.given_lists.ledger import open_lists
from hoso.engines.intake.households.importing import take_list
from hoso.engines.intake.households.lists import HOUSEHOLDS


@queue.task(name="households.take", queue="intake", pass_context=True)
def take(context: JobContext, list_id: int) -> None:
    """A list was given or is to go on."""
    take_list(list_id, stop=context.should_abort)


@queue.periodic(cron="* * * * *")
@queue.task(name="households.resume", queue="intake", queueing_lock="households.resume", pass_context=True)
def resume(context: JobContext, timestamp: int) -> None:
    """Once a minute: go on with lists whose job died with its worker."""
    for list_id in open_lists(HOUSEHOLDS):
        take_list(list_id, stop=context.should_abort)
