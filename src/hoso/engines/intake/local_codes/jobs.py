"""The job that files visits again after a mapping was approved. It says only that there is work; what waits stands in the database."""

from procrastinate.job_context import JobContext

from hoso.core.jobs.queue import queue
from hoso.engines.intake.jobs import intake_service
from hoso.engines.intake.local_codes.refiling import is_open, refile_waiting


@queue.task(name="local_codes.refile", queue="intake", lock="local_codes.refile", pass_context=True)
def refile(context: JobContext) -> None:
    """A mapping was approved."""
    refile_waiting(intake_service("mapping"), stop=context.should_abort)


@queue.periodic(cron="* * * * *")
@queue.task(name="local_codes.resume", queue="intake", queueing_lock="local_codes.resume", pass_context=True)
def resume(context: JobContext, timestamp: int) -> None:
    """Once a minute: go on where a killed worker stopped."""
    service = intake_service("mapping")
    if is_open(service):
        refile_waiting(service, stop=context.should_abort)
