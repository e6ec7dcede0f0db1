"""Restoring into a data folder: the copy before the moment, the log up to it, the originals, the keys."""

import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from hoso.core.backup import sealing
from hoso.core.backup.backup_keys import add_identities
from hoso.core.backup.secret_bundles import restore_secrets
from hoso.core.backup.store import Base, Store
from hoso.core.backup.taking import HELD
from hoso.core.backup.verifying import segment_names, unpack_database, verify_database
from hoso.core.database import embedded
from hoso.core.errors import HosoError
from hoso.core.files.durable import ARRIVING

RESTORING = "restoring"  # in the data folder: the opened log, removed at the end
CONFIGURATION = "postgresql.auto.conf"
APPEARS_SECONDS = 3.0  # until the server's own file tells that it runs
BEGIN, END = "# HoSo: restoring, begin", "# HoSo: restoring, end"

Tell = Callable[[str, int, int], None]  # step, done, total


@dataclass(frozen=True)
class Restored:
    """What was restored; `at` is None for the last moment there was."""

    base: str
    at: datetime | None
    segments: int
    originals: int
    seconds: float


def restore(
    store: Store, home: Path, kind: str, identities: Sequence[str], at: datetime | None, tell: Tell, *,
    keep_identities: bool,
) -> Restored:  # fmt: skip
    """Restore the house as it was at a moment into `home`, which holds nothing yet. The server runs afterwards.

    Raises HosoError HS9014 where the folder holds something, HS9015 where no backup reaches the moment, HS9016 and
    HS9017 for a damaged backup or a wrong key, HS9018 where PostgreSQL could not restore.
    """
    began = time.monotonic()
    refuse_living(home)
    base = store.base_for(at)
    programs = embedded.programs_folder(kind)
    home.mkdir(parents=True, exist_ok=True)
    tell("database", 0, base.database_bytes)
    unpack_database(store, base, home / "database", identities)
    _refuse_other_version(home, programs, base)
    verify_database(programs, home / "database")
    segments = _open_log(store, base, home / RESTORING, identities, tell)
    originals = copy_originals(store, home / "originals", tell)
    restore_secrets(store.secrets, home, identities)
    if keep_identities:
        add_identities(home, identities)
    tell("recovery", 0, 1)
    _recover(home, kind, at)
    tell("recovery", 1, 1)
    shutil.rmtree(home / RESTORING)
    return Restored(base.name, at, segments, originals, round(time.monotonic() - began, 1))


def refuse_living(home: Path) -> None:
    """Raises HosoError HS9014 where the data folder holds a house, or the rest of one."""
    if any((home / name).exists() for name in HELD if name != "secrets") or (home / RESTORING).exists():
        raise HosoError("HS9014", folder=home)


def set_aside(home: Path, now: datetime) -> Path:
    """Move what a data folder holds into a folder of its own inside it, so that nothing is lost. Raises HosoError
    HS1006 where its server runs."""
    data = embedded.EmbeddedDatabase(home / "database", home, home)
    if embedded.is_running(data):
        raise HosoError("HS1006", folder=home)
    aside = home / f"replaced-{now:%Y%m%dT%H%M%S}"
    aside.mkdir(mode=0o700)
    for name in (*HELD, RESTORING, "wal-incoming"):
        if (home / name).exists():
            if name == "secrets":  # they may hold the key that opens the backup
                shutil.copytree(home / name, aside / name)
            else:
                (home / name).rename(aside / name)
    return aside


def _refuse_other_version(home: Path, programs: Path, base: Base) -> None:
    major = (home / "database" / "PG_VERSION").read_text().strip()
    ours = embedded.version_of(programs)
    if ours != major:
        raise HosoError("HS9018", reason=f"PostgreSQL {base.version}, {programs}: {ours}")


def _open_log(store: Store, base: Base, folder: Path, identities: Sequence[str], tell: Tell) -> int:
    """Lay the log from the copy on in the open, where PostgreSQL's own account can read it."""
    folder.mkdir(mode=0o711)
    names = {name[8:] for name in segment_names(base.first_segment, store.last_mark().segment)}
    wanted = [one for one in store.segments().values() if one.name.endswith(".history") or one.name[8:] in names]
    for number, segment in enumerate(wanted, 1):
        with segment.path.open("rb") as source, (folder / segment.name).open("wb") as target:
            unpacked = sealing.Unpacked(target)
            sealing.unseal(source, unpacked, identities, segment.path.name)
        if not unpacked.digest.hexdigest().startswith(segment.plain):
            raise HosoError("HS9016", file=segment.path.name, reason="SHA-256")
        tell("log", number, len(wanted))
    return len(wanted)


def copy_originals(store: Store, target: Path, tell: Tell) -> int:
    """Lay down every original there is; returns how many. Those that came after the moment belong to no package."""
    target.mkdir(exist_ok=True)
    kept = [path for path in store.originals.glob("[0-9a-f][0-9a-f]/*") if not path.name.startswith(ARRIVING)]
    for number, path in enumerate(kept, 1):
        (target / path.parent.name).mkdir(exist_ok=True)
        shutil.copy2(path, target / path.parent.name / path.name)
        tell("originals", number, len(kept))
    return len(kept)


def _recover(home: Path, kind: str, at: datetime | None) -> None:
    """Have PostgreSQL apply the log up to the moment and open for writing. Raises HosoError HS9018."""
    data = home / "database"
    lines = [f'restore_command = \'cp "{home / RESTORING}/%f" "%p"\'', "recovery_target_action = 'promote'"]
    lines += [f"recovery_target_time = '{at.isoformat()}'"] if at else []
    before = (data / CONFIGURATION).read_text()
    (data / CONFIGURATION).write_text("\n".join([before, BEGIN, *lines, END, ""]))
    (data / "recovery.signal").touch()
    (data / "server.log").unlink(missing_ok=True)
    database = embedded.start_by_itself(home, kind, (data, home / RESTORING))
    began = time.monotonic()
    while True:
        with suppress(psycopg.OperationalError), psycopg.connect(database.url(database="postgres")) as connection:
            row = connection.execute("SELECT pg_is_in_recovery()").fetchone()
            if row == (False,):
                break
        if time.monotonic() - began > APPEARS_SECONDS and not embedded.is_running(database):
            raise HosoError("HS9018", reason=_complaint(data / "server.log"))
        time.sleep(0.1)
    (data / CONFIGURATION).write_text(before)


def _complaint(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    fatal = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
    return fatal[-1] if fatal else "?"
