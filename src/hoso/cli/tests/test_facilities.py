"""`hoso facilities`: a list taken in once, refused rows named."""

from pathlib import Path

from click.testing import CliRunner
from tests.database import Database

from hoso.cli.facilities import facilities
from hoso.core.places.models import Facility

HEAD = "code,name,kind,commune_code,province_code\n"


def test_a_list_is_taken_in_once_and_a_wrong_row_is_named(own_database: Database, tmp_path: Path) -> None:
    runner, file = CliRunner(), tmp_path / "list.csv"
    runner.invoke(facilities, ["template", str(tmp_path / "template.csv")], catch_exceptions=False)
    head = (tmp_path / "template.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert head.startswith(HEAD.strip())
    file.write_text(HEAD + "80771,Trạm thử (mẫu),provincial_hospital,25459,80\n80772,,provincial_hospital,25459,80\n")
    first = runner.invoke(facilities, ["import", str(file)], catch_exceptions=False)
    second = runner.invoke(facilities, ["import", str(file)], catch_exceptions=False)
    assert "1 mới / new" in first.output and "HS6002" in first.output
    assert "0 mới / new" in second.output and "1 như cũ / unchanged" in second.output
    assert list(Facility.objects.filter(code__startswith="8077").values_list("code", flat=True)) == ["80771"]
