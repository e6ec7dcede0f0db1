"""Helpers of the tests: a holder of the cube in a thread of this process."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

from hoso.core.facts.asking import ask_holder
from hoso.engines.statistics.cube.facts import facts_folder
from hoso.engines.statistics.cube.holder import Holder


@contextmanager
def held(home: Path) -> Iterator[Holder]:
    """The cube of this house, ready to answer."""
    stop, opened = threading.Event(), Holder(home)

    def run() -> None:
        try:
            opened.run_until(stop.is_set)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        wait_until_ready(home)
        yield opened
    finally:
        stop.set()
        thread.join()


def wait_until_ready(home: Path, seconds: float = 60.0) -> None:
    """Until the holder of this house answers for itself and builds nothing."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        state = ask_holder(facts_folder(home), {"do": "state"})
        if state is not None and state["ready"] and not state["building"]:
            return
        time.sleep(0.05)
    raise AssertionError("the cube did not get ready")
