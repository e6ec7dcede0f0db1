"""A folder for one look at the accesses: below HOSO_HOME, for the house's own user alone, gone afterwards. What a killed look left
behind goes with the next one."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


@contextmanager
def work_folder() -> Iterator[Path]:
    """Held by a lock on the folder itself, which ends with the process, however it ends."""
    above = Path(settings.HOSO_HOME) / "oversight"
    above.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(above):
        for left in above.iterdir():
            _remove_if_left(left)
        folder = Path(tempfile.mkdtemp(dir=above))
        held = os.open(folder, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
        os.close(held)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _remove_if_left(folder: Path) -> None:
    try:
        held = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:  # its look ended just now
        return
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:  # another look is at work in it
        pass
    finally:
        os.close(held)
