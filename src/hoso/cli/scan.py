"""The scan of `hoso doctor --scan-for`: where a number lies in the clear, and whether it may lie there."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.files.scanning import Progress, files_holding


@dataclass(frozen=True)
class Found:
    """A place that holds the number in the clear; `allowed` with the reason why it may."""

    place: str
    allowed: bool
    reason: str


def scan(text: str, home: Path, others: list[Path], progress: Progress | None = None) -> Iterator[Found]:
    """Look through every table and every file of the data folder, of the backup folder and of other folders."""
    from hoso.core.database.scanning import columns_holding

    for column in columns_holding(text):
        yield _judge("columns", column)
    for path in files_holding(home, text, progress):
        yield _judge("places", str(path.relative_to(home)))
    for folder in others:
        for path in files_holding(folder, text, progress):
            yield _judge("places", f"backup/{path.relative_to(folder)}")


def _judge(kind: str, place: str) -> Found:
    for entry in _list()[kind]:
        if fnmatch(place, entry["match"]):
            return Found(place, entry["state"] == "clear", entry["reason_en"])
    return Found(place, False, "no entry of definitions/security/data_at_rest.yaml allows it")


@cache
def _list() -> dict[str, Any]:
    return read_definition(definitions_folder() / "security" / "data_at_rest.yaml")
