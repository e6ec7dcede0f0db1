"""Packages put together out of a journal: a folder of XML files, a ZIP of them, or one XML file."""

import io
import os
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO, cast

from hoso.core.errors import HosoError
from hoso.core.files.durable import durable_file, make_folder, sync_folder
from hoso.engines.intake.outbound.journal import Entry, Journal
from hoso.engines.intake.outbound.writing import envelope

Sign = Callable[[bytes], bytes]  # a package, and the same with its signature


@dataclass
class Piece:
    """One package: the visits that stand together in it, all of one facility."""

    facility: str
    entries: list[Entry] = field(default_factory=list)

    def write(self, visits: BinaryIO, made_on: date, to: BinaryIO, sign: Sign | None = None) -> None:
        """A signature needs the whole package at once; without one its visits are copied one by one."""
        if sign:
            whole = io.BytesIO()
            self.write(visits, made_on, whole)
            to.write(sign(whole.getvalue()))
            return
        before, behind = envelope(self.facility, made_on, len(self.entries))
        to.write(before)
        for entry in self.entries:
            visits.seek(entry.offset)
            to.write(visits.read(entry.size))
        to.write(behind)


def pieces(entries: Iterable[Entry], most: int) -> Iterator[Piece]:
    """Packages of at most so many visits. They are numbered in the order of filing: taken in by name, a later sending
    of a visit comes after an earlier one."""
    piece: Piece | None = None
    for entry in entries:
        if not entry.size:
            continue
        if piece and (piece.facility != entry.facility or len(piece.entries) >= most):
            yield piece
            piece = None
        piece = piece or Piece(entry.facility)
        piece.entries.append(entry)
    if piece:
        yield piece


def count_files(journal: Journal, target: Path, most: int) -> int:
    """How many packages `put_together` will write."""
    found = sum(1 for _ in pieces(journal.entries(), most))
    return min(found, 1) if target.suffix.lower() == ".xml" else found


def put_together(journal: Journal, target: Path, made_on: date, most: int, sign: Sign | None = None) -> None:
    """Write the target out of the journal, whole or not at all. Raises HosoError HS3366."""
    kind = target.suffix.lower()
    with (journal.folder / "visits").open("rb") as visits:
        if kind == ".xml":
            _one_file(journal, visits, target, made_on, sign)
        elif kind == ".zip":
            _zip(pieces(journal.entries(), most), visits, target, made_on, sign)
        else:
            _folder(pieces(journal.entries(), most), journal.folder / "files", visits, target, made_on, sign)


def _one_file(journal: Journal, visits: BinaryIO, target: Path, made_on: date, sign: Sign | None) -> None:
    """One envelope whatever the number of visits: its visits are copied one by one, and held together for a signature."""
    facilities, count = set(), 0
    for entry in journal.entries():
        if entry.size:
            facilities.add(entry.facility)
            count += 1
    if len(facilities) > 1:
        raise HosoError("HS3366")
    before, behind = envelope(facilities.pop(), made_on, count)
    with durable_file(target) as file:
        to: BinaryIO = io.BytesIO() if sign else file
        to.write(before)
        for entry in journal.entries():
            visits.seek(entry.offset)
            to.write(visits.read(entry.size))
        to.write(behind)
        if sign and isinstance(to, io.BytesIO):
            file.write(sign(to.getvalue()))


def _zip(found: Iterator[Piece], visits: BinaryIO, target: Path, made_on: date, sign: Sign | None) -> None:
    with durable_file(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        add_pieces(archive, found, visits, made_on, sign)


def add_pieces(
    archive: zipfile.ZipFile, found: Iterable[Piece], visits: BinaryIO, made_on: date, sign: Sign | None = None
) -> None:
    """Each package as a member of the archive."""
    for number, piece in enumerate(found, start=1):
        with archive.open(_name(number, piece), "w") as member:
            piece.write(visits, made_on, cast(BinaryIO, member), sign)


def _folder(
    found: Iterator[Piece], arriving: Path, visits: BinaryIO, target: Path, made_on: date, sign: Sign | None
) -> None:
    """The whole folder appears at once."""
    shutil.rmtree(arriving, ignore_errors=True)
    make_folder(arriving)
    for number, piece in enumerate(found, start=1):
        with durable_file(arriving / _name(number, piece)) as file:
            piece.write(visits, made_on, file, sign)
    os.replace(arriving, target)
    sync_folder(target.parent)


def _name(number: int, piece: Piece) -> str:
    code = "".join(letter if letter.isalnum() else "_" for letter in piece.facility)
    return f"{number:06}-{code}.xml"
