"""Back up while packages are taken in, go on, restore a moment in the middle, and compare with what was noted then.

    python -m tests.faults.restore_proof --visits 2000 --seed 1

Noted is every table there is, row for row (the ledger, the outbox, the audit and its chain among them), with all writers
held for the moment of looking. Then the data folder is put out of reach and only the backup is left, and, outside, the
checkpoints of the audit's sealer, which ran all the while: those older than the moment must fit what was restored, the later
ones must tell that something is missing.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from hoso.cli.audit import TAMPERED
from hoso.core.audit.checkpoints import read_lines
from hoso.core.backup.store import Store
from hoso.core.database import embedded
from tests.faults.house_under_test import House
from tests.faults.kill_proof import _progress
from tests.faults.packages_to_send import write_packages

ARCHIVE_SECONDS = 5
CHECKPOINTS = "checkpoints"
CHECKPOINT_SECONDS = 90  # one is due after 60 seconds or 1,000 events
Content = dict[str, tuple[int, str]]  # table -> rows, hash of all of them


@dataclass(frozen=True)
class Noted:
    """The house at one moment."""

    at: datetime
    content: Content
    head: tuple[int, str]  # of the audit's chain: the last number and its hash


def prove(visits: int, seed: int, folder: Path, kind: str = "wheel") -> dict[str, float]:
    """Raises AssertionError where the restored house differs; returns seconds of loss and of restoring, and sizes."""
    sent = write_packages(folder / "packages", visits, seed)
    total = sum(one.visits for one in sent)
    # The rest is sent after the moment, so that there is something later in any case.
    cut = next((n for n in range(len(sent)) if sum(one.visits for one in sent[:n]) >= total // 2), 0)
    assert cut, "the last package holds more than half: take another seed"
    before, after = (folder / name for name in ("before", "after"))
    before.write_text("\n".join(str(one.path) for one in sent[:cut]) + "\n")
    after.write_text("\n".join(str(one.path) for one in sent[cut:]) + "\n")
    store = Store(folder / "backup")
    with closing(House(folder / "house", kind)) as house:
        house.prepare()
        house.start_sealer(folder / CHECKPOINTS)
        house.start_worker()
        house.start_sender(before)
        with house.connect() as connection:
            _wait_until(house, connection, total // 10)
            taken = _hoso(house.home, kind, folder, "backup", "--json")
            print(
                f"visits when the backup began {total // 10} or more, when it ended {_progress(connection)[0]} of {total}"
            )
            house.start_archiving(folder / "backup", ARCHIVE_SECONDS)
            _wait_until(house, connection, total // 3)
            _wait_for_checkpoint(house, folder / CHECKPOINTS)
            noted = note(connection)
            print(f"the moment: {noted.content['intake_visit'][0]} visits in the ledger")
            while not house.has_sent():
                time.sleep(0.05)
            house.start_sender(after)
            behind = _watch_to_the_end(house, connection, total, store, noted.at)
            at_end = note(connection)
            _wait_for_mark(store, at_end.at)
        house.stop_process("sealer")
        verified = _hoso(house.home, kind, folder, "backup", "--verify", "--json")
        shutil.copy(house.home / "secrets" / "backup-identity", folder / "key")
    assert at_end.content["intake_visit"][0] > noted.content["intake_visit"][0], "nothing was written after the moment"
    last_line = list(read_lines(folder / CHECKPOINTS))[-1]
    assert last_line.sequence > noted.head[0], "no checkpoint is younger than the moment"
    shutil.rmtree(house.home)
    told = _compare(folder, kind, "middle", noted)
    last = _compare(folder, kind, "last", at_end)
    print(f"backup: {taken}\nverified: {verified}\nrestored, middle: {told}\nrestored, last: {last}")
    return {"rpo_seconds": behind, "rto_seconds": told["seconds"], "database_mb": taken["database_bytes"] / 1e6}


def note(connection: "psycopg.Connection[Any]") -> Noted:
    """Every table, row for row, while nobody writes; tried again where a writer holds on to a table."""
    names = connection.execute(
        "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1"
    ).fetchall()
    tables = sql.SQL(", ").join(sql.SQL(name) for (name,) in names)
    while True:
        try:
            with connection.transaction():
                connection.execute("SET LOCAL lock_timeout = '300ms'")
                connection.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(tables))
                found = content(connection, [name for (name,) in names])
                head = chain_head(connection)
                row = connection.execute("SELECT clock_timestamp()").fetchone()
                time.sleep(0.05)  # nothing commits between the look and the moment, nor in the same instant
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            continue
        assert row is not None
        return Noted(row[0], found, head)


def chain_head(connection: "psycopg.Connection[Any]") -> tuple[int, str]:
    row = connection.execute(
        "SELECT sequence, encode(hash, 'hex') FROM audit_chain ORDER BY sequence DESC LIMIT 1"
    ).fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")


def content(connection: "psycopg.Connection[Any]", tables: list[str]) -> Content:
    found = {}
    for table in tables:
        query = "SELECT count(*), coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM {} t"
        row = connection.execute(sql.SQL(query).format(sql.SQL(table))).fetchone()
        assert row is not None
        found[table] = (int(row[0]), str(row[1]))
    return found


def _compare(folder: Path, kind: str, name: str, noted: Noted) -> dict[str, Any]:
    """Restore a moment into a folder of its own and look."""
    home = folder / name
    told = _hoso(
        home, kind, folder, "restore", "--at", noted.at.isoformat(), "--identity", str(folder / "key"), "--json"
    )
    database = embedded.start(home, kind)
    try:
        with psycopg.connect(database.url(), autocommit=True) as connection:
            found = content(connection, list(noted.content))
            differ = {
                table: (noted.content[table], found[table]) for table in found if noted.content[table] != found[table]
            }
            assert not differ, f"{name}: not as it was: {differ}"
            assert chain_head(connection) == noted.head
            shas = connection.execute("SELECT encode(sha256, 'hex') FROM intake_package").fetchall()
        _check_originals(home, kind, [sha for (sha,) in shas])
        _check_audit(home, kind, folder, noted)
    finally:
        embedded.release(home, database)
    print(f"{name}: {len(found)} tables equal, {sum(rows for rows, _ in found.values()):,} rows, {len(shas)} originals")
    return told


def _check_audit(home: Path, kind: str, folder: Path, noted: Noted) -> None:
    """The restored chain fits every checkpoint older than the moment; a later one tells that the database was set back."""
    every = list(read_lines(folder / CHECKPOINTS))
    older = [line for line in every if line.at <= noted.at]
    known = [line for line in older if line.kind == "checkpoint"]
    assert known and known[-1].sequence <= noted.head[0]
    kept = home.parent / f"{home.name}-{CHECKPOINTS}"
    kept.mkdir()
    (kept / next((folder / CHECKPOINTS).glob("*.jsonl")).name).write_bytes(b"".join(line.raw + b"\n" for line in older))
    clean, told = _verify(home, kind, kept)
    assert clean, f"{home.name}: the chain does not fit older checkpoints: {told}"
    later = [line for line in every if line.kind == "checkpoint" and line.sequence > noted.head[0]]
    clean, told = _verify(home, kind, folder / CHECKPOINTS)
    assert clean is not bool(later), f"{home.name}: {len(later)} later checkpoints: {told}"
    print(
        f"{home.name}: chain head #{noted.head[0]}, {len(known)} checkpoints fit, {len(later)} tell of what came later"
    )


def _verify(home: Path, kind: str, checkpoints: Path) -> tuple[bool, str]:
    done = subprocess.run(
        [sys.executable, "-c", "from hoso.cli import main; main()", "audit", "verify", "--json"],
        env={**_environment(home, kind), "HOSO_AUDIT_CHECKPOINTS": str(checkpoints)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, TAMPERED) and done.stdout, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    return done.returncode == 0, str(told)


def _wait_for_checkpoint(house: House, folder: Path) -> None:
    deadline = time.monotonic() + CHECKPOINT_SECONDS
    while not (folder.is_dir() and any(line.kind == "checkpoint" for line in read_lines(folder))):
        assert house.is_alive("sealer"), f"the sealer ended: see {house.log.name}"
        assert time.monotonic() < deadline, "no checkpoint was made"
        time.sleep(0.1)


def _check_originals(home: Path, kind: str, shas: list[str]) -> None:
    """The original of every package, read in the restored house, is what came."""
    assert shas
    read = (
        "import sys; from hoso.config import start; start.setup_django();"
        "from hoso.core.files.originals import open_original\n"
        "for sha in sys.stdin.read().split(): sys.stdout.write(__import__('hashlib').sha256("
        "open_original(bytes.fromhex(sha)).read()).hexdigest() + '\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", read], env=_environment(home, kind), input="\n".join(shas), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.stdout.split() == shas, done.stderr[-2000:]


def _wait_until(house: House, connection: "psycopg.Connection[Any]", visits: int) -> None:
    while _progress(connection)[0] < visits:
        assert house.is_alive("worker"), f"the worker ended: see {house.log.name}"
        time.sleep(0.05)


def _watch_to_the_end(
    house: House, connection: "psycopg.Connection[Any]", total: int, store: Store, since: datetime
) -> float:
    """Until everything is taken in and archived past the moment; returns by how many seconds the mark was behind at most."""
    behind = 0.0
    while True:
        mark = store.mark()
        if mark and mark.at > since:
            behind = max(behind, (datetime.now(UTC) - mark.at).total_seconds())
        if house.has_sent() and not _progress(connection)[1] and mark and mark.at > since + timedelta(seconds=1):
            return behind
        time.sleep(0.05)


def _wait_for_mark(store: Store, at: datetime) -> None:
    deadline = time.monotonic() + 60
    while store.last_mark().at <= at:
        assert time.monotonic() < deadline, "the archiving stands still"
        time.sleep(0.1)


def _environment(home: Path, kind: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HOSO_", "DATABASE_URL"))}
    return {**kept, "HOSO_HOME": str(home), "HOSO_POSTGRES": kind}


def _hoso(home: Path, kind: str, folder: Path, *arguments: str) -> dict[str, Any]:
    environment = {**_environment(home, kind), "HOSO_BACKUP": str(folder / "backup")}
    done = subprocess.run(
        [sys.executable, "-c", "from hoso.cli import main; main()", *arguments], env=environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", choices=("wheel", "system"), default="wheel")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="hoso-restore-proof-"))
    folder.chmod(0o711)
    figures = prove(asked.visits, asked.seed, folder, asked.postgres)
    shutil.rmtree(folder)
    print("PROVED " + " ".join(f"{name}={value:.1f}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
