"""The night: what was noted is sent at its hour, then compared. What failed is tried again by its back-off, the night's
hour missed is made up for."""

from django.utils import timezone

from hoso.core.errors import HosoError
from hoso.core.jobs.queue import queue
from hoso.engines.records.ministry_portal.gateway import portal_is_on
from hoso.engines.records.ministry_portal.noting import note_changes
from hoso.engines.records.ministry_portal.reconciling import days_to_compare, reconcile
from hoso.engines.records.ministry_portal.runs import last_run
from hoso.engines.records.ministry_portal.schedule import last_night
from hoso.engines.records.ministry_portal.sending import QUEUE, send_due


@queue.task(name="ministry_portal.send_soon", queue="portal")
def send_soon() -> None:
    """Something is to be sent again by hand: do not wait for the night."""
    _send()


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="ministry_portal.look", queue="portal", queueing_lock="ministry_portal.look")
def look(timestamp: int) -> None:
    """Every five minutes: note what was written, send what is due, and once a night compare."""
    if not portal_is_on():
        return
    note_changes()
    if _send() and _comparison_is_due():
        for day in days_to_compare(timezone.localdate()):
            try:
                reconcile(day)
            except HosoError:
                return  # written down by the run; the next night or `hoso portal reconcile` goes on


def _send() -> bool:
    """False where it could not be done; the run tells why."""
    if not QUEUE.due():
        return True
    try:
        send_due()
    except HosoError:
        return False
    return True


def _comparison_is_due() -> bool:
    last = last_run("reconcile")
    return last is None or last.began_at < last_night()
