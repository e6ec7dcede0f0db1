"""Helper processes must not outlive a killed parent: nobody would ever stop them."""

import os
import threading
import time

LOOK_EVERY_SECONDS = 1.0


def end_with_parent() -> None:
    """In a helper process: end by itself within a second or so after the process that started it."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_SECONDS)
    os._exit(1)
