"""One default province for all tests."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from hoso.demo.province import ProvinceSettings, ProvinceSummary, generate_province
from hoso.demo.tests.claim_files import Claim, read_province


@dataclass(frozen=True)
class Province:
    """A generated province, read back."""

    folder: Path
    summary: ProvinceSummary
    claims: list[Claim]
    truth: list[dict[str, str]]

    def cases(self, case: str) -> list[dict[str, str]]:
        return [row for row in self.truth if row["case"] == case]

    def sound_claims(self) -> list[Claim]:
        """Claims without a planted fault."""
        faulty = {row["ma_lk"] for row in self.truth if row["case"] in ("quarantined", "unknown_tag")}
        return [claim for claim in self.claims if claim.ma_lk not in faulty]


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Province:
    folder = tmp_path_factory.mktemp("province")
    summary = generate_province(ProvinceSettings(), folder)
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as lines:
        truth = list(csv.DictReader(lines))
    return Province(folder, summary, read_province(folder), truth)
