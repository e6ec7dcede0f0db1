"""Being told to stop, by a signal, while work goes on."""

import signal
from collections.abc import Callable
from types import FrameType


def asked_to_stop() -> Callable[[], bool]:
    """From now on SIGINT and SIGTERM end nothing at once: what is returned says whether one of them came."""
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return lambda: stopping
