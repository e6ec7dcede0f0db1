"""Codes at a day, names, search: against a slow second reading of the same files."""

from datetime import date

import pytest

from hoso.core.definitions import definitions_folder
from hoso.core.errors import HosoError
from hoso.core.terminology.icd10 import icd10_code, read_icd10
from hoso.core.terminology.queries import concept_at, display, displays, forget, search, version_at
from hoso.core.terminology.search_words import words_of
from hoso.core.terminology.systems import ICD10_VN, short_name

DAY = date(2025, 1, 1)
pytestmark = pytest.mark.django_db


def test_the_version_of_the_day() -> None:
    assert version_at("icd10-vn", DAY).holds(DAY)
    for day, in_force in ((date(2019, 1, 1), False), (date(2020, 10, 28), True), (date(2026, 7, 1), False)):
        concept = concept_at("icd10-vn", "I10", day)
        assert concept and concept.in_force is in_force


def test_a_code_counts_from_its_own_day() -> None:
    for day, in_force in ((date(2026, 6, 18), False), (date(2026, 6, 19), True)):
        concept = concept_at("ma-loai-kcb", "14", day)
        assert concept and concept.in_force is in_force
    assert [concept.code for concept in search("ma-loai-kcb", "tu xa", date(2026, 11, 22))] == ["14"]
    assert search("ma-loai-kcb", "tu xa", DAY) == []
    old = concept_at("ma-loai-kcb-4210", "1", date(2023, 1, 1))
    assert old and old.in_force and old.display("en") == "Examination"


def test_names_in_both_languages() -> None:
    assert display("icd10-vn", "I10", DAY) == "Bệnh lý tăng huyết áp"
    assert display(ICD10_VN.url, "I10", DAY, "en") == "Essential (primary) hypertension"
    assert display("icd10-vn", "ZZZ", DAY) is None
    service = displays("dich-vu-ky-thuat", ["01.0115.0297", "none"], DAY, "en")
    assert service == {"01.0115.0297": "Siêu âm nội soi phế quản ống mềm"}


def test_known_names_are_not_asked_for_again(django_assert_num_queries: object) -> None:
    codes = ["I10", "E11.9", "J18.9", "none"]
    displays("icd10-vn", codes, DAY)
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert len(displays("icd10-vn", codes, DAY, "en")) == 3


def test_a_list_that_nobody_loaded_is_asked_for_once(django_assert_num_queries: object) -> None:
    forget()
    for queries in (1, 0):
        with django_assert_num_queries(queries), pytest.raises(HosoError, match="HS6006"):  # type: ignore[operator]
            displays("ma-thu", ["1"], DAY)


def test_an_unknown_system_is_refused() -> None:
    for system in ("icd11", "http://example.org/none"):
        with pytest.raises(HosoError, match="HS6006"):
            concept_at(system, "I10", DAY)
    assert short_name("https://hoso.vn/fhir/CodeSystem/gioi-tinh") == "gioi-tinh"


@pytest.mark.parametrize(
    ("text", "code"), [("e119", "E11.9"), (" I10 ", "I10"), ("A17†", "A17"), ("G53.0*", "G53.0"), ("M0160*", "M01.60")]
)
def test_the_ways_of_writing_an_icd_code(text: str, code: str) -> None:
    assert icd10_code(text) == code
    assert concept_at("icd10-vn", icd10_code(text), DAY)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("tang huyet ap", "I10"),
        ("Tăng huyết áp", "I10"),
        ("huyet ap tang ly", "I10"),
        ("essential hypertension", "I10"),
        ("I10", "I10"),
        ("e11.9", "E11.9"),
        ("viem ruot thua cap", "K35"),
        ("dai thao duong khong phu thuoc", "E11"),
    ],
)
def test_search_finds_what_a_doctor_means(text: str, first: str) -> None:
    assert search("icd10-vn", text, DAY)[0].code == first


def test_search_has_no_trouble_with_signs() -> None:
    for text in ("", "  ", "'", "!&|:*()", "a'b", "%", "\\", "viêm & (phổi)", "x" * 5000, "€", "a\0b"):
        search("icd10-vn", text, DAY)


QUERIES = [
    "tang huyet ap", "viem phoi", "dai thao duong", "sot xuat huyet", "gay xuong", "lao", "benh", "u ac", "I1", "e11",
    "dau bung", "viem", "hen", "tim", "thieu mau", "S72", "chan thuong so nao", "pneumonia", "fracture femur", "k29.1",
]  # fmt: skip


def slow_search(text: str) -> set[str]:
    """Every code that begins with the text or whose names hold, for each word, a word that begins so."""
    found = set()
    for concept in read_icd10(definitions_folder() / "terminology")[0].concepts:
        names = words_of(f"{concept.display_vi} {concept.display_en}")
        hits = all(any(name.startswith(word) for name in names) for word in words_of(text))
        if hits or concept.code.startswith(text.upper()):
            found.add(concept.code)
    return found


@pytest.mark.parametrize("text", QUERIES[:12:2])
def test_search_finds_the_same_as_a_slow_reading(text: str) -> None:
    assert {concept.code for concept in search("icd10-vn", text, DAY, limit=20_000)} == slow_search(text)
