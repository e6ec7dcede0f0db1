"""Stored originals: every package whole as it came, named by its SHA-256, safe on disk before it is acknowledged."""

import os
import shutil
import tempfile
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

CHUNK = 1024 * 1024


def originals_folder() -> Path:
    return Path(settings.HOSO_HOME) / "originals"


def path_of(digest: bytes) -> Path:
    name = digest.hex()
    return originals_folder() / name[:2] / name


def keep_original(chunks: Iterable[bytes]) -> tuple[bytes, int]:
    """Write the bytes durably and return (SHA-256, size). The same bytes are kept once."""
    folder = originals_folder()
    _make_folder(folder)
    digest, size = sha256(), 0
    handle, temporary = tempfile.mkstemp(dir=folder, prefix="arriving-")
    try:
        with os.fdopen(handle, "wb") as target:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        final = path_of(digest.digest())
        _make_folder(final.parent)
        os.replace(temporary, final)
        _sync_folder(final.parent)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return digest.digest(), size


def open_original(digest: bytes) -> BinaryIO:
    return path_of(digest).open("rb")


def chunks_of(stream: BinaryIO) -> Iterable[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def free_bytes() -> int:
    return shutil.disk_usage(settings.HOSO_HOME).free


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    # A rename survives a power cut only when its folder was synchronised too.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
