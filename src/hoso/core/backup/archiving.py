"""Continuous archiving: every half minute or so everything committed is brought into the backup folder.

A mark is set in the log, the segment is closed, pg_receivewal fetches it through a replication slot (so PostgreSQL keeps
what was not fetched yet), it is sealed and kept; then the new originals and keys. Only then the mark counts. Since an original
lies on disk before its package is committed, every package of a marked moment has its original in the folder.
"""

import gzip
import os
import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from hoso.core.backup import sealing
from hoso.core.backup.house import House
from hoso.core.backup.secret_bundles import keep_secrets
from hoso.core.backup.store import Mark, Store
from hoso.core.errors import HosoError
from hoso.core.files.durable import ARRIVING, durable_file, make_folder

SLOT = "hoso_archive"
SEGMENT_BYTES = 16 * 1024 * 1024
SETTLED_NS = 2_000_000_000  # a folder that changed just now may change again without a new time
INCOMING = "wal-incoming"  # in the data folder: fetched, not yet sealed


def archive(house: House, store: Store, *, compare_all: bool = False) -> Mark:
    """Bring everything committed until now into the folder. `compare_all` looks at every original again.

    Raises HosoError HS9011, HS9012, HS9019, HS9020, HS9023.
    """
    with store.locked():
        store.belongs_to(house.ask("SELECT system_identifier FROM pg_control_system()"))
        ensure_slot(house)
        at, boundary = _close_segment(house)
        incoming = house.home / INCOMING
        incoming.mkdir(exist_ok=True, mode=0o700)
        # The last byte before the next segment: there the program has this one whole, and ends.
        end = f"{(boundary - 1) >> 32:X}/{(boundary - 1) & 0xFFFFFFFF:X}"
        house.run("pg_receivewal", "-D", str(incoming), "-S", SLOT, "--endpos", end, "--no-loop")
        last = _keep_segments(house, store, incoming)
        keep_files(house, store, compare_all=compare_all)
        mark = Mark(at, last)
        store.set_mark(mark)
        return mark


def ensure_slot(house: House) -> None:
    """The slot that makes PostgreSQL keep the log until it was fetched. Raises HosoError HS9023 where the log got lost
    since the archiving stood still too long; the slot is made anew, and a new whole copy is needed."""
    status = house.ask(f"SELECT coalesce(min(wal_status), '') FROM pg_replication_slots WHERE slot_name = '{SLOT}'")
    if status == "lost":
        house.ask(f"SELECT pg_drop_replication_slot('{SLOT}')")
        shutil.rmtree(house.home / INCOMING, ignore_errors=True)
    if status in ("", "lost"):
        house.ask(f"SELECT pg_create_physical_replication_slot('{SLOT}', true)")
    if status == "lost":
        raise HosoError("HS9023")


def _close_segment(house: House) -> tuple[datetime, int]:
    """A moment by the server's clock, and the place in the log before which everything committed until then lies.

    The message is a commit after that moment, so that a restoration to it finds where to stop.
    """
    with house.connect() as connection:
        row = connection.execute("SELECT clock_timestamp()").fetchone()
        connection.execute("SELECT pg_logical_emit_message(true, 'hoso.mark', '')")
        house.ask("SELECT pg_switch_wal()")
        place = connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()
    if row is None or place is None:
        raise RuntimeError("PostgreSQL did not tell its time")
    return row[0], int(place[0]) // SEGMENT_BYTES * SEGMENT_BYTES


def _keep_segments(house: House, store: Store, incoming: Path) -> str:
    """Seal what was fetched whole; the newest stays, as pg_receivewal goes on behind it. Returns its name."""
    whole = sorted(path for path in incoming.iterdir() if path.suffix != ".partial" and path.is_file())
    segments = [path for path in whole if path.suffix != ".history"]
    known = store.segments()
    for path in whole:
        content = path.read_bytes()
        plain = sha256(content).hexdigest()[:16]
        kept = known.get(path.name)
        if kept is None:
            _keep_segment(house, store, path.name, content, plain)
        elif kept.plain != plain:
            raise HosoError("HS9019", file=path.name)
        if segments and path != segments[-1]:
            path.unlink()
    return segments[-1].name if segments else ""


def _keep_segment(house: House, store: Store, name: str, content: bytes, plain: str) -> None:
    sealed = BytesIO()
    sealing.seal(BytesIO(gzip.compress(content, 4)), sealed, house.recipients)
    digest = sha256(sealed.getbuffer()).hexdigest()[:16]
    with durable_file(store.wal / f"{name}.{plain}.{digest}.gz.age") as target:
        target.write(sealed.getbuffer())


def keep_files(house: House, store: Store, *, compare_all: bool = False) -> None:
    """Originals and keys; the caller holds the folder."""
    _keep_originals(house, store, compare_all)
    keep_secrets(house.home, store.secrets, house.recipients)


def _keep_originals(house: House, store: Store, compare_all: bool) -> None:
    """Copy the originals that came since the last look: those in folders that changed since. With `compare_all`, also
    those that were encrypted anew since they were copied."""
    for folder in _folders_to_look_through(house.home / "originals", store.originals, compare_all):
        seen = folder.stat().st_mtime_ns
        target = store.originals / folder.name
        make_folder(target)
        kept = set(os.listdir(target))
        for path in folder.iterdir():
            new = path.name not in kept or (compare_all and _differs(path, target / path.name))
            if new and not path.name.startswith(ARRIVING):
                _copy(path, target / path.name)
        if time.time_ns() - seen > SETTLED_NS:
            with durable_file(store.originals / f".seen-{folder.name}") as note:
                note.write(str(seen).encode())


def _copy(path: Path, target: Path) -> None:
    with path.open("rb") as source, durable_file(target) as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
    os.utime(target, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))


def _differs(path: Path, copy: Path) -> bool:
    ours, theirs = path.stat(), copy.stat()
    return (ours.st_size, ours.st_mtime_ns) != (theirs.st_size, theirs.st_mtime_ns)


def _folders_to_look_through(originals: Path, kept: Path, every: bool) -> Iterator[Path]:
    for folder in sorted(originals.glob("[0-9a-f][0-9a-f]")):
        note = kept / f".seen-{folder.name}"
        if every or not note.exists() or int(note.read_text()) != folder.stat().st_mtime_ns:
            yield folder
