"""Stored originals: every package whole as it came, named by its SHA-256, safe on disk before it is acknowledged."""

import shutil
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from hoso.core.database.key_folder import KeyFolder
from hoso.core.files.durable import arriving_file
from hoso.core.files.encryption import EncryptedWriter, open_encrypted

CHUNK = 1024 * 1024
KEYS = "original-keys"


def originals_folder() -> Path:
    return Path(settings.HOSO_HOME) / "originals"


def path_of(digest: bytes) -> Path:
    name = digest.hex()
    return originals_folder() / name[:2] / name


def original_keys(home: Path | None = None) -> KeyFolder:
    """The keys originals are encrypted with, of this installation or of another data folder."""
    return KeyFolder((home or Path(settings.HOSO_HOME)) / "secrets" / KEYS)


def keep_original(chunks: Iterable[bytes]) -> tuple[bytes, int]:
    """Write the bytes durably, encrypted, and return (SHA-256, size) of them as they came. The same bytes are kept once."""
    folder, keys = originals_folder(), original_keys()
    digest, size = sha256(), 0
    with arriving_file(folder) as arriving:
        writer = EncryptedWriter(arriving.file, keys)
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            writer.write(chunk)
        writer.finish()
        arriving.becomes(path_of(digest.digest()))
    return digest.digest(), size


def open_original(digest: bytes) -> BinaryIO:
    """The bytes as they came. Raises HosoError HS2240 without the key, HS9022 (when read) for a damaged file."""
    return open_encrypted(path_of(digest), original_keys())


def chunks_of(stream: BinaryIO) -> Iterable[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def free_bytes() -> int:
    return shutil.disk_usage(settings.HOSO_HOME).free
