"""Encrypting stored originals anew, after their key was changed. Stopped anywhere, it goes on where it stopped."""

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from hoso.core.database.key_folder import KeyFolder
from hoso.core.errors import HosoError
from hoso.core.files.durable import durable_file
from hoso.core.files.encryption import EncryptedWriter, key_of_file, open_encrypted
from hoso.core.files.originals import chunks_of

Progress = Callable[[int, int], None]


def renew_originals(folder: Path, keys: KeyFolder, progress: Progress | None = None) -> int:
    """Bring every original (also those in clear) under the newest key; returns how many were written anew.

    A file is replaced as a whole, once its content was found to be what its name says. Raises HosoError HS9022 for one
    that is damaged, HS2240 where its key is missing.
    """
    newest = keys.current_id()
    waiting = [path for path in originals_in(folder) if key_of_file(path) != newest]
    for number, path in enumerate(waiting, 1):
        _renew(path, keys)
        if progress:
            progress(number, len(waiting))
    return len(waiting)


def originals_in(folder: Path) -> Iterator[Path]:
    """Every stored original of a folder, whole ones only."""
    for shelf in sorted(folder.glob("[0-9a-f][0-9a-f]")):
        for entry in os.scandir(shelf):
            if len(entry.name) == sha256().digest_size * 2:
                yield Path(entry.path)


def under_key(folder: Path, key_id: str) -> Path | None:
    """A file that is still under this key; None where there is none."""
    return next((path for path in originals_in(folder) if key_of_file(path) == key_id), None)


def _renew(path: Path, keys: KeyFolder) -> None:
    digest = sha256()
    with open_encrypted(path, keys) as source, durable_file(path) as target:
        writer = EncryptedWriter(target, keys)
        for chunk in chunks_of(source):
            digest.update(chunk)
            writer.write(chunk)
        writer.finish()
        if digest.hexdigest() != path.name:
            raise HosoError("HS9022", file=path.name)
