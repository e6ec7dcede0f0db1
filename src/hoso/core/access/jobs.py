"""What the policy does by the clock."""

from django.utils import timezone

from hoso.core.access.break_glass import escalate_overdue_reviews
from hoso.core.jobs.queue import queue


@queue.periodic(cron="7 * * * *")
@queue.task(name="access.escalate_reviews", queue="access", queueing_lock="access.escalate_reviews")
def escalate_reviews(timestamp: int) -> None:
    """Every hour: break-glass that nobody reviewed in time is told again, one step up."""
    escalate_overdue_reviews(timezone.localdate())
