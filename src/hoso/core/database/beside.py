"""Work done beside other work, on a database connection of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connections


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[None]:
    """Do `work` in a thread while the block runs; after the block both are done. What `work` raises is raised there.

    Worth it where both wait for the database much of their time. Neither sees what the other has not committed.
    """

    def own() -> None:
        try:
            work()
        finally:
            connections.close_all()  # this thread's, which nobody would close after it

    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(own)
        yield
    running.result()
