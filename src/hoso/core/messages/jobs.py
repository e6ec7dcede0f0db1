"""Mail leaves once a minute; what waits stands in its table, so that a killed worker loses none."""

from hoso.core.jobs.queue import queue
from hoso.core.messages.sending import send_due_mail


@queue.periodic(cron="* * * * *")
@queue.task(name="messages.send_mail", queue="messages", queueing_lock="messages.send_mail")
def send_mail(timestamp: int) -> None:
    """`timestamp` is the moment the job was due; what counts is what is due now."""
    from hoso.core.accounts.machines import operator_id

    send_due_mail(operator_id())
