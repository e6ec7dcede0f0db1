"""What protects the house from too much writing at once: sizes, entries, writers."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.http import HttpRequest

from hoso.core.errors import HosoError

MOST_BYTES = 64 * 1024 * 1024  # of one request
MOST_OF_ONE = 8 * 1024 * 1024  # of one resource, not in a bundle
WRITERS = 3  # at once in one process; one thread stays for reading
PATIENCE_SECONDS = 10
RETRY_SECONDS = 5
_writers = BoundedSemaphore(WRITERS)


def body_of(request: HttpRequest, most: int) -> bytes:
    """The whole body. Raises HosoError HS5131 where it is longer than `most` bytes."""
    stated = request.headers.get("Content-Length", "")
    if stated.isdecimal() and int(stated) > most:
        raise HosoError("HS5131", most=f"{most // 1024 // 1024} MB")
    body = request.read(most + 1)
    if len(body) > most:
        raise HosoError("HS5131", most=f"{most // 1024 // 1024} MB")
    return body


@contextmanager
def among_writers() -> Iterator[None]:
    """A place among the writers of this process. Raises HosoError HS5132 where none comes free in time."""
    if not _writers.acquire(timeout=PATIENCE_SECONDS):
        raise HosoError("HS5132", seconds=RETRY_SECONDS)
    try:
        yield
    finally:
        _writers.release()
