"""What the web does by the clock: it knows how figures look on paper."""

from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.jobs.queue import queue


@queue.periodic(cron="5 * * * *")
@queue.task(name="statistics.mail", queue="statistics", queueing_lock="statistics.mail")
def mail_figures(timestamp: int) -> None:
    """Every hour, so that a mailing of today that could not be worked out once is; each leaves once a day."""
    from hoso.core.accounts.machines import OPERATOR, operator_id
    from hoso.web.mailed_figures.sending import ROUTE, send_mailings

    send_mailings(Actor(operator_id(), OPERATOR, ROUTE), timezone.localdate())
