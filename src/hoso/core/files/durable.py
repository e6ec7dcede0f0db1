"""Files that appear whole or not at all, and survive a power cut once they are there."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

ARRIVING = "arriving-"  # how the name of a file begins that is not whole yet


@contextmanager
def durable_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a file to write that stands at `path` when the block ends, synchronised; left by an error, nothing stands."""
    make_folder(path.parent)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=ARRIVING)
    try:
        with os.fdopen(handle, "wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def make_folder(folder: Path) -> None:
    """Make the folder when it is missing, so that it survives too."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """A rename survives a power cut only when its folder was synchronised too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
