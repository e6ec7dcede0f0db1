"""Folders and ZIP files of packages: which members are taken, and which are refused and why."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from hoso.core.errors import HosoError

MAX_MEMBERS = 100_000
MAX_MEMBER_BYTES = 2 * 1024**3
MAX_RATIO = 200  # real XML with base64 packs about 10 to 1


def package_files(paths: list[Path]) -> list[Path]:
    """The XML and ZIP files among these paths and in their folders, in order of name.

    Raises HosoError HS3011 for a named file of another kind or one that is not there.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found.extend(sorted(one for one in path.rglob("*") if one.is_file() and _wanted(one.name)))
        elif path.is_file() and _wanted(path.name):
            found.append(path)
        else:
            raise HosoError("HS3011", file=path.name)
    return found


def _wanted(name: str) -> bool:
    return name.lower().endswith((".xml", ".zip")) and not name.startswith(".")


def is_archive(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"PK\x03\x04"


@contextmanager
def open_archive(path: Path, name: str) -> Iterator["Archive"]:
    """Open a ZIP. Raises HosoError HS3011 where it is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield Archive(archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):  # the last: an unknown way of packing
        raise HosoError("HS3011", file=name) from None


class Archive:
    """A ZIP of packages, read member by member and never unpacked to disk."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.archive, self.name = archive, name

    def members(self) -> list[zipfile.ZipInfo]:
        """The XML members in order of name. Raises HosoError HS3010 for one that is not safe to open."""
        members = [one for one in self.archive.infolist() if not one.is_dir()]
        if len(members) > MAX_MEMBERS:
            raise HosoError("HS3010", file=self.name, member=f"{len(members)} > {MAX_MEMBERS}")
        for member in members:
            if _is_unsafe(member):
                raise HosoError("HS3010", file=self.name, member=member.filename[:100])
        wanted = [one for one in members if one.filename.lower().endswith(".xml")]
        return sorted(wanted, key=lambda one: one.filename)

    def open(self, member: zipfile.ZipInfo) -> BinaryIO:
        return self.archive.open(member)  # type: ignore[return-value]


def _is_unsafe(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    leaves = path.is_absolute() or ".." in path.parts
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    bomb = member.file_size > MAX_MEMBER_BYTES or member.file_size > MAX_RATIO * max(member.compress_size, 1024)
    return leaves or is_link or bomb or bool(member.flag_bits & 1)
