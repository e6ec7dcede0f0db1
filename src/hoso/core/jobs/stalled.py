"""Jobs whose worker was killed: put back, since every job may be done twice (design.md section 4)."""

from procrastinate.job_context import JobContext

from hoso.core.jobs.queue import queue


@queue.periodic(cron="* * * * *")
@queue.task(name="jobs.put_back", queueing_lock="jobs.put_back", pass_context=True)
async def put_back(context: JobContext, timestamp: int) -> None:
    """Once a minute: jobs of workers without a sign of life for half a minute wait again."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)
