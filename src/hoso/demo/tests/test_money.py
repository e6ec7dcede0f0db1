"""The money rules, computed a second time from the written text alone."""

from __future__ import annotations

from decimal import Decimal

from hoso.demo.tests.claim_files import Claim
from hoso.demo.tests.conftest import Province

Row = dict[str, str]


def _d(row: Row, tag: str) -> Decimal:
    return Decimal(row[tag])


def _lines(claim: Claim) -> list[Row]:
    return claim.tables.get("XML2", []) + claim.tables.get("XML3", [])


def _sum(rows: list[Row], tag: str) -> Decimal:
    return sum((_d(row, tag) for row in rows), Decimal(0))


def test_lines_of_4210(province: Province) -> None:
    for claim in province.claims:
        if claim.version != "4210":
            continue
        for row in _lines(claim):
            amount = _d(row, "SO_LUONG") * _d(row, "DON_GIA") * _d(row, "TYLE_TT") / 100
            assert _d(row, "THANH_TIEN") == amount
            assert _d(row, "T_BHTT") == amount * _d(row, "MUC_HUONG") / 100
            assert amount == sum(_d(row, tag) for tag in ("T_BHTT", "T_BNCCT", "T_BNTT", "T_NGUONKHAC"))


def test_drug_lines_from_130(province: Province) -> None:
    for claim in province.claims:
        if claim.version == "4210":
            continue
        for row in claim.tables.get("XML2", []):
            hospital = _d(row, "SO_LUONG") * _d(row, "DON_GIA")
            rate = _d(row, "TYLE_TT_BH")
            assert _d(row, "THANH_TIEN_BV") == hospital
            assert _d(row, "THANH_TIEN_BH") == hospital * rate / 100
            assert _d(row, "T_BNTT") + _d(row, "T_NGUONKHAC") == hospital * (1 - rate / 100)
            assert _d(row, "T_BHTT") == hospital * rate / 100 * _d(row, "MUC_HUONG") / 100
            _check_parts(row)


def test_service_lines_from_130(province: Province) -> None:
    for claim in province.claims:
        if claim.version == "4210":
            continue
        for row in claim.tables["XML3"]:
            hospital = _d(row, "SO_LUONG") * _d(row, "DON_GIA_BV")
            if claim.version != "130":
                hospital = hospital * _d(row, "TYLE_TT_DV") / 100
            insured = (
                _d(row, "SO_LUONG") * _d(row, "DON_GIA_BH") * _d(row, "TYLE_TT_DV") * _d(row, "TYLE_TT_BH") / 10000
            )
            assert _d(row, "THANH_TIEN_BV") == hospital
            assert _d(row, "THANH_TIEN_BH") == insured
            assert _d(row, "T_BHTT") == insured * _d(row, "MUC_HUONG") / 100
            if row["T_TRANTT"]:
                assert _d(row, "DON_GIA_BH") == min(_d(row, "DON_GIA_BV"), _d(row, "T_TRANTT"))
            _check_parts(row)


def _check_parts(row: Row) -> None:
    assert _d(row, "T_BNCCT") == _d(row, "THANH_TIEN_BH") - _d(row, "T_BHTT")
    assert _d(row, "T_NGUONKHAC") == sum(_d(row, f"T_NGUONKHAC_{source}") for source in ("NSNN", "VTNN", "VTTN", "CL"))
    parts = sum(_d(row, tag) for tag in ("T_BNTT", "T_BNCCT", "T_BHTT", "T_NGUONKHAC"))
    assert parts == _d(row, "THANH_TIEN_BV")


def test_sums_of_table_1(province: Province) -> None:
    for claim in province.claims:
        drugs, services = claim.tables.get("XML2", []), claim.tables["XML3"]
        own = "THANH_TIEN" if claim.version == "4210" else "THANH_TIEN_BV"
        total, lines = claim.summary, drugs + services
        assert _d(total, "T_THUOC") == _sum(drugs, own)
        assert _d(total, "T_VTYT") == _sum([row for row in services if row["MA_NHOM"] in ("10", "11")], own)
        for tag in ("T_BNTT", "T_BNCCT", "T_BHTT", "T_NGUONKHAC"):
            assert _d(total, tag) == _sum(lines, tag)
        if claim.version == "4210":
            assert _d(total, "T_TONGCHI") == _sum(lines, "THANH_TIEN")
            continue
        assert _d(total, "T_TONGCHI_BV") == _sum(lines, "THANH_TIEN_BV")
        assert _d(total, "T_TONGCHI_BH") == _sum(lines, "THANH_TIEN_BH")
        assert _d(total, "T_BHTT") == _d(total, "T_TONGCHI_BH") - _d(total, "T_BNCCT")
        assert _d(total, "T_BHTT_GDV") == _sum([row for row in lines if row["MA_PTTT"] == "1"], "T_BHTT")


def test_level_follows_the_card(province: Province) -> None:
    by_digit = {"1": 100, "2": 100, "3": 95, "4": 80, "5": 100}
    salaries = ((20240701, 2_340_000), (20230701, 1_800_000), (0, 1_490_000))
    seen: set[int] = set()
    for claim in province.sound_claims():
        total = claim.summary
        card = total.get("MA_THE_BHYT", total.get("MA_THE", ""))
        if card and len(card) != 15:
            continue
        level = by_digit[card[2]] if card else 0
        insured = _d(total, "T_TONGCHI" if claim.version == "4210" else "T_TONGCHI_BH")
        salary = next(amount for since, amount in salaries if int(total["NGAY_RA"][:8]) >= since)
        if card and (insured < salary * Decimal("0.15") or claim.facility >= "80931"):
            level = 100
        assert {int(row["MUC_HUONG"]) for row in _lines(claim)} == {level}
        seen.add(level)
    assert seen == {0, 80, 95, 100}
