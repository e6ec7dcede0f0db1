from __future__ import annotations

import csv
from collections import defaultdict

import pytest

from hoso.demo.tests.claim_files import Claim
from hoso.demo.tests.conftest import Province


def _claims_of(province: Province, row: dict[str, str]) -> list[Claim]:
    return [claim for claim in province.claims if claim.package == row["package"]]


@pytest.mark.parametrize(
    ("case", "least"),
    [
        ("quarantined", 3),
        ("corrected", 3),
        ("unchanged", 3),
        ("identity_conflict", 2),
        ("unknown_tag", 2),
        ("withheld", 20),
    ],
)
def test_each_case_is_there(province: Province, case: str, least: int) -> None:
    assert len(province.cases(case)) >= least


def test_truth_names_packages_and_claims_that_exist(province: Province) -> None:
    for row in province.truth:
        assert [claim.facility for claim in _claims_of(province, row) if claim.ma_lk == row["ma_lk"]] == [
            row["package"][:5]
        ]


def test_quarantined_claims_are_faulty_and_their_neighbours_are_not(province: Province) -> None:
    faults = set()
    for row in province.cases("quarantined"):
        claims = _claims_of(province, row)
        assert len(claims) > 1
        for claim in claims:
            fault = _fault(claim.summary)
            assert bool(fault) == (claim.ma_lk == row["ma_lk"])
            faults.add(fault)
    assert faults == {"", "missing", "date", "long"}


def _fault(total: dict[str, str]) -> str:
    if not total["MA_BN"]:
        return "missing"
    if total["NGAY_RA"][4:6] > "12":
        return "date"
    return "long" if len(total["HO_TEN"]) > 255 else ""


def _sent(province: Province, ma_lk: str) -> list[Claim]:
    return sorted((claim for claim in province.claims if claim.ma_lk == ma_lk), key=lambda claim: claim.made)


def test_corrected_claims_differ_in_one_value(province: Province) -> None:
    for row in province.cases("corrected"):
        before, after = _sent(province, row["ma_lk"])
        assert before.made < after.made
        assert (before.facility, before.version) == (after.facility, after.version)
        changed = [tag for tag, value in before.summary.items() if after.summary[tag] != value]
        assert changed == ["KET_QUA_DTRI"]
        rest = [table for table in before.tables if table != "XML1"]
        assert [before.tables[table] for table in rest] == [after.tables[table] for table in rest]


def test_unchanged_claims_are_the_same(province: Province) -> None:
    for row in province.cases("unchanged"):
        before, after = _sent(province, row["ma_lk"])
        assert before.made < after.made
        assert before.tables == after.tables


def test_nothing_else_is_sent_twice(province: Province) -> None:
    packages = defaultdict(list)
    for claim in province.claims:
        packages[claim.ma_lk].append(claim.package)
    again = {row["ma_lk"] for case in ("corrected", "unchanged") for row in province.cases(case)}
    assert {ma_lk for ma_lk, listed in packages.items() if len(listed) > 1} == again


def test_identity_conflicts_use_the_number_of_another_person(province: Province) -> None:
    with (province.folder / "households.csv").open(encoding="utf-8", newline="") as lines:
        owners = {row["personal_id"]: row for row in csv.DictReader(lines) if row["personal_id"]}
    for row in province.cases("identity_conflict"):
        (claim,) = _sent(province, row["ma_lk"])
        owner = owners[claim.summary["SO_CCCD"]]
        assert owner["sex"] != claim.summary["GIOI_TINH"]
        assert abs(int(owner["born"][:4]) - int(claim.summary["NGAY_SINH"][:4])) > 15
        assert not set(owner["name"].upper().split()) & set(claim.summary["HO_TEN"].upper().split())


def test_withheld_is_exactly_hiv_and_methadone(province: Province) -> None:
    listed = {row["ma_lk"] for row in province.cases("withheld")}
    found = {
        claim.ma_lk
        for claim in province.claims
        if claim.summary.get("MA_BENH_CHINH", claim.summary.get("MA_BENH", ""))[:3] in ("B20", "F11")
        or "XML6" in claim.tables
    }
    assert listed == found


def test_unknown_tags_are_in_table_1(province: Province) -> None:
    for row in province.cases("unknown_tag"):
        (claim,) = _sent(province, row["ma_lk"])
        assert "TRUONG_LA" in claim.summary


def test_a_package_with_doctype_lies_apart(province: Province) -> None:
    assert "<!DOCTYPE" in (province.folder / "refused" / "doctype.xml").read_text(encoding="utf-8")
