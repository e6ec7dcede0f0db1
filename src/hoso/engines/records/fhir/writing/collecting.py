"""Python's search for circles among objects, put off while a turn is under way.

A large transaction makes hundreds of thousands of objects without circles; looking through them again and again took a
third of its time. What is no longer used is freed all the same, since that needs no search.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_turns = 0


@contextmanager
def collecting_put_off() -> Iterator[None]:
    """Until the last turn under way in this process ends."""
    global _turns
    with _lock:
        _turns += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _turns -= 1
            if _turns == 0:
                gc.enable()
