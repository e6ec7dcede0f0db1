"""When a whole copy is due, and whether the archiving keeps up."""

from datetime import UTC, datetime, timedelta

from hoso.core.backup.store import Store


def copy_is_due(store: Store, every_hours: int, now: datetime | None = None) -> bool:
    """Whether the newest whole copy is older than wanted; never where copies are taken by hand (0)."""
    if not every_hours:
        return False
    bases = store.bases()
    return not bases or (now or datetime.now(UTC)) - bases[-1].ended_at >= timedelta(hours=every_hours)


def seconds_behind(store: Store, now: datetime | None = None) -> float | None:
    """How many seconds would be lost if the data folder were gone now; None where nothing was archived yet."""
    mark = store.mark()
    return ((now or datetime.now(UTC)) - mark.at).total_seconds() if mark else None
