"""The shipped code systems: how many codes, what was left aside and why, whose evidence."""

from datetime import date
from typing import Any

import pytest
from django.db import Error, connection, transaction

from hoso.core.database.definition_loads import load_report
from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.terminology.loading import load_shipped_terminology, read_shipped
from hoso.core.terminology.queries import concept_at, display, versions
from hoso.core.terminology.search_words import ranking_text, word_vector

DAY = date(2025, 1, 1)
pytestmark = pytest.mark.django_db


def count(system: str, where: str = "true") -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*) FROM terminology_concept c JOIN terminology_version v ON v.id = c.version_id
            JOIN terminology_system s ON s.id = v.system_id WHERE s.name = %s AND {where}
            """,
            [system],
        )
        return int(cursor.fetchone()[0])


def test_icd10_has_its_codes_in_both_languages() -> None:
    assert count("icd10-vn") == 12_137
    assert count("icd10-vn", "display_vi <> '' AND display_en <> ''") == 12_137
    assert count("icd10-vn-blocks") == 22 + 212


def test_every_row_of_icd10_is_accounted_for() -> None:
    report = load_report("terminology")["icd10-vn"]
    aside = report["not_taken"]
    assert report["rows"] == 12_219 == report["concepts"] + len(aside)
    assert {"A17†", "J13", "H82*"} <= {row["code"] for row in aside}
    assert all(row["row"] > 1 and row["reason"].startswith("repeats a code") for row in aside)


def test_services_have_their_codes_and_procedures() -> None:
    report = load_report("terminology")["dich-vu-ky-thuat"]
    assert (report["rows"], count("dich-vu-ky-thuat")) == (9_206, 9_204)
    assert {row["code"] for row in report["not_taken"]} == {"17.0009.0255", "10.0225.0403"}
    valve = concept_at("dich-vu-ky-thuat", "10.0225.0403", DAY)
    assert valve and valve.properties["icd9cm"] == ["35.28", "35.14"]
    assert count("icd9-cm") == 1_260


def test_titles_that_slipped_in_the_official_file_are_put_right_and_kept() -> None:
    hypertension = concept_at("icd10-vn", "I10", DAY)
    assert hypertension and hypertension.display_en == "Essential (primary) hypertension"
    assert hypertension.properties["official_en"] == "Other rheumatic heart diseases"
    assert display("icd10-vn", "H82", DAY) == "Hội chứng chóng mặt trong bệnh phân loại nơi khác"


def test_each_code_hangs_under_a_known_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.code, c.parent FROM terminology_concept c
            JOIN terminology_version v ON v.id = c.version_id JOIN terminology_system s ON s.id = v.system_id
            WHERE s.name = 'icd10-vn' AND NOT EXISTS (
                SELECT 1 FROM terminology_concept p JOIN terminology_version pv ON pv.id = p.version_id
                JOIN terminology_system ps ON ps.id = pv.system_id
                WHERE ps.name IN ('icd10-vn', 'icd10-vn-blocks') AND p.code = c.parent)
            """
        )
        assert cursor.fetchall() == []


def test_every_shared_code_list_is_loaded_with_its_evidence() -> None:
    entries = entries_of_lists()
    files = {path.stem for path in (definitions_folder() / "exchange" / "code_lists").glob("*.yaml")}
    assert {entry["list"] for entry in entries} == files
    for entry in entries:
        name = entry.get("name", entry["list"]).replace("_", "-")
        (version,) = versions(name)
        assert version.evidence == entry["evidence"]
        assert count(name) > 0 or name == "ma-khoa"
    old_group = concept_at("ma-nhom", "5", DAY)
    assert old_group and old_group.properties["evidence"] == "unverified"


def test_every_code_that_a_list_describes_exists_and_has_english() -> None:
    lists = {entry.get("name", entry["list"]): entry for entry in entries_of_lists()}
    for shipped in read_shipped(definitions_folder()):
        entry = lists.get(shipped.system.name.replace("-", "_")) or lists.get(shipped.system.name)
        if entry:
            codes = {concept.code for concept in shipped.concepts}
            for part in ("vi", "en", "codes"):
                assert set(entry.get(part, {})) <= codes, (entry["list"], part)
            if entry["list"] not in ("ma_xang_dau",):
                assert all(concept.display_en for concept in shipped.concepts), entry["list"]


def entries_of_lists() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_definition(definitions_folder() / "terminology" / "code_lists.yaml")["lists"]
    return found


@pytest.mark.django_db(databases=["default", "owner"])
def test_an_unchanged_file_is_not_loaded_again() -> None:
    assert load_shipped_terminology() == 0


def test_the_application_adds_local_codes_and_leaves_shipped_ones() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE terminology_concept SET display_vi = 'x' WHERE code = 'I10'")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM terminology_concept WHERE code = 'I10'")
        assert cursor.rowcount == 0
        insert = (
            "INSERT INTO terminology_concept (version_id, code, display_vi, folded, words, origin)"
            " SELECT id, 'X.1', 'Mã riêng', %s, %s, %s FROM terminology_version WHERE version = 'qd4469-2020' LIMIT 1"
        )
        words = [ranking_text("Mã riêng"), word_vector("Mã riêng")]
        cursor.execute(insert, [*words, "local"])
        with pytest.raises(Error, match="row-level security"), transaction.atomic():
            cursor.execute(insert, [*words, "shipped"])
