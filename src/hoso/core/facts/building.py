"""A store written anew from its source, piece by piece beside the old one, which answers until the new one is whole.

A piece is done when the file of progress names it: a build that was stopped or killed goes on behind it.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import orjson

from hoso.core.facts.segments import Segment, write_segments
from hoso.core.facts.shape import MANTISSA
from hoso.core.facts.store import Position, Store
from hoso.core.files.durable import durable_file, make_folder

PROGRESS = "progress.json"


class Building:
    """The new store of `store`, as far as it is built."""

    def __init__(self, store: Store) -> None:
        self.store, self.folder = store, store.folder / "building"
        self._path = self.folder / PROGRESS
        self.position: Position = (0, 0)
        self.mark = ""
        self.begun = self._path.exists()
        self.done: list[int] = []  # groups whose facts are all in
        self.notes: dict[str, Any] = {}
        self._segments: list[Segment] = []
        if self.begun:
            told = orjson.loads(self._path.read_bytes())
            self.position, self.mark, self.done, self.notes = (
                tuple(told["position"]), told["mark"], told["done"], told["notes"]
            )  # fmt: skip
            self._segments = [
                Segment(one["file"], one["facts"], tuple(one["first"]), tuple(one["last"]), one["bytes"])
                for one in told["segments"]
            ]

    def begin(self, position: Position, mark: str) -> None:
        """Throw away what there is and begin: everything after this position of the source will be taken again later."""
        shutil.rmtree(self.folder, ignore_errors=True)
        make_folder(self.folder)
        self.position, self.mark, self.begun = position, mark, True
        self.done, self.notes, self._segments = [], {}, []
        self._save()

    def add(self, groups: Sequence[int], path: Path, notes: dict[str, Any]) -> int:
        """Take all facts of these groups from a CSV file, in one step; gives how many."""
        shape = self.store.shape
        with duckdb.connect(":memory:", config={"threads": 2, "memory_limit": "1GB"}) as connection:
            kept = f"SELECT * FROM {shape.read_csv()} WHERE {MANTISSA} IS NOT NULL"  # what was taken back is no fact
            connection.execute(f"CREATE TABLE coming AS {kept}", {"path": str(path)})
            segments = write_segments(connection, self.folder, shape, "coming")
        self._segments += segments
        self.done += groups
        self.notes = notes
        self._save()
        return sum(one.facts for one in segments)

    def finish(self) -> None:
        """The store stands on what was built."""
        for one in self._segments:
            there = self.store.folder / one.file
            there.unlink(missing_ok=True)
            os.link(self.folder / one.file, there)
        self.store.become(self._segments, self.position, self.mark, self.notes)
        shutil.rmtree(self.folder)
        self.begun = False

    def _save(self) -> None:
        with durable_file(self._path) as target:
            target.write(orjson.dumps({
                "position": self.position, "mark": self.mark, "done": self.done, "notes": self.notes,
                "segments": [asdict(one) for one in self._segments],
            }))  # fmt: skip
