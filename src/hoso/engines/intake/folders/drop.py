"""Files in a watched folder: which are whole, and how they move. Nothing is ever removed.

DROP/              what a facility puts there
DROP/processing/   received, its result not there yet
DROP/done/         taken in, each with NAME.ketqua.json and NAME.ketqua.txt beside it
DROP/refused/      refused as a whole, or no package at all, with the same two files

Names get the package's number before their ending, so that no file takes another's place.
"""

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from hoso.core.files.durable import make_folder, sync_folder
from hoso.core.files.originals import chunks_of

PROCESSING, DONE, REFUSED = "processing", "done", "refused"
UNFINISHED = (".part", ".tmp", ".filepart", ".partial", ".uploading", ".crdownload")
WAIT_FOR_THE_END = 600.0  # seconds for a file that does not end as a package does: bad lines pause
_ENDS = (b"</GIAMDINHHS>", b"</CHI_TIEU_TRANG_THAI_KCB>")
_TAIL = 4096


@dataclass(frozen=True)
class Dropped:
    """A file that is whole as far as can be told, with what shows that it is still the same."""

    path: Path
    size: int
    changed_ns: int


def whole_files(folder: Path, settle: float, now: float | None = None) -> Iterator[Dropped]:
    """The files that have not changed for `settle` seconds, oldest first; links and folders are left where they are.

    Raises OSError where the folder cannot be read.
    """
    now = time.time() if now is None else now
    found = []
    for entry in os.scandir(folder):
        if entry.name.startswith(".") or entry.name.lower().endswith(UNFINISHED):
            continue
        about = entry.stat(follow_symlinks=False)
        if stat.S_ISREG(about.st_mode):
            found.append(Dropped(Path(entry.path), about.st_size, about.st_mtime_ns))
    for one in sorted(found, key=lambda one: (one.changed_ns, one.path.name)):
        age = now - one.changed_ns / 1e9
        if age >= WAIT_FOR_THE_END or (age >= settle and (not is_package(one.path) or _ends_as_one(one.path))):
            yield one


def is_package(path: Path) -> bool:
    return is_package_name(path.name)


def is_package_name(name: str) -> bool:
    return name.lower().endswith((".xml", ".zip"))


def digest_of(dropped: Dropped) -> bytes | None:
    """The SHA-256 of the file; None where it changed while it was read, or is gone."""
    try:
        with os.fdopen(os.open(dropped.path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            digest = sha256()
            for chunk in chunks_of(file):
                digest.update(chunk)
            about = os.fstat(file.fileno())
    except FileNotFoundError:
        return None
    same = (about.st_size, about.st_mtime_ns) == (dropped.size, dropped.changed_ns)
    return digest.digest() if same else None


def numbered(name: str, number: int | str) -> str:
    """`goi.xml` of package 12 is `goi.12.xml`."""
    path = Path(name)
    return f"{path.stem}.{number}{path.suffix}"


def move(path: Path, to: Path) -> None:
    """Move within the folder, safe against a power cut."""
    make_folder(to.parent)
    os.replace(path, to)
    sync_folder(to.parent)
    sync_folder(path.parent)


def ends_as_package(file: BinaryIO, name: str) -> bool:
    """Whether the last bytes are those of a package of this name, so that nothing of it is missing."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    return b"PK\x05\x06" in tail if name.lower().endswith(".zip") else any(end in tail for end in _ENDS)


def _ends_as_one(path: Path) -> bool:
    with path.open("rb") as file:
        return ends_as_package(file, path.name)
