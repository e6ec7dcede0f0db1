"""The backup folder: what lies where, and which moments can be restored from it.

house.json                  whose backups these are: the database's system identifier
base/TIME/                  a copy of the whole database: database.tar.gz.age, note.json (written last)
wal/SEGMENT.PLAIN.SEALED…   the write-ahead log since, with the beginnings of both SHA-256
originals/ab/SHA-256        stored originals, encrypted as they lie in the data folder
secrets/TIME-…tar.gz.age    keys and passwords, whenever one changed
mark.json                   the last moment that can be restored
"""

import fcntl
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hoso.core.errors import HosoError
from hoso.core.files.durable import durable_file, make_folder

SEGMENT_FILE = re.compile(
    r"(?P<segment>[0-9A-F]{24}|[0-9A-F]{8}\.history)\.(?P<plain>[0-9a-f]{16})\.(?P<sealed>[0-9a-f]{16})\.gz\.age"
)
DATABASE_FILE, NOTE = "database.tar.gz.age", "note.json"


@dataclass(frozen=True)
class Base:
    """A copy of the whole database. It can be restored to any moment from `ended_at` on."""

    name: str
    started_at: datetime
    ended_at: datetime
    first_segment: str
    version: str  # of PostgreSQL: the same major version restores it
    recipients: tuple[str, ...]
    size: int  # of the file in the backup folder
    sha256: str  # of that file
    database_bytes: int


@dataclass(frozen=True)
class Mark:
    """Everything committed up to `at` is in the backup folder; `segment` is the last of the log that is there."""

    at: datetime
    segment: str


@dataclass(frozen=True)
class Segment:
    """A kept piece of the log; the hashes are the first 16 digits of the SHA-256 of its bytes and of the file."""

    path: Path
    name: str
    plain: str
    sealed: str


class Store:
    """One backup folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.wal, self.bases_folder = root / "wal", root / "base"
        self.originals, self.secrets = root / "originals", root / "secrets"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One writer at a time; others wait. Raises HosoError HS9010 where the folder cannot be written."""
        try:
            make_folder(self.root)
            handle = open(self.root / ".lock", "w")  # noqa: SIM115 - closed below
        except OSError as error:
            raise HosoError("HS9010", folder=self.root, reason=error.strerror) from error
        with handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def belongs_to(self, system: str) -> None:
        """Take the folder for this house, or see that it is its own. Raises HosoError HS9011."""
        path = self.root / "house.json"
        if not path.exists():
            self._write(path, {"format": 1, "system": system})
        owner = json.loads(path.read_text())["system"]
        if owner != system:
            raise HosoError("HS9011", folder=self.root)

    def bases(self) -> list[Base]:
        """The whole copies, oldest first; one that was broken off has no note and does not count."""
        notes = sorted(self.bases_folder.glob(f"*/{NOTE}"))
        return sorted((_base(json.loads(note.read_text())) for note in notes), key=lambda base: base.ended_at)

    def folder_of(self, base: str) -> Path:
        return self.bases_folder / base

    def add_base(self, base: Base) -> None:
        """With its note the copy counts."""
        self._write(self.folder_of(base.name) / NOTE, asdict(base))

    def segments(self) -> dict[str, Segment]:
        """The kept log by the segment's name (and the histories of timelines)."""
        found = (SEGMENT_FILE.fullmatch(path.name) for path in sorted(self.wal.glob("*.age")))
        return {
            match["segment"]: Segment(self.wal / match.string, match["segment"], match["plain"], match["sealed"])
            for match in found
            if match
        }

    def mark(self) -> Mark | None:
        path = self.root / "mark.json"
        if not path.exists():
            return None
        read = json.loads(path.read_text())
        return Mark(datetime.fromisoformat(read["at"]), read["segment"])

    def last_mark(self) -> Mark:
        """Raises HosoError HS9015 where nothing was ever archived."""
        mark = self.mark()
        if mark is None:
            raise HosoError("HS9015", time="", first="–", last="–")
        return mark

    def set_mark(self, mark: Mark) -> None:
        self._write(self.root / "mark.json", asdict(mark))

    def base_for(self, at: datetime | None) -> Base:
        """The copy from which a moment (none: the last one) is restored. Raises HosoError HS9015."""
        bases, mark = self.bases(), self.last_mark()
        if not bases:
            raise HosoError("HS9015", time=at or "", first="–", last="–")
        usable = [base for base in bases if at is None or base.ended_at <= at]
        if not usable or (at is not None and at > mark.at):
            first, last = (moment.isoformat(timespec="seconds") for moment in (bases[0].ended_at, mark.at))
            raise HosoError("HS9015", time=at, first=first, last=last)
        return usable[-1]

    @staticmethod
    def _write(path: Path, content: dict[str, Any]) -> None:
        with durable_file(path) as target:
            target.write(json.dumps(content, default=str, indent=1).encode())


def _base(note: dict[str, Any]) -> Base:
    times = {name: datetime.fromisoformat(note[name]) for name in ("started_at", "ended_at")}
    return Base(**{**note, **times, "recipients": tuple(note["recipients"])})
