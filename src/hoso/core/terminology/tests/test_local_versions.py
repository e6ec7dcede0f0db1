"""A next version of ICD-10, synthetic and said to be: taken in, compared, published, chosen by the day, unchanged."""

import csv
from datetime import date
from pathlib import Path

import pytest
from django.db import Error, connection, transaction

from hoso.core.errors import HosoError
from hoso.core.terminology import queries
from hoso.core.terminology.comparing import compare, version_list
from hoso.core.terminology.local_versions import DraftReport, draft_version, publish_version
from hoso.core.terminology.queries import concept_at, display
from hoso.core.terminology.version_sheet import OPTIONAL, REQUIRED

NEXT, FIRST_DAY, SOURCE = "next-synthetic", date(2025, 1, 1), "Bản tổng hợp để thử (synthetic)"
pytestmark = pytest.mark.django_db(databases=["default", "owner"])


@pytest.fixture(autouse=True)
def forgetting() -> None:
    queries.forget()


@pytest.fixture
def shipped() -> dict[str, dict[str, str]]:
    """Every code of the version in force, as a row of the sheet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.code, c.display_vi, c.display_en, '' FROM terminology_concept c"
            " JOIN terminology_version v ON v.id = c.version_id JOIN terminology_system s ON s.id = v.system_id"
            " WHERE s.name = 'icd10-vn' AND v.version = 'qd4469-2020' AND c.code ~ '^[A-E]' ORDER BY c.code"
        )
        return {row[0]: dict(zip(("code", "display_vi", "display_en", "parent"), row, strict=True)) for row in cursor}


def take(path: Path, rows: list[dict[str, str]], version: str = NEXT, day: date = FIRST_DAY) -> DraftReport:
    with path.open("w", encoding="utf-8-sig", newline="") as sheet:
        writer = csv.DictWriter(sheet, (*REQUIRED, *OPTIONAL), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return draft_version(path, "icd10-vn", version, day, SOURCE)


def test_from_the_sheet_to_the_day_it_is_in_force(shipped: dict[str, dict[str, str]], tmp_path: Path) -> None:
    rows = [dict(row) for row in shipped.values() if row["code"] != "A00.1"]
    next(row for row in rows if row["code"] == "A00.0")["display_vi"] = "Tả cổ điển (mẫu)"
    rows.append({"code": "E99.9", "display_vi": "Mã mới (mẫu)"})
    report = take(tmp_path / "next.csv", rows)
    assert (report.rows, report.taken, report.refused_rows) == (len(rows), len(rows), [])
    found = compare("icd10-vn", "qd4469-2020", NEXT, limit=100_000)
    changed = {(one.kind, one.code) for one in found.changes}
    assert {("renamed", "A00.0"), ("removed", "A00.1")} <= changed
    assert [one.code for one in found.changes if one.kind == "added"] == ["E99.9"]
    assert found.counts["renamed"] == 1
    assert found.total == sum(number for kind, number in found.counts.items() if kind != "same")
    before = display("icd10-vn", "A00.0", FIRST_DAY)
    publish_version("icd10-vn", NEXT)
    queries.forget()
    assert display("icd10-vn", "A00.0", date(2024, 12, 31)) == before
    assert display("icd10-vn", "A00.0", FIRST_DAY) == "Tả cổ điển (mẫu)"
    assert concept_at("icd10-vn", "A00.1", date(2024, 12, 31)) is not None
    assert concept_at("icd10-vn", "A00.1", FIRST_DAY) is None
    (line, last) = version_list("icd10-vn")[:2]
    assert (line.version, line.status, line.origin, line.evidence) == (NEXT, "published", "local", "unverified")
    assert (last.version, last.valid_to) == ("qd4469-2020", FIRST_DAY)


def test_a_draft_is_read_by_nobody_and_replaced_by_the_next_file(tmp_path: Path) -> None:
    take(tmp_path / "one.csv", [{"code": "A00", "display_vi": "Một"}])
    take(tmp_path / "two.csv", [{"code": "A00", "display_vi": "Hai"}, {"code": "A01", "display_vi": "Ba"}])
    assert next(line.codes for line in version_list("icd10-vn") if line.version == NEXT) == 2
    queries.forget()
    assert display("icd10-vn", "A00", FIRST_DAY) not in ("Một", "Hai")


def test_every_refused_row_is_named(tmp_path: Path) -> None:
    report = take(
        tmp_path / "wrong.csv",
        [
            {"code": "A00", "display_vi": "Đúng"},
            {"code": "", "display_vi": "Không mã"},
            {"code": "A00", "display_vi": "Trùng"},
            {"code": "A01", "display_vi": "Sai ngày", "valid_from": "31/02/2027"},
            {"code": "A02", "display_vi": "Sai cha", "parent": "Z"},
            {"code": "A03", "display_vi": "Ngược", "valid_from": "2027-02-01", "valid_to": "2027-01-01"},
        ],
    )
    assert (report.rows, report.taken, report.refused_rows) == (6, 1, [3, 4, 5, 6, 7])
    assert [one.error.code for one in report.refusals] == ["HS6002", "HS6003", "HS6009", "HS6023", "HS6004"]


def test_what_is_published_is_not_changed(tmp_path: Path) -> None:
    take(tmp_path / "one.csv", [{"code": "A00", "display_vi": "Một"}])
    publish_version("icd10-vn", NEXT)
    with pytest.raises(HosoError, match="HS6020"):
        take(tmp_path / "one.csv", [{"code": "A00", "display_vi": "Hai"}])
    with pytest.raises(HosoError, match="HS6021"):
        publish_version("icd10-vn", NEXT)
    with connection.cursor() as cursor:
        for statement in (
            "UPDATE terminology_concept SET display_vi = 'x' WHERE origin = 'local'",
            "DELETE FROM terminology_concept WHERE origin = 'local'",
            "UPDATE terminology_version SET valid_from = '2020-01-01' WHERE origin = 'local'",
            "DELETE FROM terminology_version WHERE origin = 'local'",
        ):
            cursor.execute(statement)
            assert cursor.rowcount == 0, statement
        with pytest.raises(Error, match="row-level security"), transaction.atomic():
            cursor.execute(
                "INSERT INTO terminology_version (system_id, version, status, valid_from, evidence, source, origin)"
                " SELECT id, 'x', 'published', '2030-01-01', 'official', '', 'local' FROM terminology_system LIMIT 1"
            )


def test_one_version_is_in_force_at_a_time(tmp_path: Path) -> None:
    take(tmp_path / "a.csv", [{"code": "A00", "display_vi": "Sau"}], "later", date(2026, 1, 1))
    publish_version("icd10-vn", "later")
    take(tmp_path / "b.csv", [{"code": "A00", "display_vi": "Giữa"}], "between", date(2025, 6, 1))
    publish_version("icd10-vn", "between")
    spans = {line.version: (line.valid_from, line.valid_to) for line in version_list("icd10-vn")}
    assert spans["between"] == (date(2025, 6, 1), date(2026, 1, 1))
    assert spans["qd4469-2020"][1] == date(2025, 6, 1)
    take(tmp_path / "c.csv", [{"code": "A00", "display_vi": "Cùng ngày"}], "same day", date(2026, 1, 1))
    with pytest.raises(HosoError, match="HS6022"):
        publish_version("icd10-vn", "same day")


def test_unknown_systems_and_versions() -> None:
    with pytest.raises(HosoError, match="HS6006"):
        version_list("no-such-system")
    with pytest.raises(HosoError, match="HS6024"):
        compare("icd10-vn", "qd4469-2020", "none")
