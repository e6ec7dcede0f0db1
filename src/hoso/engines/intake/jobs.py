"""The intake's jobs."""

from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import INTAKE_SERVICE, intake_service_id
from hoso.core.jobs.queue import queue
from hoso.engines.intake.packages import process_package


def intake_service(route: str = "worker") -> Actor:
    """The machine account that files what arrives."""
    return Actor(intake_service_id(), INTAKE_SERVICE, route)


@queue.task(name="intake.process", queue="intake", lock="intake")
def process(package_id: int) -> None:
    """Take in one package. The lock keeps packages in their order of arrival."""
    process_package(package_id, intake_service())
