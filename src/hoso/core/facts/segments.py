"""Segments: immutable sorted Parquet files, each of one stretch of (group, part); the list of those that count."""

import os
import uuid
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from hoso.core.facts.shape import Shape
from hoso.core.files.durable import durable_file, sync_folder

FACTS_A_FILE = 1_000_000
ROW_GROUP = 61_440
WRITING = ".part"
Start = tuple[int, int]  # group and part where a stretch begins; it ends where the next one begins


@dataclass(frozen=True, slots=True)
class Segment:
    """One file: its facts, the first and last group in it, and where its stretch begins."""

    file: str
    facts: int
    first: Start
    last: Start
    bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The segments that count, in their order, and how far in the source they reach; written whole after them."""

    position: tuple[int, int] = (0, 0)
    mark: str = ""  # what stands at the position in the source: another database has something else there
    segments: tuple[Segment, ...] = ()
    notes: dict[str, Any] = field(default_factory=dict)  # the owner's own

    @property
    def facts(self) -> int:
        return sum(one.facts for one in self.segments)

    def holding(self, groups: Iterable[int]) -> list[Segment]:
        """The segments in which facts of these groups may lie."""
        wanted = sorted(set(groups))
        found = []
        for one in self.segments:
            place = bisect_right(wanted, one.last[0])
            if place and wanted[place - 1] >= one.first[0]:
                found.append(one)
        return found


def read_manifest(path: Path) -> Manifest | None:
    if not path.exists():
        return None
    told = orjson.loads(path.read_bytes())
    segments = tuple(
        Segment(one["file"], one["facts"], tuple(one["first"]), tuple(one["last"]), one["bytes"])
        for one in told["segments"]
    )
    return Manifest(tuple(told["position"]), told["mark"], segments, told["notes"])


def write_manifest(path: Path, manifest: Manifest) -> None:
    with durable_file(path) as target:
        target.write(orjson.dumps(asdict(manifest)))


def write_segments(connection: Any, folder: Path, shape: Shape, table: str) -> list[Segment]:
    """The facts of a table as files of some million each, cut between parts, whole and synchronised before they are named."""
    first, second = shape.group, shape.part
    counted = connection.execute(
        f"SELECT {first}, {second}, count(*) FROM {table} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return [_write(connection, folder, shape, table, starts, facts) for starts, facts in _stretches(counted)]


def _stretches(counted: Sequence[tuple[int, int, int]]) -> Iterator[tuple[tuple[Start, Start], int]]:
    stretch: list[Start] = []
    facts = 0
    for group, part, number in counted:
        if stretch and facts + number > FACTS_A_FILE:
            yield (stretch[0], stretch[-1]), facts
            stretch, facts = [], 0
        stretch.append((group, part))
        facts += number
    if stretch:
        yield (stretch[0], stretch[-1]), facts


def _write(connection: Any, folder: Path, shape: Shape, table: str, ends: tuple[Start, Start], facts: int) -> Segment:
    (group, part), (last_group, last_part) = ends
    name = f"{shape.name}-{uuid.uuid4().hex}.parquet"
    path = folder / (name + WRITING)
    first, second = shape.group, shape.part
    connection.execute(
        f"COPY (SELECT {', '.join(shape.all)} FROM {table} WHERE ({first}, {second}) >= ({group}, {part})"
        f" AND ({first}, {second}) <= ({last_group}, {last_part}) ORDER BY {', '.join(shape.columns)})"
        f" TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
    )
    with open(path, "rb") as written:
        os.fsync(written.fileno())
    os.replace(path, folder / name)
    sync_folder(folder)
    return Segment(name, facts, ends[0], ends[1], (folder / name).stat().st_size)
