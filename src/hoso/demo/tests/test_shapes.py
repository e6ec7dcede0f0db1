from __future__ import annotations

from importlib.resources import files

import yaml
from lxml import etree

from hoso.demo.claims import tables_of
from hoso.demo.province import ProvinceSettings, generate_packages
from hoso.demo.settings import GeneratedPackage
from hoso.demo.tests.conftest import Province


def _template_tags(version: str, table: str) -> tuple[str, ...]:
    path = files("hoso.demo") / "templates" / f"qd{version}_{table.lower()}.xml"
    rows = [etree.fromstring(path.read_bytes())]
    while len(rows[0]) and len(rows[0][0]):
        rows = list(rows[0])
    return tuple(str(element.tag) for element in rows[0])


def test_tags_are_those_of_the_official_templates(province: Province) -> None:
    seen: set[tuple[str, str]] = set()
    for claim in province.sound_claims():
        for table, rows in claim.tags.items():
            assert set(rows) == {_template_tags(claim.version, table)}
            seen.add((claim.version, table))
    for version in ("4210", "130", "4750", "3176"):
        assert {(version, f"XML{number}") for number in range(1, 6)} <= seen
    for number in (6, 7, 8, 11):
        assert {("130", f"XML{number}"), ("3176", f"XML{number}")} <= seen
    assert {("3176", f"XML{number}") for number in (9, 10, 13, 14, 15)} <= seen


def test_required_fields_are_filled(province: Province) -> None:
    required = yaml.safe_load((files("hoso.demo.tests") / "required.yaml").read_text(encoding="utf-8"))
    for claim in province.sound_claims():
        two_levels = claim.summary["NGAY_RA"] >= "202507"
        for table, rows in claim.tables.items():
            wanted = set(required[claim.version][table].split()) - ({"MAHUYEN_CU_TRU"} if two_levels else set())
            for row in rows:
                assert not [tag for tag in wanted if not row[tag]], (claim.ma_lk, table)


def test_3176_differs_from_4750_in_table_13_only() -> None:
    for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15):
        assert _template_tags("3176", f"XML{number}") == _template_tags("4750", f"XML{number}")
    assert set(_template_tags("3176", "XML13")) ^ set(_template_tags("4750", "XML13")) == {
        "MA_NOI_DI", "MA_NOI_DEN", "MA_CSKCB_DI", "MA_CSKCB_DEN", "TINH_TRANG_CT", "PP_DIEU_TRI", "TEN_DICH_VU", "TEN_THUOC",
    }  # fmt: skip


def test_content_is_base64_inline_or_cdata() -> None:
    found = {_style(package) for package in generate_packages(ProvinceSettings(persons=120, years=1))}
    assert found == {"base64", "inline", "cdata"}


def _style(package: GeneratedPackage) -> str:
    text = package.content.decode()
    assert "<!-- DỮ LIỆU TỔNG HỢP / SYNTHETIC DATA - HoSo -->" in text
    if "<NOIDUNGFILE><![CDATA[" in text:
        return "cdata"
    return "inline" if "<NOIDUNGFILE><" in text else "base64"


def test_everything_is_visibly_synthetic(province: Province) -> None:
    for claim in province.claims:
        total = claim.summary
        assert claim.ma_lk.startswith("SYN")
        assert "(mẫu)" in total["DIA_CHI"]
        if total.get("SO_CCCD"):
            assert total["SO_CCCD"][6] == "9"
        if total.get("DIEN_THOAI"):
            assert total["DIEN_THOAI"].startswith("09000")


def test_every_claim_keeps_its_key_and_its_times_in_order(province: Province) -> None:
    for claim in province.sound_claims():
        total = claim.summary
        assert total["NGAY_VAO"] <= (total.get("NGAY_VAO_NOI_TRU") or total["NGAY_VAO"]) <= total["NGAY_RA"]
        assert total["NGAY_RA"] <= total["NGAY_TTOAN"]
        assert total["NGAY_RA"][:8] <= claim.made
        for rows in claim.tables.values():
            assert {row["MA_LK"] for row in rows} == {claim.ma_lk}
        for row in claim.tables["XML3"]:
            assert total["NGAY_VAO"] <= row["NGAY_YL"]
            assert row["NGAY_YL"] <= (row["NGAY_KQ"] or row["NGAY_YL"]) <= total["NGAY_RA"]


def test_lines_are_numbered_and_results_have_values(province: Province) -> None:
    for claim in province.sound_claims():
        for table in ("XML2", "XML3", "XML4", "XML5"):
            rows = claim.tables.get(table, [])
            assert [row["STT"] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
        ordered = {row["MA_DICH_VU"] for row in claim.tables["XML3"]}
        for row in claim.tables.get("XML4", []):
            assert row["TEN_CHI_SO"]
            assert row["GIA_TRI"] or row["KET_LUAN"]
            assert row["MA_DICH_VU"] in ordered


def test_no_row_has_a_tag_that_no_version_knows() -> None:
    from hoso.demo.province import _blocks
    from hoso.demo.visits import make_visit

    known = {
        number: {
            tag
            for version in ("4210", "130", "4750", "3176")
            if _exists(version, number)
            for tag in _template_tags(version, f"XML{number}")
        }
        for number in (1, 2, 3, 4, 5)
    }
    settings = ProvinceSettings(persons=60, years=2)
    for block in _blocks(settings):
        for package in block.packages:
            for item in package.items:
                for number, rows in tables_of(make_visit(item.plan, settings.seed)).items():
                    for row in rows:
                        if number in known:
                            assert set(row) - known[number] <= set()


def _exists(version: str, number: int) -> bool:
    return (files("hoso.demo") / "templates" / f"qd{version}_xml{number}.xml").is_file()
