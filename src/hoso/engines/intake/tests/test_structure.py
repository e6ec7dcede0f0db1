"""How hard a structural rule bites follows its evidence; the essentials bite always."""

from datetime import date

import pytest

from hoso.engines.intake.exchange import load_decisions
from hoso.engines.intake.sent import Finding, PackageHeader, SentVisit, Values
from hoso.engines.intake.structure import MAX_FINDINGS, MOST_TAGS, check_structure

ESSENTIAL = {
    "MA_LK": "A1", "MA_BN": "B1", "HO_TEN": "NGUYỄN VĂN MẪU", "NGAY_SINH": "19800101", "GIOI_TINH": "1",
    "NGAY_VAO": "202408010800", "NGAY_RA": "202408010900",
}  # fmt: skip


def check(decision: str, tables: dict[int, list[Values]], left: date = date(2024, 8, 1)) -> list[Finding]:
    visit = SentVisit(PackageHeader("01000", None, None), 1, tables)
    return check_structure(visit, load_decisions()[decision], left)


def about(found: list[Finding], field: str, table: int = 1) -> list[tuple[str, str]]:
    return [(one.code, one.severity) for one in found if (one.field, one.table) == (field, table)]


def one_line(**values: str) -> dict[int, list[Values]]:
    return {1: [{**ESSENTIAL, **values}]}


EVIDENCE = [("qd4210", "warning"), ("qd130", "error"), ("qd4750", "error"), ("qd3176", "warning")]


@pytest.mark.parametrize(("decision", "severity"), EVIDENCE)
def test_a_missing_required_field_bites_as_its_evidence_allows(decision: str, severity: str) -> None:
    assert about(check(decision, one_line(MA_LOAI_KCB="")), "MA_LOAI_KCB") == [("HS3101", severity)]
    assert about(check(decision, one_line(MA_LOAI_KCB="01")), "MA_LOAI_KCB") == [] or decision == "qd4210"


@pytest.mark.parametrize(("decision", "severity"), EVIDENCE)
def test_too_long_a_value_bites_as_its_evidence_allows(decision: str, severity: str) -> None:
    field = load_decisions()[decision].tables[1].field_by_name["MA_CSKCB"]
    limit = field.max_length_on(date(2024, 8, 1)) or 0
    assert about(check(decision, one_line(MA_CSKCB="9" * (limit + 1))), "MA_CSKCB") == [("HS3102", severity)]
    assert about(check(decision, one_line(MA_CSKCB="9" * limit)), "MA_CSKCB") == []


@pytest.mark.parametrize(("decision", "severity"), EVIDENCE)
@pytest.mark.parametrize(("value", "wrong"), [("1,5", True), ("", False), ("1.5", False), ("-3", False), ("2 viên", True), ("१", True)])  # fmt: skip
def test_what_is_no_number_bites_as_its_evidence_allows(decision: str, severity: str, value: str, wrong: bool) -> None:
    found = about(check(decision, {**one_line(), 2: [{"MA_LK": "A1", "SO_LUONG": value}]}), "SO_LUONG", 2)
    assert (("HS3103", severity) in found) == wrong


@pytest.mark.parametrize(("decision", "severity"), EVIDENCE)
@pytest.mark.parametrize(("value", "wrong"), [("20240230", True), ("202408012460", True), ("202408010800", False)])
def test_what_is_no_date_bites_as_its_evidence_allows(decision: str, severity: str, value: str, wrong: bool) -> None:
    found = about(check(decision, {**one_line(), 2: [{"MA_LK": "A1", "NGAY_YL": value}]}), "NGAY_YL", 2)
    assert (("HS3104", severity) in found) == wrong


@pytest.mark.parametrize("decision", ["qd4210", "qd130", "qd4750", "qd3176"])
@pytest.mark.parametrize("field", ["MA_BN", "HO_TEN", "NGAY_SINH", "GIOI_TINH", "NGAY_VAO"])
def test_an_essential_that_is_missing_is_an_error_in_every_version(decision: str, field: str) -> None:
    assert ("HS3101", "error") in about(check(decision, one_line(**{field: ""})), field)
    assert ("HS3101", "error") not in about(check(decision, one_line()), field)


@pytest.mark.parametrize("field", ["NGAY_SINH", "NGAY_VAO", "NGAY_RA"])
def test_an_essential_date_that_is_none_is_an_error_though_the_rule_is_unverified(field: str) -> None:
    assert about(check("qd4210", one_line(**{field: "20249999"})), field) == [("HS3104", "error")]


@pytest.mark.parametrize(("field", "longest"), [("MA_LK", 500), ("MA_BN", 500), ("MA_THE", 500), ("MA_CSKCB", 10)])
def test_a_key_the_store_cannot_hold_is_an_error_though_the_rule_is_unverified(field: str, longest: int) -> None:
    assert ("HS3102", "error") in about(check("qd4210", one_line(**{field: "9" * (longest + 1)})), field)
    assert ("HS3102", "error") not in about(check("qd4210", one_line(**{field: "9" * longest})), field)


@pytest.mark.parametrize("decision", ["qd4210", "qd130", "qd4750", "qd3176"])
def test_an_unknown_tag_is_noticed_and_an_alias_is_not(decision: str) -> None:
    found = check(decision, {**one_line(DO_MOI="x"), 2: [{"MA_LK": "A1", "T_NGUON_KHAC": "0"}]})
    assert about(found, "DO_MOI") == [("HS3105", "notice")]
    assert (("HS3105", "notice") in about(found, "T_NGUON_KHAC", 2)) == (decision != "qd4210")


@pytest.mark.parametrize(("left", "needed"), [(date(2025, 6, 30), True), (date(2025, 7, 1), False)])
def test_the_district_is_required_as_long_as_there_were_districts(left: date, needed: bool) -> None:
    for decision in ("qd130", "qd4750", "qd3176"):
        found = about(check(decision, one_line(MAHUYEN_CU_TRU=""), left), "MAHUYEN_CU_TRU")
        assert bool(found) == needed
        assert about(check(decision, one_line(MAHUYEN_CU_TRU="001"), left), "MAHUYEN_CU_TRU") == []


@pytest.mark.parametrize(("left", "wrong"), [(date(2026, 6, 30), True), (date(2026, 7, 1), False)])
def test_the_benefit_level_may_have_four_characters_since_july_2026(left: date, wrong: bool) -> None:
    found = about(check("qd3176", {**one_line(), 2: [{"MA_LK": "A1", "MUC_HUONG": "47.5"}]}, left), "MUC_HUONG", 2)
    assert (("HS3102", "warning") in found) == wrong


def test_a_table_the_decision_does_not_have_is_a_warning() -> None:
    found = [one for one in check("qd4210", {**one_line(), 13: [{"MA_LK": "A1"}]}) if one.table == 13]
    assert [(one.code, one.severity) for one in found] == [("HS3009", "warning")]
    assert [one for one in check("qd3176", {**one_line(), 13: [{"MA_LK": "A1"}]}) if one.code == "HS3009"] == []


def test_findings_of_one_visit_are_bounded() -> None:
    assert len(check("qd3176", {**one_line(), 3: [{"MA_LK": "A1"}] * 5000})) == MAX_FINDINGS


def test_a_birth_date_may_lack_day_month_and_time() -> None:
    for text in ("198000000000", "198005000000", "198005010000", "198005011530"):
        assert ("HS3104", "error") not in about(check("qd4750", one_line(NGAY_SINH=text)), "NGAY_SINH"), text
    for text in ("1980", "19800501", "198013010000", "000000000000"):
        assert ("HS3104", "error") in about(check("qd4750", one_line(NGAY_SINH=text)), "NGAY_SINH"), text


def test_lines_of_one_shape_are_judged_each_by_its_values() -> None:
    lines: list[Values] = [
        {"MA_LK": "A1", "STT": str(n), "SO_LUONG": text} for n, text in enumerate(("1", "x", "", "2"), 1)
    ]
    found = check("qd3176", {**one_line(), 2: lines})
    assert [(one.line, one.code) for one in found if one.field == "SO_LUONG" and one.table == 2] == [
        (2, "HS3103"),
        (3, "HS3101"),
    ]


def test_every_unknown_tag_is_told_however_many_there_are() -> None:
    strange = {f"LA_{number}": "" for number in range(2 * MOST_TAGS)}
    found = check("qd3176", {1: [{**strange, **ESSENTIAL}]})
    assert sum(one.code == "HS3105" for one in found) == 2 * MOST_TAGS
    assert not about(found, "MA_LK")
