"""The jobs of the register: lists are taken in, and what the calendar changes is shown."""

from procrastinate.job_context import JobContext

from hoso.core.jobs.queue import queue
from hoso.engines.intake.given_lists.ledger import open_lists
from hoso.engines.intake.practitioners.importing import take_list
from hoso.engines.intake.practitioners.kind import PRACTITIONERS
from hoso.engines.intake.practitioners.views import file_what_the_day_changed


@queue.task(name="practitioners.take", queue="intake", pass_context=True)
def take(context: JobContext, list_id: int) -> None:
    """A list was given or is to go on."""
    take_list(list_id, stop=context.should_abort)


@queue.periodic(cron="* * * * *")
@queue.task(name="practitioners.resume", queue="intake", queueing_lock="practitioners.resume", pass_context=True)
def resume(context: JobContext, timestamp: int) -> None:
    """Once a minute: go on with lists whose job died with its worker."""
    for list_id in open_lists(PRACTITIONERS):
        take_list(list_id, stop=context.should_abort)


@queue.periodic(cron="10 0 * * *")
@queue.task(name="practitioners.day", queue="intake", queueing_lock="practitioners.day")
def day(timestamp: int) -> None:
    """Soon after midnight: licences and places that began or ended are shown so."""
    file_what_the_day_changed()
