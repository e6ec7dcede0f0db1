"""Looking for a planted text in every file of a folder, in the shapes in which it would lie there in the clear."""

import gzip
import os
import stat
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

BLOCK = 1 << 20
Progress = Callable[[int, int], None]


def shapes(text: str) -> list[bytes]:
    """The text as UTF-8, UTF-16, hexadecimal digits, and inside base64 at each of its three offsets."""
    plain = text.encode()
    inside = [_inside_base64(plain, offset) for offset in range(3)]
    encodings = [plain, text.encode("utf-16-le"), text.encode("utf-16-be"), plain.hex().encode()]
    return [shape for shape in (*encodings, *inside) if len(shape) >= 8]


def _inside_base64(plain: bytes, offset: int) -> bytes:
    """The groups of base64 that hold nothing but the text, wherever it begins in a group."""
    encoded = b64encode(b"\0" * offset + plain)
    whole = (offset + len(plain)) % 3 == 0
    return encoded[4 if offset else 0 : None if whole else -4]


def files_holding(folder: Path, text: str, progress: Progress | None = None) -> Iterator[Path]:
    """Files in which the text lies in the clear; gzip and ZIP files are looked into."""
    wanted = shapes(text)
    sizes = dict(_files_below(folder))
    total, done = sum(sizes.values()), 0
    for path, size in sizes.items():
        try:
            if _holds(path, wanted):
                yield path
        except (FileNotFoundError, PermissionError):
            continue  # gone meanwhile
        done += size
        if progress:
            progress(done, total)


def _files_below(folder: Path) -> Iterator[tuple[Path, int]]:
    """Each plain file with its size in bytes. The folder is in use: what goes away while it is walked is left out."""
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            try:
                found = path.lstat()
            except FileNotFoundError:
                continue
            if stat.S_ISREG(found.st_mode):
                yield path, found.st_size


def _holds(path: Path, wanted: list[bytes]) -> bool:
    with path.open("rb") as source:
        head = source.read(4)
        source.seek(0)
        if _blocks_hold(iter(lambda: source.read(BLOCK), b""), wanted):
            return True
    try:
        if head[:2] == b"\x1f\x8b":
            with gzip.open(path) as unpacked:
                return _blocks_hold(iter(lambda: unpacked.read(BLOCK), b""), wanted)
        if head == b"PK\x03\x04":
            with zipfile.ZipFile(path) as archive:
                return any(_blocks_hold(iter([archive.read(name)]), wanted) for name in archive.namelist())
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError):
        return False  # not what it looked like
    return False


def _blocks_hold(blocks: Iterator[bytes], wanted: list[bytes]) -> bool:
    longest, tail = max(map(len, wanted)), b""
    for block in blocks:
        window = tail + block
        if any(shape in window for shape in wanted):
            return True
        tail = window[-longest:]
    return False
