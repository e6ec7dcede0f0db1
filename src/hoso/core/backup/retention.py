"""How long backups are kept: every moment of the last days can be restored, what only older moments need is removed."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hoso.core.backup.store import Base, Store
from hoso.core.files.durable import ARRIVING

TIMELINE_DIGITS = 8  # a segment's name begins with the timeline; the rest grows with the log


@dataclass(frozen=True)
class Removed:
    """What was removed from the backup folder."""

    bases: list[str]
    segments: int


def remove_outlived(store: Store, keep_days: int, now: datetime | None = None) -> Removed:
    """Remove copies and log that no moment of the last `keep_days` days needs, and what a broken backup left.

    The newest copy always stays. Originals stay: they are the record itself, and never many bytes twice.
    """
    since = (now or datetime.now(UTC)) - timedelta(days=keep_days)
    bases = store.bases()
    needed = _needed(bases, since)
    outlived = [base.name for base in bases if base not in needed]
    for name in outlived + _broken(store, bases):
        shutil.rmtree(store.folder_of(name))
    _remove_half_written(store)
    segments = _outlived_segments(store, needed)
    return Removed(outlived, segments)


def _needed(bases: list[Base], since: datetime) -> list[Base]:
    """The copies made since then, and the last one before: it leads to the first of those moments."""
    later = [base for base in bases if base.ended_at >= since]
    earlier = [base for base in bases if base.ended_at < since]
    return earlier[-1:] + later


def _broken(store: Store, bases: list[Base]) -> list[str]:
    """Folders without a note that are older than the newest whole copy."""
    known = {base.name for base in bases}
    folders = [path.name for path in store.bases_folder.glob("*") if path.is_dir() and path.name not in known]
    return [name for name in folders if bases and name < bases[-1].name]


def _remove_half_written(store: Store) -> None:
    """Pieces of the log and bundles of keys whose writing was killed; nobody else writes while the folder is held."""
    for folder in (store.wal, store.secrets):
        for path in folder.glob(f"{ARRIVING}*"):
            path.unlink()


def _outlived_segments(store: Store, needed: list[Base]) -> int:
    if not needed:
        return 0
    first = min(base.first_segment[TIMELINE_DIGITS:] for base in needed)
    removed = 0
    for segment in store.segments().values():
        if not segment.name.endswith(".history") and segment.name[TIMELINE_DIGITS:] < first:
            segment.path.unlink()
            removed += 1
    return removed
