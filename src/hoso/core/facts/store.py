"""The facts of one shape: segments and, over them, what changed since. One process holds a store; many threads may read.

Whoever writes takes changes as they are now (not as differences), so taking a change twice does it once. The position in the
source is kept with the segments alone: after a kill whatever came later is taken again.
"""

import fcntl
import hashlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import duckdb

from hoso.core.errors import HosoError
from hoso.core.facts.segments import Manifest, Segment, read_manifest, write_manifest, write_segments
from hoso.core.facts.shape import MANTISSA, Shape
from hoso.core.files.durable import make_folder

MANIFEST = "manifest.json"
MEMORY = "2GB"
Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class View:
    """Facts as they stand at one moment: `rows` is SQL that gives every column of the shape; asked of `connection` alone."""

    connection: Any
    rows: str


class Store:
    """Opened by one process. Raises HosoError HS1006 where another one holds it."""

    def __init__(self, folder: Path, shape: Shape, threads: int = 2) -> None:
        make_folder(folder)
        folder.chmod(0o700)
        self.folder, self.shape = folder, shape
        self._lock_file = _locked(folder)
        self.manifest = read_manifest(folder / MANIFEST) or Manifest()
        self.fresh = not (folder / MANIFEST).exists()  # nothing was ever built here
        self.position, self.mark = self.manifest.position, self.manifest.mark
        self._db = duckdb.connect(":memory:", config={
            "threads": threads, "memory_limit": MEMORY, "temp_directory": str(folder / "spill"),
            "autoinstall_known_extensions": False, "autoload_known_extensions": False,
        })  # fmt: skip
        self._db.execute(f"CREATE TABLE delta ({shape.declared()})")
        self._changed: frozenset[int] = frozenset()  # groups of which the delta holds something
        self._writing = threading.Lock()
        self._readers, self._outlived = 0, list[str]()
        self._guard = threading.Lock()
        self._remove_strangers()

    def close(self) -> None:
        self._db.close()
        self._lock_file.close()

    # --- reading ---

    @contextmanager
    def view(self, groups: Iterable[int] | None = None) -> Iterator[View]:
        """The facts of these groups (None: all) as they stand now."""
        with self._guard:
            connection = self._db.cursor()
            connection.execute("BEGIN TRANSACTION")
            connection.execute("SELECT 1 FROM delta LIMIT 1").fetchall()  # from here on it stands still
            manifest, changed = self.manifest, self._changed
            self._readers += 1
        try:
            yield View(connection, self._rows(manifest, changed, groups))
        finally:
            connection.close()
            with self._guard:
                self._readers -= 1
                self._remove_outlived()

    def _rows(self, manifest: Manifest, changed: frozenset[int], groups: Iterable[int] | None) -> str:
        columns = ", ".join(self.shape.all)
        asked = None if groups is None else sorted(set(groups))
        only = "" if asked is None else f"WHERE {self.shape.group} IN ({', '.join(map(str, asked)) or 'NULL'})"
        segments = manifest.segments if asked is None else manifest.holding(asked)
        touched = bool(changed) if asked is None else not changed.isdisjoint(asked)
        parts = []
        if segments:
            files = ", ".join(f"'{self.folder / one.file}'" for one in segments)
            kept = f"ANTI JOIN (SELECT * FROM delta {only}) d USING ({', '.join(self.shape.key)})" if touched else ""
            parts.append(f"SELECT {columns} FROM (SELECT * FROM read_parquet([{files}]) {only}) s {kept}")
        if touched or not segments:
            parts.append(f"SELECT {columns} FROM (SELECT * FROM delta {only}) WHERE {MANTISSA} IS NOT NULL")
        return " UNION ALL ".join(parts)

    def changes_waiting(self) -> int:
        """How many facts lie in memory."""
        row = self._db.cursor().execute("SELECT count(*) FROM delta").fetchone()
        return int(row[0]) if row else 0

    def digest(self) -> str:
        """A hash of every fact in the order of the shape's columns, the same for any two stores that hold the same."""
        hashed, (first, second, *rest) = hashlib.sha256(), self.shape.all
        line = f"concat_ws(',', {first}, {second}, {', '.join(rest)})"
        order = ", ".join(list(self.shape.columns)[2:])
        with self.view() as view:
            found = view.connection.execute(
                f"SELECT string_agg({line}, chr(10) ORDER BY {order}) FROM ({view.rows})"
                f" GROUP BY {first}, {second} ORDER BY {first}, {second}"
            )
            while row := found.fetchone():
                hashed.update(row[0].encode() + b"\n")
        return hashed.hexdigest()

    # --- writing ---

    def take(self, path: Path) -> list[int]:
        """Take changes from a CSV file, which tells each fact once. Gives the groups changed."""
        with self._writing:
            connection = self._db.cursor()
            connection.execute(
                f"CREATE TEMP TABLE coming AS SELECT * FROM {self.shape.read_csv()}", {"path": str(path)}
            )
            groups = [
                one[0] for one in connection.execute(f"SELECT DISTINCT {self.shape.group} FROM coming").fetchall()
            ]
            with self._guard:
                connection.execute("BEGIN TRANSACTION")
                connection.execute(f"DELETE FROM delta USING coming c WHERE {_same(self.shape, 'delta', 'c')}")
                connection.execute("INSERT INTO delta SELECT * FROM coming")
                connection.execute("COMMIT")
                self._changed |= set(groups)
            connection.close()
        return groups

    def stand_at(self, position: Position, mark: str) -> None:
        """Nothing of the source before this position will have to be taken again; on disk with the next compaction."""
        self.position, self.mark = position, mark

    def note(self, **notes: Any) -> None:
        """Add to the manifest's notes; on disk with its next version."""
        with self._writing:
            self.manifest = replace(self.manifest, notes={**self.manifest.notes, **notes})

    def compact(self) -> int:
        """Move what changed from memory into segments, one after the other; gives how many were written anew.

        Readers go on, and changes between the steps; `become` does not. A kill at any moment leaves the segments before or after one
        step, and the old position.
        """
        position, mark, written = self.position, self.mark, 0
        starts = [one.first for one in self.manifest.segments][1:]
        for lower, upper in zip([None, *starts], [*starts, None], strict=True):
            written += self._compact(lower, upper)
        with self._writing:
            self.manifest = replace(self.manifest, position=position, mark=mark)
            write_manifest(self.folder / MANIFEST, self.manifest)
            self.fresh = False
        return written

    def _compact(self, lower: Position | None, upper: Position | None) -> int:
        """One stretch from `lower` to before `upper`."""
        pair = f"({self.shape.group}, {self.shape.part})"
        bounds = [f"{pair} >= {lower}"] if lower else []
        bounds += [f"{pair} < {upper}"] if upper else []
        where = " AND ".join(bounds) or "true"
        with self._writing:
            connection = self._db.cursor()
            connection.execute(f"CREATE TEMP TABLE moving AS SELECT * FROM delta WHERE {where}")
            if connection.execute("SELECT 1 FROM moving LIMIT 1").fetchone() is None:
                connection.close()
                return 0
            old = [
                one for one in self.manifest.segments
                if (lower is None or one.first >= lower) and (upper is None or one.first < upper)
            ]  # fmt: skip
            columns, key = ", ".join(self.shape.all), ", ".join(self.shape.key)
            before = " UNION ALL ".join(
                f"SELECT {columns} FROM read_parquet('{self.folder / one.file}')" for one in old
            )
            kept = f"SELECT {columns} FROM ({before}) s ANTI JOIN moving m USING ({key}) UNION ALL" if old else ""
            connection.execute(
                f"CREATE TEMP TABLE merged AS {kept} SELECT {columns} FROM moving WHERE {MANTISSA} IS NOT NULL"
            )
            new = write_segments(connection, self.folder, self.shape, "merged")
            connection.execute("DROP TABLE merged")
            segments = [one for one in self.manifest.segments if one not in old] + new
            manifest = replace(self.manifest, segments=tuple(sorted(segments, key=lambda one: one.first)))
            write_manifest(self.folder / MANIFEST, manifest)
            with self._guard:
                connection.execute(f"DELETE FROM delta WHERE {where}")
                left = connection.execute(f"SELECT DISTINCT {self.shape.group} FROM delta").fetchall()
                self.manifest, self._changed = manifest, frozenset(row[0] for row in left)
                self._outlived += [one.file for one in old]
                self._remove_outlived()
            connection.close()
        return len(new)

    def become(self, segments: Sequence[Segment], position: Position, mark: str, notes: dict[str, Any]) -> None:
        """Stand on these segments, which lie in the folder, and nothing else: what was built anew from the source."""
        with self._writing:
            old = [one.file for one in self.manifest.segments]
            manifest = Manifest(position, mark, tuple(sorted(segments, key=lambda one: one.first)), notes)
            write_manifest(self.folder / MANIFEST, manifest)
            with self._guard:
                self._db.cursor().execute("DELETE FROM delta")
                self.manifest, self._changed, self.fresh = manifest, frozenset(), False
                self.position, self.mark = position, mark
                self._outlived += old
                self._remove_outlived()

    def put_beside(self, name: str, declared: str, path: Path) -> None:
        """A table beside the facts, from a CSV file, for the questions that join it; in memory, instead of the one before."""
        connection = self._db.cursor()
        connection.execute("BEGIN TRANSACTION")
        connection.execute(f"CREATE OR REPLACE TABLE {name} ({declared})")
        connection.execute(f"COPY {name} FROM '{path}' (FORMAT csv, HEADER false)")
        connection.execute("COMMIT")
        connection.close()

    # --- files ---

    def disk_bytes(self) -> int:
        return sum(one.bytes for one in self.manifest.segments)

    def _remove_outlived(self) -> None:
        if self._readers == 0:
            for name in self._outlived:
                (self.folder / name).unlink(missing_ok=True)
            self._outlived = []

    def _remove_strangers(self) -> None:
        """Files of a process that was killed before the manifest named them."""
        known = {one.file for one in self.manifest.segments}
        for path in self.folder.glob(f"{self.shape.name}-*.parquet*"):
            if path.name not in known:
                path.unlink()


def _same(shape: Shape, one: str, other: str) -> str:
    return " AND ".join(f"{one}.{name} = {other}.{name}" for name in shape.key)


def _locked(folder: Path) -> IO[str]:
    lock = open(folder / "lock", "w", encoding="utf-8")  # noqa: SIM115 - open as long as the store is
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise HosoError("HS1006", folder=folder) from error
    return lock
