"""Package files for benchmarks, made in a process of its own: `python -m hoso.bench.claim_files OUT VISITS PER_FILE`.

HOSO of a synthetic province of all four versions, each filled up to about thirty lines; persons come back as they do
in life. A file holds PER_FILE of them.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from hoso.bench.envelopes import claims_of, write_envelope
from hoso.demo.province import ProvinceSettings, generate_packages

LINES = 30
YEARS = 5
_VISITS_A_PERSON = 7.0


@dataclass(frozen=True)
class ClaimFiles:
    """What was made: visits, lines, bytes, files."""

    visits: int
    lines: int
    size_bytes: int
    files: int


def make_claim_files(out: Path, visits: int, per_file: int) -> ClaimFiles:
    """Make the files in another process, so that nothing of the making counts in this one."""
    command = [sys.executable, "-m", "hoso.bench.claim_files", str(out), str(visits), str(per_file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return ClaimFiles(**json.loads(done.stdout))


def _make(out: Path, visits: int, per_file: int) -> ClaimFiles:
    made = lines = size = files = 0
    part: list[bytes] = []
    parts = 0
    for content, package_visits, package_lines in _claims(visits):
        part.append(content)
        parts += package_visits
        made, lines = made + package_visits, lines + package_lines
        if parts >= per_file or made >= visits:
            files += 1
            # Claims of many facilities in one file: the package names none of them.
            size += write_envelope(out / f"{files:05d}.xml", "", date(2026, 11, 3), part)
            part, parts = [], 0
        if made >= visits:
            break
    return ClaimFiles(made, lines, size, files)


def _claims(visits: int) -> Iterator[tuple[bytes, int, int]]:
    settings = ProvinceSettings(
        persons=max(100, round(visits / _VISITS_A_PERSON * 1.4)), years=YEARS, seed=7, lines_per_visit=LINES,
        visits_per_person_year=_VISITS_A_PERSON / YEARS,
    )  # fmt: skip
    for package in generate_packages(settings):
        yield claims_of(package), package.visits, package.lines


if __name__ == "__main__":
    print(json.dumps(asdict(_make(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))))
