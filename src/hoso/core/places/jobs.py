"""What becomes of administrative units by the clock."""

from hoso.core.jobs.queue import queue


@queue.periodic(cron="*/10 * * * *")
@queue.task(name="places.apply_decisions", queueing_lock="places.apply_decisions")
def apply_decisions(timestamp: int) -> None:
    """Every ten minutes, so soon after midnight: approved decisions take effect on their day."""
    from hoso.core.accounts.actions import operator
    from hoso.core.places.decisions.actions import apply_due

    apply_due(operator("places apply"))
