"""A generated province with broken rules: the set of (HOSO, rule, tag) found is the set planted; the rest is clean."""

from pathlib import Path

import pytest

from hoso.demo.defects import DEFECTS
from hoso.demo.province import ProvinceSettings
from hoso.engines.intake.rules.book import load_rules
from tests.conformance.rules.truth_proof import compare
from tests.database import Database

STRUCTURE = {"required", "size", "number", "date", "code", "ma_lk", "tag"}


@pytest.mark.slow
def test_what_was_planted_is_found_and_nothing_else(own_database: Database, tmp_path: Path) -> None:
    result = compare(ProvinceSettings(persons=210, years=5, seed=3, defects=0.2), tmp_path / "province")
    assert (result.missed, result.false_alarms, result.codes_without_rule) == (set(), set(), set())
    assert len({rule for _, _, rule, _ in result.planted}) > 40
    assert result.visits > 1000


def test_every_defect_names_a_rule_that_there_is() -> None:
    assert {one.rule for one in DEFECTS} <= {*load_rules(), *(f"structure.{name}" for name in STRUCTURE)}
