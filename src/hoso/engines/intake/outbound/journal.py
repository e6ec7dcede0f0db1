"""The journal of an export to disk: what was done so far, safe after a kill, so that the same command goes on with it.

Beside the target lies its working folder `TARGET.part`: `visits` holds the written HOSO one after the other, `journal`
one line of JSON for the order and for each visit, with the place of its HOSO in `visits`. A visit counts once its line is
whole; what stands behind the last whole line is cut off when the export goes on.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from hoso.core.errors import HosoError
from hoso.engines.intake.outbound.selection import Order, Outcome

EVERY = 100  # visits between two syncs


@dataclass(frozen=True)
class Entry:
    """A visit of the journal; `size` is 0 where it was kept back."""

    package_id: int
    ordinal: int
    facility: str
    ma_lk: str
    source: str
    offset: int
    size: int
    losses: list[dict[str, Any]]


def entry_of(outcome: Outcome, offset: int) -> Entry:
    """The entry of a visit whose HOSO begins at `offset`."""
    return Entry(
        outcome.package_id, outcome.ordinal, outcome.facility_code, outcome.ma_lk, outcome.source, offset,
        len(outcome.content or b""), [loss.as_dict() for loss in outcome.losses],
    )  # fmt: skip


class Journal:
    """Opened, it stands behind the last whole line; `after` is the visit to go on behind."""

    def __init__(self, folder: Path, order: Order) -> None:
        self.folder = folder
        self.order = json.loads(json.dumps(_order(order), default=str))
        self.after, self.done = (0, 0), 0
        self.waiting: list[str] = []

    def __enter__(self) -> Self:
        """Raises HosoError HS3367 where the folder is of another order."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.lines, self.visits = _opened(self.folder / "journal"), _opened(self.folder / "visits")
        head = self.lines.readline()
        if not head.endswith(b"\n"):
            self.lines.truncate(0)
            self.lines.seek(0)
            self._write([json.dumps(self.order, ensure_ascii=False)])
        elif json.loads(head) != self.order:
            self._close()
            raise HosoError("HS3367", path=self.folder)
        end = self._go_behind_the_last()
        self.visits.truncate(end)
        self.visits.seek(end)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self._sync()
        self._close()

    def add(self, outcome: Outcome) -> None:
        offset = self.visits.tell()
        self.visits.write(outcome.content or b"")
        self.waiting.append(json.dumps(asdict(entry_of(outcome, offset)), ensure_ascii=False))
        self.done += 1
        if len(self.waiting) >= EVERY:
            self._sync()

    def entries(self) -> Iterator[Entry]:
        with (self.folder / "journal").open("rb") as lines:
            next(lines, None)
            for line in lines:
                if line.endswith(b"\n"):
                    yield Entry(**json.loads(line))

    def _go_behind_the_last(self) -> int:
        end, place = 0, self.lines.tell()
        for line in self.lines:
            if not line.endswith(b"\n"):
                break
            place += len(line)
            entry = Entry(**json.loads(line))
            self.after, end = (entry.package_id, entry.ordinal), entry.offset + entry.size
            self.done += 1
        self.lines.seek(place)
        self.lines.truncate()
        return end

    def _sync(self) -> None:
        """The HOSO first, then the lines that speak of them."""
        _flush(self.visits)
        self._write(self.waiting)
        self.waiting = []

    def _write(self, lines: list[str]) -> None:
        self.lines.write("".join(f"{line}\n" for line in lines).encode())
        _flush(self.lines)

    def _close(self) -> None:
        self.lines.close()
        self.visits.close()


def _order(order: Order) -> dict[str, Any]:
    return {
        "account": order.actor.name,
        "target": order.target,
        "selection": order.selection.as_dict(),
        "incomplete": order.incomplete,
    }


def _opened(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
