"""The intake's jobs. A job says only that there is work; what is open stands in the ledger.

So it does not matter what became of the job of a killed worker: whichever comes next takes in all that is open, in
order of arrival.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext

from django.db import InterfaceError, OperationalError, close_old_connections, connection
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.job_context import JobContext

from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import INTAKE_SERVICE, intake_service_id
from hoso.core.database.session import acting_transaction
from hoso.core.jobs.queue import queue
from hoso.engines.intake.filing import PURPOSE
from hoso.engines.intake.helpers import WORTH_A_HELPER, helper_processes
from hoso.engines.intake.packages import process_package
from hoso.engines.intake.rechecking import recheck_package
from hoso.engines.intake.turn import turn

log = logging.getLogger(__name__)


def intake_service(route: str = "worker") -> Actor:
    """The machine account that files what arrives."""
    return Actor(intake_service_id(), INTAKE_SERVICE, route)


@queue.task(name="intake.process", queue="intake", pass_context=True)
def process(context: JobContext, package_id: int) -> None:
    """A package was received: take in whatever is open. `package_id` is for whoever looks at the job."""
    take_in_open_packages(context.should_abort)


@queue.periodic(cron="* * * * *")
@queue.task(name="intake.resume", queue="intake", queueing_lock="intake.resume", pass_context=True)
def resume(context: JobContext, timestamp: int) -> None:
    """Once a minute: go on with packages whose job died with its worker or failed."""
    take_in_open_packages(context.should_abort)


@queue.task(name="intake.recheck", queue="intake")
def recheck(package_id: int) -> None:
    """The desk asked for it: judge a package's quarantined visits anew."""
    recheck_package(package_id, intake_service("recheck"))


def resume_at_start() -> None:
    """Have a worker that begins go on at once where a killed one stopped."""
    try:
        resume.configure().defer(timestamp=0)
    except AlreadyEnqueued:
        log.debug("the intake is to be resumed already")


def take_in_open_packages(stop: Callable[[], bool] = lambda: False) -> None:
    """Take in every open package in order of arrival, unless another process is at it.

    A package that fails for a reason of ours is left open for the next minute and does not hold up the others; the
    first such failure is raised at the end. Without the database everything waits.
    """
    if not connection.in_atomic_block:
        close_old_connections()  # the database may have died since the last job
    failures: dict[int, Exception] = {}
    mine = True
    # Asked again after the turn is given up: a job that came meanwhile found it taken and ended.
    while mine and not stop() and _first_open(failures):
        with turn(wait=False) as mine:
            if mine:
                _take_in(failures, stop)
    if failures:
        raise next(iter(failures.values()))


def _take_in(failures: dict[int, Exception], stop: Callable[[], bool]) -> None:
    service = intake_service()
    with helper_processes() if _open_bytes() >= WORTH_A_HELPER else nullcontext() as executor:
        while not stop() and (package_id := _first_open(failures)):
            _take_in_one(package_id, service, executor, failures)


def _take_in_one(package_id: int, service: Actor, executor: Executor | None, failures: dict[int, Exception]) -> None:
    try:
        process_package(package_id, service, executor)
    except (OperationalError, InterfaceError, BrokenProcessPool):
        raise
    except Exception as error:
        log.exception("package %s was left open", package_id)
        failures[package_id] = error


def _first_open(without: dict[int, Exception]) -> int | None:
    """The open package that arrived first, those that failed just now left aside."""
    with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM intake_package WHERE state IN ('waiting', 'reading') AND id <> ALL (%s) ORDER BY id LIMIT 1",
            [list(without)],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _open_bytes() -> int:
    with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(size_bytes), 0) FROM intake_package WHERE state IN ('waiting', 'reading')")
        return int(cursor.fetchone()[0])
