from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree

from hoso.core.definitions import definitions_folder, read_definition
from hoso.engines.intake.exchange import Table, decisions_on, load_decisions

EXCHANGE = definitions_folder() / "exchange"
SCHEMA = EXCHANGE / "schema"
SHARED = definitions_folder().parents[1] / "shared"
FIELDS_PER_TABLE = {
    "qd4210": [40, 27, 29, 10, 6],
    "qd130": [18, 65, 38, 47, 12, 9, 31, 25, 22, 34, 12, 22, 35],
    "qd4750": [26, 66, 39, 47, 12, 9, 47, 26, 22, 35, 13, 23, 35, 39, 22, 20],
    "qd3176": [26, 66, 39, 47, 12, 9, 47, 26, 22, 35, 13, 23, 35, 37, 22, 20],
}
TABLES = [(key, table) for key, one in load_decisions().items() for table in one.tables.values()]


@pytest.mark.parametrize(
    "path",
    sorted(path for path in EXCHANGE.glob("*/*.yaml") if path.parent.name not in ("rules", "cda")),
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_every_file_keeps_its_schema(
    path: Path,
) -> None:  # those of rules: rules/tests/test_book.py; of CDA: cda/rules.py
    kinds = {"code_lists": "code_list", "conversions": "conversion"}
    kind = kinds.get(path.parent.name) or ("table" if path.stem.startswith("xml") else "decision")
    content = read_definition(path, SCHEMA / f"{kind}.json")
    assert path.parent.name in (content.get("decision"), content.get("key"), *kinds)


def test_every_table_has_as_many_fields_as_the_annex() -> None:
    counted = {key: [len(table.fields) for table in one.tables.values()] for key, one in load_decisions().items()}
    assert counted == FIELDS_PER_TABLE


@pytest.mark.parametrize(("key", "table"), TABLES, ids=lambda value: getattr(value, "number", value))
def test_fields_are_in_order_and_named_once(key: str, table: Table) -> None:
    orders = [field.order for field in table.fields]
    assert orders == sorted(set(orders))
    assert len({field.name for field in table.fields}) == len(table.fields)
    assert table.fields[0].name in ("MA_LK", "SO_CT", "MA_CT", "NGUOI_CHU_TRI"), (key, table.number)


def test_dates_have_eight_or_twelve_digits_or_are_lists() -> None:
    for key, table in TABLES:
        for field in table.fields:
            assert (field.type == "date") == (field.format is not None)
            if field.format and not field.separator and not field.other_formats:
                assert field.max_length == len(field.format), (key, table.number, field.name)


def test_shared_code_lists_exist() -> None:
    named = {field.code_list for _, table in TABLES for field in table.fields if field.code_list}
    assert named == {"ma_doituong_kcb", "ma_xang_dau"}
    assert all((EXCHANGE / "code_lists" / f"{name}.yaml").exists() for name in named)


def test_the_district_code_is_required_until_districts_ended() -> None:
    for key in ("qd130", "qd4750", "qd3176"):
        field = load_decisions()[key].tables[1].field_by_name["MAHUYEN_CU_TRU"]
        assert field.required_on(date(2025, 6, 30)) and not field.required_on(date(2025, 7, 1))


def test_the_benefit_level_grows_to_four_characters_in_july_2026() -> None:
    field = load_decisions()["qd3176"].tables[2].field_by_name["MUC_HUONG"]
    assert (field.max_length_on(date(2026, 6, 30)), field.max_length_on(date(2026, 7, 1))) == (3, 4)


def test_sizes_and_requirements_carry_their_evidence() -> None:
    found = {key: {(f.size_evidence, f.required_evidence) for f in table.fields} for key, table in TABLES}
    assert found == {
        "qd4210": {("unverified", "unverified")},
        "qd130": {("official", "official")},
        "qd4750": {("official", "official")},
        "qd3176": {("secondary", "unverified")},
    }
    assert {f.size_evidence for f in load_decisions()["qd3176"].tables[0].fields} == {"unverified"}


def test_another_spelling_of_a_tag_is_known() -> None:
    table = load_decisions()["qd4210"].tables[2]
    assert table.field_by_name["T_NGUON_KHAC"] is table.field_by_name["T_NGUONKHAC"]


def test_decisions_follow_each_other_without_a_gap() -> None:
    keys = [[one.key for one in decisions_on(day)] for day in (date(2020, 1, 1), date(2024, 6, 30), date(2024, 7, 1))]
    assert keys == [["qd4210"], ["qd4210", "qd130"], ["qd4750"]]
    assert [one.key for one in decisions_on(date(2025, 1, 1))] == ["qd3176"]
    assert decisions_on(date(2017, 1, 1)) == ()


def _shared(path: str) -> Path:
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"no {path} beside the checkout")
    return found


@pytest.mark.parametrize(("key", "table"), TABLES, ids=lambda value: getattr(value, "number", value))
def test_nothing_is_lost_from_the_source(key: str, table: Table) -> None:
    source = yaml.safe_load(_shared(f"standards/{key}_xml{table.number}.yaml").read_text())
    made: dict[str, Any] = read_definition(EXCHANGE / key / f"xml{table.number}.yaml")
    assert "/".join(table.path) == (source["xml_path"] or "")
    for old, new in zip(source["fields"], made["fields"], strict=True):
        for name in ("order", "name", "max_length", "meaning_vi", "meaning_en"):
            assert old[name] == new[name]
        assert new["required"] is (old["required"] is True)
        assert old.get("required_rule") == new.get("required_rule")
        assert old.get("note") == new.get("note") and old.get("decimals") == new.get("decimals")
        assert old.get("portal_size") == new.get("portal_size")
        if isinstance(old.get("codes"), dict):
            assert {str(code): text for code, text in old["codes"].items()} == new["codes"]


@pytest.mark.parametrize(("key", "table"), TABLES, ids=lambda value: getattr(value, "number", value))
def test_the_official_templates_have_the_same_tags(key: str, table: Table) -> None:
    if key not in ("qd130", "qd4750") or table.number == 12:
        pytest.skip("no template for this table")
    root = etree.parse(_shared(f"samples/xml/template_{key}_xml{table.number}.xml")).getroot()
    assert root.tag == table.path[0]
    record = root.find("/".join(table.path[1:])) if table.path[1:] else root
    assert record is not None
    tags = [child.tag for child in record if child.tag != "CHUKYDONVI"]
    assert tags == [field.name for field in table.fields if field.name != "CHUKYDONVI"]
