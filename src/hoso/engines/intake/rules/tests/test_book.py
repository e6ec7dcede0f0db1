"""The rule book as a whole: its schema, that every rule is at work, and that nothing unofficial rejects."""

import shutil
from pathlib import Path

import pytest

from hoso.core.definitions import definitions_folder, read_definition
from hoso.engines.intake.exchange import load_decisions
from hoso.engines.intake.rules.book import load_rules, rule_set
from hoso.engines.intake.rules.checking import compiled
from hoso.engines.intake.rules.explaining import explain

EXCHANGE = definitions_folder() / "exchange"
DECISIONS = ("qd4210", "qd130", "qd4750", "qd3176")


@pytest.mark.parametrize("path", sorted((EXCHANGE / "rules").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_keeps_its_schema(path: Path) -> None:
    content = read_definition(path, EXCHANGE / "schema" / "rules.json")
    assert content["subject"] == path.stem


def test_every_rule_is_at_work_in_every_decision_it_names() -> None:
    at_work = {
        (decision, one.rule.id) for decision in DECISIONS for listed in compiled(decision).values() for one in listed
    }
    named = {(decision, rule.id) for rule in load_rules().values() for decision in rule.decisions}
    assert named - at_work == set()


def test_every_field_of_a_rule_is_in_a_table_it_names() -> None:
    for rule in load_rules().values():
        for field in rule.fields:
            tables = [load_decisions()[key].tables.get(number) for key in rule.decisions for number in rule.tables]
            assert any(table and field in table.field_by_name for table in tables), (rule.id, field)


def test_only_what_is_official_may_reject() -> None:
    bites = {
        (rule.decisions[key], rule.severity_under(key)) for rule in load_rules().values() for key in rule.decisions
    }
    assert ("official", "error") in bites
    assert {severity for evidence, severity in bites if evidence != "official"} <= {"warning", "notice"}


def test_every_rule_explains_itself_in_both_languages() -> None:
    for rule in load_rules().values():
        for decision in rule.decisions:
            told = explain(rule.id, decision, rule.tables[0], "")
            assert told.vi and told.en and told.legal_source and told.evidence, rule.id
    told = explain("structure.size", "qd3176", 1, "HO_TEN")
    assert "HO_TEN" in told.vi and told.evidence == "secondary"
    assert explain("gone.rule", "qd130", 1, "HO_TEN").vi == ""


def test_the_fingerprint_changes_with_a_definition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = rule_set()
    shutil.copytree(EXCHANGE, tmp_path / "exchange")
    monkeypatch.setenv("HOSO_DEFINITIONS", str(tmp_path))
    assert rule_set.__wrapped__() == shipped
    with (tmp_path / "exchange" / "rules" / "sums.yaml").open("a") as file:
        file.write("# changed\n")
    assert rule_set.__wrapped__() != shipped
