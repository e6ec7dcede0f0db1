"""Folders and ZIP files of packages: which members are taken, and which are refused and why."""

import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from hoso.core.errors import HosoError
from hoso.engines.intake.cda.reading import is_cda
from hoso.engines.intake.envelope import read_visits
from hoso.engines.intake.sent import Finding, PackageHeader, RawVisit

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


def read_package(stream: BinaryIO, name: str) -> Iterator[RawVisit]:
    """Yield every HOSO of a package: one XML envelope, or a ZIP of them, whose visits are numbered on through its
    members. A member that cannot be read is one visit with that finding, and the next member goes on; CDA documents among
    them are left to `enclosed.py`.

    Raises HosoError as `read_visits`; HS3010 for a ZIP with an unsafe member, HS3011 for one that cannot be opened.
    """
    if not is_zip(stream):
        yield from read_visits(stream, name)
        return
    with package_members(stream, name) as (archive, members):
        yield from _visits_of_members(archive, members, name)


def is_zip(stream: BinaryIO) -> bool:
    start = stream.read(4)
    stream.seek(0)
    return start == b"PK\x03\x04"


@contextmanager
def package_members(stream: BinaryIO, name: str) -> Iterator[tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]]:
    """The open ZIP and its XML members in order of name. Raises HosoError HS3010, HS3011, also for what breaks in the block."""
    try:
        with zipfile.ZipFile(stream) as archive:
            yield archive, _members(archive, name)
    # NotImplementedError: an unknown way of packing; OSError, ValueError: bz2 and offsets that lead nowhere.
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        NotImplementedError,
        OSError,
        ValueError,
        struct.error,
        RuntimeError,
    ):
        raise HosoError("HS3011", file=name) from None


def is_enclosed_document(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Whether this member is a CDA document; what cannot be read as XML is none."""
    try:
        with archive.open(member) as stream:
            return is_cda(cast(BinaryIO, stream))
    except HosoError:
        return False


def _visits_of_members(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str) -> Iterator[RawVisit]:
    ordinal = documents = 0
    for member in members:
        if is_enclosed_document(archive, member):
            documents += 1
            continue
        try:
            with archive.open(member) as stream:
                for visit in read_visits(cast(BinaryIO, stream), f"{name}/{member.filename}"):
                    ordinal += 1
                    visit.ordinal = ordinal
                    yield visit
        except HosoError as error:
            ordinal += 1
            params = {key: str(value) for key, value in error.params.items()}
            finding = Finding(error.code, "error", 0, 0, "", "", params)
            yield RawVisit(PackageHeader("", None, None), ordinal, [], finding)
    if not ordinal and not documents:
        raise HosoError("HS3005", file=name)


def _members(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """The XML members in order of name, read one by one and never unpacked to disk."""
    members = [one for one in archive.infolist() if not one.filename or not one.is_dir()]
    if len(members) > MAX_MEMBERS:
        raise HosoError("HS3010", file=name, member=f"{len(members)} > {MAX_MEMBERS}")
    for member in members:
        if _is_unsafe(member):
            raise HosoError("HS3010", file=name, member=member.filename[:100])
    for earlier, later in pairwise(sorted(members, key=lambda one: one.header_offset)):
        if later.header_offset < earlier.header_offset + earlier.compress_size:  # one content under many names
            raise HosoError("HS3010", file=name, member=later.filename[:100])
    return sorted((one for one in members if one.filename.lower().endswith(".xml")), key=lambda one: one.filename)


def _is_unsafe(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    leaves = not member.filename or path.is_absolute() or ".." in path.parts
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    bomb = member.file_size > MAX_MEMBER_BYTES or member.file_size > MAX_RATIO * max(member.compress_size, 1024)
    return leaves or is_link or bomb or bool(member.flag_bits & 1)
