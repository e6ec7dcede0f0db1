"""Taking a backup: a copy of the whole database and of the secrets, sealed, and everything committed until its end."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO

from hoso.core.backup import sealing
from hoso.core.backup.archiving import archive, ensure_slot
from hoso.core.backup.house import House, refuse_failure
from hoso.core.backup.retention import Removed, remove_outlived
from hoso.core.backup.secret_bundles import FOLDERS
from hoso.core.backup.store import DATABASE_FILE, Base, Mark, Store
from hoso.core.errors import HosoError
from hoso.core.files.durable import durable_file

Progress = Callable[[int, int], None]

# Folders of the data folder: those a backup holds, and those that are made anew or lie elsewhere on purpose.
HELD = (*FOLDERS, "database", "originals")
NOT_HELD = ("database-users", "static", "wal-incoming", "lake", "facts", "audit", "destroyed.jsonl", "restoring")


@dataclass(frozen=True)
class Taken:
    """A backup that was taken; `left_out` are folders of the data folder that nobody said anything about."""

    base: Base
    mark: Mark
    removed: Removed
    left_out: list[str]


def take_backup(house: House, store: Store, keep_days: int, progress: Progress | None = None) -> Taken:
    """Copy the whole database, the secrets and the originals; remove what is older than wanted.

    Raises HosoError HS9010 where the folder cannot be written, and as `archive`.
    """
    with store.locked():
        store.belongs_to(house.ask("SELECT system_identifier FROM pg_control_system()"))
        with suppress(HosoError):  # a lost log is what this copy mends
            ensure_slot(house)
    started = datetime.now(UTC)
    name = started.strftime("%Y%m%dT%H%M%SZ")
    first = house.ask("SELECT pg_walfile_name(pg_current_wal_insert_lsn())")
    copied = _copy_database(house, store.folder_of(name) / DATABASE_FILE, progress)
    ended = datetime.fromisoformat(house.ask("SELECT clock_timestamp()"))
    mark = archive(house, store, compare_all=True)
    base = Base(
        name=name,
        started_at=started,
        ended_at=ended,
        first_segment=first,
        version=house.ask("SHOW server_version"),
        recipients=house.recipients,
        size=copied.size,
        sha256=copied.sha256,
        database_bytes=copied.plain_size,
    )
    with store.locked():
        store.add_base(base)
        removed = remove_outlived(store, keep_days)
    return Taken(base, mark, removed, _left_out(house.home))


@dataclass(frozen=True)
class _Copied:
    size: int
    sha256: str
    plain_size: int


def _copy_database(house: House, path: Path, progress: Progress | None) -> _Copied:
    """Seal what pg_basebackup writes; the file appears only when that ended well."""
    total = int(house.ask("SELECT sum(pg_database_size(oid)) FROM pg_database"))
    options = ("-F", "tar", "-D", "-", "-X", "none", "-c", "fast", "--manifest-checksums=SHA256", "--no-sync")
    with tempfile.TemporaryFile() as errors, durable_file(path) as target:
        with house.open("pg_basebackup", *options, errors=errors) as program:
            if program.stdout is None:
                raise RuntimeError("pg_basebackup has no output")
            packed, hashed = sealing.Packed(_Watched(program.stdout, total, progress)), sealing.Hashed(target)
            sealing.seal(packed, hashed, house.recipients)
        errors.seek(0)
        refuse_failure("pg_basebackup", program.returncode, errors.read())
    return _Copied(hashed.size, hashed.digest.hexdigest(), packed.size)


def _left_out(home: Path) -> list[str]:
    known = {*HELD, *NOT_HELD}
    return sorted(path.name for path in home.iterdir() if path.name not in known and not path.name.startswith("."))


class _Watched:
    """A stream that tells how far it was read."""

    def __init__(self, source: IO[bytes], total: int, progress: Progress | None) -> None:
        self.source, self.total, self.progress, self.done = source, total, progress, 0

    def read(self, size: int = -1) -> bytes:
        content = self.source.read(size)
        self.done += len(content)
        if self.progress and content:
            self.progress(self.done, max(self.total, self.done))
        return content


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    digest = sha256()
    with path.open("rb") as source:
        for chunk in iter(lambda: source.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()
