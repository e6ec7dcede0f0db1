"""Helper processes that prepare visits ahead of the process that files them."""

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from django.conf import settings

from hoso.engines.intake.preparing import settle_helper

# Below so many bytes waiting, a helper would take longer to start than it saves.
WORTH_A_HELPER = 2_000_000


@contextmanager
def helper_processes() -> Iterator[Executor | None]:
    """As many as HOSO_INTAKE_PROCESSES says; none for 0. They never touch the database."""
    count = settings.ENVIRONMENT["HOSO_INTAKE_PROCESSES"]
    if count == 0:
        yield None
        return
    # Not forked: a copy of this process would share its database connection.
    with ProcessPoolExecutor(count, get_context("spawn"), initializer=settle_helper) as executor:
        yield executor
