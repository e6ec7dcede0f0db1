"""The job that takes lists in. It says only that there is work; what is open stands in the ledger."""

from django.db import connection
from procrastinate.job_context import JobContext

from hoso.core.accounts.machines import intake_service_id
from hoso.core.database.session import acting_transaction
from hoso.core.jobs.queue import queue
from hoso.engines.intake.households.importing import PURPOSE, take_list


@queue.task(name="households.take", queue="intake", pass_context=True)
def take(context: JobContext, list_id: int) -> None:
    """A list was given or is to go on."""
    take_list(list_id, stop=context.should_abort)


@queue.periodic(cron="* * * * *")
@queue.task(name="households.resume", queue="intake", queueing_lock="households.resume", pass_context=True)
def resume(context: JobContext, timestamp: int) -> None:
    """Once a minute: go on with lists whose job died with its worker."""
    for list_id in open_lists():
        take_list(list_id, stop=context.should_abort)


def open_lists() -> list[int]:
    with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM household_list WHERE state IN ('waiting', 'reading') ORDER BY id")
        return [row[0] for row in cursor.fetchall()]
