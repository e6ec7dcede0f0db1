"""What `hoso doctor` says of the audit: is it sealed in time, is there room for it, does anything wait in the spool."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hoso.cli.finding import Finding
from hoso.core.errors import HosoError

LATE = timedelta(seconds=120)  # twice the promise
LOW_BYTES, NO_BYTES = 2 * 1024**3, 256 * 1024**2


def audit_sealing() -> Finding:
    """Whether events are sealed and signed in time, and the chain still holds the newest checkpoint."""
    from hoso.core.audit.places import newest_hash
    from hoso.core.audit.sealing import hash_at, head_of
    from hoso.core.audit.writer import connect_writer

    line = newest_hash()
    with connect_writer() as connection:
        head = head_of(connection)
        fits = line is None or hash_at(connection, line.sequence) == line.hash
        row = connection.execute(
            "SELECT min(at) FROM audit_event WHERE (transaction_id, id) > (%s::text::xid8, %s)",
            [str(head.transaction_id), head.event_id],
        ).fetchone()
    told = f"{head.sequence:,} events sealed, signed up to {line.sequence if line else 0:,}"
    if not fits:
        error = HosoError("HS2154", number=line.number if line else 0)
        return Finding("problem", "audit chain", error.message("en"), error.what_to_do("en"))
    oldest = row[0] if row else None
    if oldest is not None and datetime.now(UTC) - oldest > LATE:
        told += f"; events wait since {oldest.astimezone(UTC).isoformat(timespec='seconds')}"
        return Finding(
            "warning",
            "audit chain",
            told,
            "`hoso serve` seals; start it, or end the transaction that has been open since.",
        )
    return Finding("ok", "audit chain", told)


def audit_room() -> Finding:
    """Alarm before a disk is full that the audit needs: the database's, the checkpoints', the spool's."""
    from hoso.core.audit.paths import checkpoints_copy, checkpoints_folder, spool_folder

    folders = {"checkpoints": checkpoints_folder(), "spool": spool_folder()}
    if (copy := checkpoints_copy()) is not None:
        folders["second place"] = copy
    if (data := _database_folder()) is not None:
        folders["database"] = data
    free = {name: shutil.disk_usage(_existing(folder)).free for name, folder in folders.items()}
    told = ", ".join(f"{name} {size / 1024**3:.1f} GiB" for name, size in free.items())
    if min(free.values()) < NO_BYTES:
        return Finding(
            "problem", "audit room", told, "Free space now: when the audit cannot be written, records close."
        )
    if min(free.values()) < LOW_BYTES:
        return Finding(
            "warning", "audit room", told, "Free space soon: when the audit cannot be written, records close."
        )
    return Finding("ok", "audit room", told)


def audit_spool() -> Finding:
    """Whether events wait outside the database."""
    from hoso.core.audit import spool

    state = spool.state()
    told = f"{state.waiting:,} of {state.limit:,} bytes wait"
    if state.waiting > state.limit // 2:
        return Finding(
            "problem", "audit spool", told, "The audit table takes nothing: see the database's log and disk."
        )
    if state.waiting:
        return Finding(
            "warning", "audit spool", told, "The sealing process brings them in; see that `hoso serve` runs."
        )
    return Finding("ok", "audit spool", told)


def _database_folder() -> Path | None:
    """The database's folder where it lies on this machine: asked of the embedded one only."""
    from hoso.cli.house import home

    folder = home() / "database"
    return folder if folder.exists() else None


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(one for one in (folder, *folder.parents) if one.exists())
