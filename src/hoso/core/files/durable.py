"""Files that appear whole or not at all, and survive a power cut once they are there."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

ARRIVING = "arriving-"  # how the name of a file begins that is not whole yet


@dataclass
class Arriving:
    """A file being written; it must be told where it belongs before the block ends."""

    file: BinaryIO
    path: Path | None = None

    def becomes(self, path: Path) -> None:
        self.path = path


@contextmanager
def arriving_file(folder: Path) -> Iterator[Arriving]:
    """Yield a file to write whose name is not known yet (its hash); left by an error, nothing stands."""
    make_folder(folder)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=ARRIVING)
    try:
        with os.fdopen(handle, "wb") as target:
            arriving = Arriving(target)
            yield arriving
            target.flush()
            os.fsync(target.fileno())
        if arriving.path is None:
            raise ValueError("nobody said where the file belongs")
        make_folder(arriving.path.parent)
        os.replace(temporary, arriving.path)
        sync_folder(arriving.path.parent)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def durable_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a file to write that stands at `path` when the block ends, synchronised; left by an error, nothing stands."""
    with arriving_file(path.parent) as arriving:
        arriving.becomes(path)
        yield arriving.file


def first_file(path: Path, content: bytes) -> None:
    """Make the file, for its owner alone, unless it is there: of processes that come at the same moment the first one's stays."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=ARRIVING)
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())  # nothing is kept under a secret that a power cut could take
        with suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        Path(temporary).unlink()
        sync_folder(path.parent)


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
