"""Looking a backup over: whole files, the log without a gap, every original there; with a key also opened and tried."""

import tarfile
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hoso.core.backup import sealing
from hoso.core.backup.store import DATABASE_FILE, Base, Store
from hoso.core.backup.taking import file_hash
from hoso.core.backup.unpacking import unpack
from hoso.core.database.programs import run_program
from hoso.core.errors import HosoError

SEGMENTS_IN_A_FILE_NUMBER = 256  # of 16 MiB in 4 GiB: the name's middle part counts these, its end the segments in one

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Verified:
    """What was looked at."""

    base: str
    opened: bool  # False without a key: hashes only
    segments: int
    originals: int


def verify_backup(
    store: Store, home: Path, programs: Path, identities: Sequence[str], progress: Progress | None = None
) -> Verified:
    """Verify the newest copy and all that leads from it to the last mark.

    Raises HosoError HS9015 where there is no backup, HS9016 for what is damaged or missing, HS9017 for a wrong key.
    """
    base, mark = store.base_for(None), store.last_mark()
    path = store.folder_of(base.name) / DATABASE_FILE
    if not path.exists() or file_hash(path) != base.sha256:
        raise HosoError("HS9016", file=f"{base.name}/{DATABASE_FILE}", reason="SHA-256")
    segments = _verify_log(store, base, mark.segment)
    originals = _verify_originals(store, home, mark.at, progress)
    if identities:
        with tempfile.TemporaryDirectory(dir=home, prefix="restoring") as folder:
            unpack_database(store, base, Path(folder) / "database", identities)
            verify_database(programs, Path(folder) / "database")
    return Verified(base.name, bool(identities), segments, originals)


def unpack_database(store: Store, base: Base, folder: Path, identities: Sequence[str]) -> None:
    """Open a copy into a new folder. Raises HosoError HS9016, HS9017."""
    folder.mkdir(mode=0o700, parents=True)
    path = store.folder_of(base.name) / DATABASE_FILE
    with path.open("rb") as source:
        opened = sealing.OpenedPipe(source, identities, f"{base.name}/{DATABASE_FILE}")
        try:
            with closing(opened), tarfile.open(fileobj=opened.stream, mode="r|") as entries:
                unpack(entries, folder)
        except tarfile.TarError as error:
            raise HosoError("HS9016", file=path.name, reason=error) from error


def verify_database(programs: Path, folder: Path) -> None:
    """PostgreSQL's own look: every file of the copy against the manifest. Raises HosoError HS9016."""
    code, told = run_program(programs / "pg_verifybackup", "-n", "-q", str(folder))
    if code:
        raise HosoError("HS9016", file=folder.name, reason=(told.strip().splitlines() or ["?"])[0])


def _verify_log(store: Store, base: Base, last: str) -> int:
    """No segment missing between the copy and the mark, each as it was written."""
    known = store.segments()
    needed = segment_names(base.first_segment, last)
    for name in needed:
        # After a restoration the log goes on under a new timeline: any timeline's segment of that place will do.
        found = [one for one in known.values() if one.name[8:] == name[8:]]
        if not found:
            raise HosoError("HS9016", file=f"wal/{name}", reason="–")
        for segment in found:
            if not file_hash(segment.path).startswith(segment.sealed):
                raise HosoError("HS9016", file=segment.path.name, reason="SHA-256")
    return len(needed)


def segment_names(first: str, last: str) -> list[str]:
    """Names of the segments from one to another, both with them, under the first one's timeline."""
    one, other = _number(first), _number(last)
    timeline = first[:8]
    return [
        f"{timeline}{number // SEGMENTS_IN_A_FILE_NUMBER:08X}{number % SEGMENTS_IN_A_FILE_NUMBER:08X}"
        for number in range(one, other + 1)
    ]


def _number(segment: str) -> int:
    return int(segment[8:16], 16) * SEGMENTS_IN_A_FILE_NUMBER + int(segment[16:24], 16)


def _verify_originals(store: Store, home: Path, at: datetime, progress: Progress | None) -> int:
    """Every original that the data folder held at the mark has its copy."""
    held = (path for path in (home / "originals").glob("[0-9a-f][0-9a-f]/*") if len(path.name) == 64)
    wanted = [path for path in held if path.stat().st_mtime < at.timestamp() - 1]
    for number, path in enumerate(wanted, 1):
        copy = store.originals / path.parent.name / path.name
        if not copy.exists() or copy.stat().st_size == 0:
            raise HosoError("HS9016", file=f"originals/{path.name}", reason="–")
        if progress:
            progress(number, len(wanted))
    return len(wanted)
