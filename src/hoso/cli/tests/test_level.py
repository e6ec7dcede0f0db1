"""`hoso level`: persons counted once, warnings near and past the thresholds, the table as a file."""

import csv
import json
from pathlib import Path

import pytest
from tests.claim_packages import package, sample_3176
from tests.database import Database

from hoso.cli.level import warning
from hoso.cli.tests.running import run_hoso
from hoso.core.definitions import definitions_folder, read_definition

LEVEL = read_definition(definitions_folder() / "security" / "level.yaml")


@pytest.mark.parametrize(
    ("persons", "word", "threshold"),
    [
        (0, "", ""), (8_999, "", ""), (9_000, "NEAR", "10.000"), (9_999, "NEAR", "10.000"), (10_000, "PASSED", "10.000"),
        (89_999, "PASSED", "10.000"), (90_000, "NEAR", "100.000"), (100_000, "PASSED", "100.000"),
    ],
)  # fmt: skip
def test_the_thresholds(persons: int, word: str, threshold: str) -> None:
    told = warning(LEVEL, persons)
    assert (word in told and f" {threshold} " in told) if word else told == ""


def test_a_person_of_two_visits_is_one_and_the_table_is_written(own_database: Database, tmp_path: Path) -> None:
    claim = sample_3176()
    content = package([claim, claim.with_(MA_LK="SYN.2")], "20250315")
    (tmp_path / "one.xml").write_bytes(content)
    assert run_hoso(own_database, "intake", str(tmp_path / "one.xml")).returncode == 0
    done = run_hoso(own_database, "level", "--export", str(tmp_path / "level.csv"), "--json")
    assert done.returncode == 0, done.stderr
    services = json.loads(done.stdout.splitlines()[-1])["services"]
    assert [one["persons"] for one in services] == [1, 1]
    rows = list(csv.reader((tmp_path / "level.csv").open(encoding="utf-8-sig")))
    assert ["PostgreSQL / PostgreSQL"] == [row[0] for row in rows if row and row[0].startswith("PostgreSQL")]
    assert any(row[:2] == [services[0]["service"], "1"] for row in rows)
