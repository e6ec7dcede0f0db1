"""`hoso terminology`: a version from its template to its publication."""

from pathlib import Path

from click.testing import CliRunner
from tests.database import Database

from hoso.cli.terminology import terminology


def test_a_version_is_taken_in_compared_and_published(own_database: Database, tmp_path: Path) -> None:
    runner, file = CliRunner(), tmp_path / "next.csv"

    def run(*words: str) -> str:
        return runner.invoke(terminology, list(words), catch_exceptions=False).output

    run("template", str(file))
    assert file.read_text(encoding="utf-8-sig").startswith("code,display_vi,")
    with file.open("a", encoding="utf-8") as sheet:
        sheet.write("A00,Tả (mẫu)\r\n,thiếu mã\r\n")
    asked = ("--version", "synthetic", "--from", "01/01/2026", "--source", "Tổng hợp (synthetic)")
    told = run("import", "icd10-vn", str(file), *asked)
    assert "HS6002" in told
    assert "1 mã nháp" in told
    assert "synthetic\tdraft\t01/01/2026" in run("versions", "icd10-vn")
    assert "renamed\tA00\t" in run("compare", "icd10-vn", "qd4469-2020", "synthetic")
    run("publish", "icd10-vn", "synthetic")
    assert "synthetic\tpublished\t01/01/2026" in run("versions", "icd10-vn")
    from django.db import connections

    from hoso.core.terminology.loading import load_shipped_terminology

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT key FROM changes_change WHERE topic = 'terminology.published'")
        assert cursor.fetchall() == [("icd10-vn/synthetic",)]
    # An upgrade that brings the shipped files anew leaves the house's version in force.
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE definitions_load SET sha256 = '' WHERE name = 'terminology'")
    assert load_shipped_terminology() > 10_000
    assert "qd4469-2020\tpublished\t" in run("versions", "icd10-vn")
    assert "–01/01/2026" in run("versions", "icd10-vn")
