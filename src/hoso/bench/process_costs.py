"""Memory and processor time of processes, read from /proc while they run."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK")
EVERY_SECONDS = 0.2


class ProcessCosts:
    """Watches groups of processes in the background: peak memory of one process (MB) and processor seconds."""

    def __init__(self, groups: dict[str, Callable[[], list[int]]]) -> None:
        self.groups = groups
        self.peak_mb: dict[str, float] = dict.fromkeys(groups, 0.0)
        self._ticks: dict[int, tuple[str, int, int]] = {}  # process -> group, ticks at first sight, ticks at last sight
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        reset_peak()
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._look()
        self._done.set()
        self._thread.join()

    def cpu_seconds(self) -> dict[str, float]:
        totals = dict.fromkeys(self.groups, 0.0)
        for group, first, last in self._ticks.values():
            totals[group] += (last - first) / TICKS
        return totals

    def _watch(self) -> None:
        while not self._done.wait(EVERY_SECONDS):
            self._look()

    def _look(self) -> None:
        for group, processes in self.groups.items():
            for process in processes():
                try:
                    peak, ticks = _peak_mb(process), _cpu_ticks(process)
                except (FileNotFoundError, ProcessLookupError):
                    continue
                self.peak_mb[group] = max(self.peak_mb[group], peak)
                # Of a process that was here before the clock began only what it does from now on counts.
                first = self._ticks[process][1] if process in self._ticks else ticks if not self._thread.ident else 0
                self._ticks[process] = (group, first, ticks)


def reset_peak() -> None:
    """Forget this process's peak of memory, so that what came before does not count."""
    Path("/proc/self/clear_refs").write_text("5")


def children_of(process: int, having: str = "") -> list[int]:
    """Child processes whose command line contains `having`."""
    file = Path(f"/proc/{process}/task/{process}/children")
    found = [int(text) for text in file.read_text().split()] if file.exists() else []
    return [child for child in found if having in _command(child)]


def descendants_of(process: int | None = None, having: str = "") -> list[int]:
    """Children of a process (this one), and theirs, whose command line contains `having`."""
    children = children_of(process or os.getpid())
    found = [child for child in children if having in _command(child)]
    return [*found, *(one for child in children for one in descendants_of(child, having))]


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _peak_mb(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _cpu_ticks(process: int) -> int:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
