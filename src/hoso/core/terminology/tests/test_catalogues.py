"""Catalogues with columns of their own: what is taken, packages by GTIN, cases, barcodes, the feed, the episode's version."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import biip
import pytest
from django.db import Error, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from hoso.core.access.actor import Actor
from hoso.core.errors import HosoError
from hoso.core.terminology.barcodes import Scanned, looks_scanned, scanned
from hoso.core.terminology.catalogues import catalogue_of, catalogues
from hoso.core.terminology.feed import changes_after, concepts_after
from hoso.core.terminology.gtin import NotAGtin, check_digit, gtin14
from hoso.core.terminology.local_versions import DraftReport, draft_version, publish_version, retire_version
from hoso.core.terminology.packages import decide_case, open_cases, product_of
from hoso.core.terminology.queries import concept_at, forget, search, version_at
from hoso.core.terminology.version_sheet import columns_of, write_version_template

DAY = date(2026, 11, 26)
ONE, TWO, THREE = (number + check_digit(number) for number in ("0893601458123", "0893601458124", "0893601458125"))
HEAD = "code,display_vi,substance,strength,form,registration_old,renews,gtin,packaging"
PARACETAMOL = f"893110000124,Thuốc mẫu 500,Paracetamol,500 mg,viên nén,VD–12345–12,,{ONE},Hộp 10 vỉ"


def take(
    folder: Path, system: str, head: str, *rows: str, version: str = "mau-1", day: date = date(2026, 1, 1)
) -> DraftReport:
    path = folder / f"{version}.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return draft_version(path, system, version, day, "Tệp thử (synthetic)")


def medicines(folder: Path, *rows: str, version: str = "mau-1", day: date = date(2026, 1, 1)) -> int:
    report = take(folder, "thuoc", HEAD, *rows, version=version, day=day)
    assert report.refusals == [], report.as_dict()
    cases = publish_version("thuoc", version)
    forget()
    return cases


@pytest.mark.django_db
def test_a_product_has_many_packages_and_is_found_by_any_of_them(tmp_path: Path) -> None:
    further = f"893110000124,Thuốc mẫu 500,,,,,,{TWO[1:]},Hộp 2 vỉ"  # thirteen digits
    report = take(tmp_path, "thuoc", HEAD, PARACETAMOL, further)
    assert (report.rows, report.taken, report.packages, report.refusals) == (2, 1, 1, [])
    assert product_of(ONE, DAY) is None  # a draft says nothing
    assert publish_version("thuoc", "mau-1") == 0
    for number, packaging in ((ONE, "Hộp 10 vỉ"), (TWO, "Hộp 2 vỉ")):
        found = product_of(number, DAY)
        assert found and (found.product.code, found.packaging) == ("893110000124", packaging)
    product = concept_at("thuoc", "893110000124", DAY)
    assert product and product.properties["registration_old"] == ["VD-12345-12"]
    assert [one.code for one in search("thuoc", "paracetamol", DAY)] == ["893110000124"]  # by its substance


@pytest.mark.django_db
def test_a_gtin_of_another_product_waits_for_a_decision(tmp_path: Path, actor: Callable[..., Actor]) -> None:
    medicines(tmp_path, PARACETAMOL)
    other = f"893110000999,Thuốc khác,,,,,,{ONE},Hộp"
    assert medicines(tmp_path, PARACETAMOL.replace(ONE, ""), other, version="mau-2", day=date(2026, 6, 1)) == 1
    (case,) = open_cases()
    assert case.holder and (case.gtin, case.holder.code, case.claimant.code) == (ONE, "893110000124", "893110000999")
    assert product_of(ONE, DAY).product.code == "893110000124"  # type: ignore[union-attr]
    administrator = actor("administrator")
    with pytest.raises(HosoError, match="HS6206"):
        decide_case(administrator, case.id, "give", " ")
    with pytest.raises(HosoError, match="HS2001"):
        decide_case(actor("doctor"), case.id, "give", "thư của nhà sản xuất")
    decide_case(administrator, case.id, "give", "thư của nhà sản xuất")
    assert product_of(ONE, DAY).product.code == "893110000999"  # type: ignore[union-attr]
    with pytest.raises(HosoError, match="HS6207"):
        decide_case(administrator, case.id, "keep", "lần nữa")
    # The next list claims the same again: what was decided stays decided.
    assert medicines(tmp_path, PARACETAMOL, other.replace(ONE, ""), version="mau-3", day=date(2026, 7, 1)) == 0
    assert open_cases() == [] and product_of(ONE, DAY).product.code == "893110000999"  # type: ignore[union-attr]


@pytest.mark.django_db
def test_a_renewed_registration_takes_its_packages_over(tmp_path: Path) -> None:
    medicines(tmp_path, PARACETAMOL)
    renewed = PARACETAMOL.replace("893110000124", "893110000126").replace(f",,{ONE}", f",893110000124,{ONE}")
    assert medicines(tmp_path, renewed, version="mau-2", day=date(2026, 6, 1)) == 0
    found = product_of(ONE, DAY)
    assert found and found.product.code == "893110000126" and found.product.properties["renews"] == ["893110000124"]
    assert concept_at("thuoc", "893110000124", date(2026, 3, 1))  # what it was before stays


@pytest.mark.django_db
def test_the_database_refuses_a_second_holder_and_a_wrong_check_digit(tmp_path: Path) -> None:
    medicines(tmp_path, PARACETAMOL)
    insert = (
        "INSERT INTO terminology_package (gtin, system_id, code, version_id, state) SELECT %s, system_id, %s, version_id, 'held'"
        " FROM terminology_package LIMIT 1"
    )
    for number in (ONE, ONE[:-1] + str((int(ONE[-1]) + 1) % 10)):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(insert, [number, "X"])
    with pytest.raises(Error, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM terminology_package")


@given(st.text("0123456789", min_size=13, max_size=13))
def test_the_check_digit_is_that_of_the_barcode_library(thirteen: str) -> None:
    number = thirteen + check_digit(thirteen)
    read = biip.parse(number).gtin
    assert read is not None and read.as_gtin_14() == number
    wrong = thirteen + str((int(number[-1]) + 1) % 10)
    with pytest.raises(NotAGtin, match="HS6201"):
        gtin14(wrong)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (ONE, Scanned(ONE)), (ONE[1:], Scanned(ONE)),
        (f"]d201{ONE}1727123110AB12\x1d21XYZ", Scanned(ONE, "AB12", date(2027, 12, 31), "XYZ")),
        (f"01{ONE}1727123110AB12", Scanned(ONE, "AB12", date(2027, 12, 31))),
        (f"(01){ONE}(17)271231(10)AB12", Scanned(ONE, "AB12", date(2027, 12, 31))),
        (f"]C101{ONE}", Scanned(ONE)), ("96385074", Scanned("00000096385074")),
    ],
)  # fmt: skip
def test_a_scan_is_read(text: str, read: Scanned) -> None:
    assert looks_scanned(text) and scanned(text) == read


@pytest.mark.parametrize(
    ("text", "error"),
    [("2001234567893", "HS6202"), ("8936014581234", "HS6201"), ("]d21012345", "HS6200"), (f"]d201{ONE[:-1]}x", "HS6200"),
     (f"(01){ONE[:-1]}{(int(ONE[-1]) + 1) % 10}", "HS6201")],
)  # fmt: skip
def test_what_is_no_gtin_is_said(text: str, error: str) -> None:
    with pytest.raises(NotAGtin) as caught:
        scanned(text)
    assert caught.value.error == error


def test_words_are_not_taken_for_scans() -> None:
    assert not any(looks_scanned(text) for text in ("tăng huyết áp", "A00.1", "03.0191.0301", "123456", "", "893-12"))


@pytest.mark.django_db
def test_systems_are_told_what_changed_by_number_and_miss_nothing(tmp_path: Path) -> None:
    before = changes_after(0, 1000)
    assert [one.sequence for one in before] == list(range(1, len(before) + 1)) and len(before) >= 4
    last = before[-1].sequence
    medicines(tmp_path, PARACETAMOL)
    retire_version("thuoc", "mau-1", date(2026, 12, 1))
    told = changes_after(last, 1000)
    assert [(one.kind, one.system, one.version, one.code) for one in told] == [
        ("published", "thuoc", "mau-1", ""), ("package", "thuoc", "", "893110000124"), ("retired", "thuoc", "mau-1", ""),
    ]  # fmt: skip
    assert [one.sequence for one in told] == [last + 1, last + 2, last + 3]
    version = version_at("thuoc", DAY)
    assert [one.code for one in concepts_after(version, "", 10)] == ["893110000124"]
    with pytest.raises(HosoError, match="HS6208"):
        retire_version("thuoc", "mau-1", date(2026, 12, 1))
    with pytest.raises(Error, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO terminology_feed (sequence, kind, system) VALUES (99, 'published', 'x')")


@pytest.mark.django_db
def test_the_next_list_of_diagnoses_has_its_flags_and_the_end_of_the_episode_chooses(tmp_path: Path) -> None:
    catalogue = catalogue_of("icd10-vn")
    assert (
        catalogue and len(catalogue.columns) + 3 == 29 and catalogue.shape == "unverified"
    )  # with code and both names
    head = "code,display_vi,display_en,not_as_main,discouraged_as_main,forbidden,death_only,female_only,male_only,mark"
    rows = ("A00,Tả (bản tổng hợp),Cholera,0,x,,,,,", "O80,Đẻ thường (bản tổng hợp),,0,0,0,0,có,không,†")
    report = take(tmp_path, "icd10-vn", head, *rows, version="tt06-2026-synthetic", day=date(2026, 7, 1))
    assert report.refusals == []
    publish_version("icd10-vn", "tt06-2026-synthetic")
    # Admitted in June: a stay that ended on 30 June is coded by the list before, one that ended on 1 July by the new one.
    ended = [concept_at("icd10-vn", "O80", day) for day in (date(2026, 6, 30), date(2026, 7, 1))]
    assert [one.version for one in ended if one] == ["qd4469-2020", "tt06-2026-synthetic"]
    assert ended[1] and ended[1].properties == {
        "not_as_main": False, "discouraged_as_main": False, "forbidden": False, "death_only": False, "female_only": True,
        "male_only": False, "mark": "†",
    }  # fmt: skip
    assert version_at("icd10-vn", date(2026, 7, 1)).evidence == "unverified"  # and the pages say so


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(catalogues()))
def test_each_template_holds_its_columns_and_reads_as_empty(name: str, tmp_path: Path) -> None:
    path = tmp_path / "template.csv"
    write_version_template(path, catalogue_of(name))
    assert path.read_text(encoding="utf-8-sig").strip().split(",") == [
        "code",
        "display_vi",
        *columns_of(catalogue_of(name)),
    ]
    report = draft_version(path, name, "trong", date(2027, 1, 1), "Tệp thử")
    assert (report.rows, report.taken) == (0, 0)


SAMPLES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "thiet-bi-y-te": ("device_class,declaration,gtin", f"C,240000001/PCBB-HN,{THREE}", {"device_class": "C"}),
    "vat-tu-y-te": ("group,unit", "N01.01,cái", {"group": "N01.01", "unit": "cái"}),
    "dich-vu-ky-thuat": ("icd9cm,level", "89.52;38.99,C", {"icd9cm": ["89.52", "38.99"], "level": "C"}),
    "xet-nghiem": ("loinc,unit", "2345-7,mmol/L", {"loinc": ["2345-7"], "unit": "mmol/L"}),
    "yhct": ("icd10,classical_name", "I10,Huyễn vựng", {"icd10": ["I10"], "classical_name": "Huyễn vựng"}),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_each_catalogue_keeps_what_it_says(name: str, tmp_path: Path) -> None:
    head, row, expected = SAMPLES[name]
    report = take(tmp_path, name, f"code,display_vi,{head}", f"M1,Mẫu,{row}", version="mau", day=date(2026, 7, 1))
    assert report.refusals == []
    publish_version(name, "mau")
    found = concept_at(name, "M1", DAY)
    assert found and expected.items() <= found.properties.items()
