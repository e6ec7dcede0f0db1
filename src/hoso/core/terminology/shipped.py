"""What a shipped code system gives the database: the system, one dated version, its concepts, what was not taken."""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from hoso.core.terminology.systems import CodeSystem


@dataclass(slots=True)
class Concept:
    """One code; `valid_from` and `valid_to` only where narrower than the version."""

    code: str
    display_vi: str
    display_en: str = ""
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Aside:
    """A row of the source that gave no concept of its own, and why."""

    row: int
    code: str
    reason: str


@dataclass(slots=True)
class Shipped:
    system: CodeSystem
    version: str
    valid_from: date
    valid_to: date | None
    evidence: str
    source: str
    concepts: list[Concept]
    rows: int
    aside: list[Aside] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def gzip_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Records of a gzipped CSV with their number, counted as a spreadsheet does: the heading is row 1."""
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as lines:
        yield from enumerate(csv.DictReader(lines), start=2)
