"""`hoso statistics yearbook`: a file that is whole, and what is told where it cannot be made."""

import json
from pathlib import Path

from tests.database import Database

from hoso.cli.tests.running import run_hoso


def test_a_yearbook_is_made(own_database: Database, tmp_path: Path) -> None:
    out = tmp_path / "book.pdf"
    done = run_hoso(
        own_database, "statistics", "yearbook", "--province", "80", "--year", "2025", "--out", str(out), "--json"
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert out.read_bytes().startswith(b"%PDF") and told["bytes"] == out.stat().st_size and told["communes"] > 50
    assert [path.name for path in tmp_path.iterdir() if "book" in path.name] == ["book.pdf"]
    for more, code in ((["--province", "00"], "HS5491"), (["--province", "80", "--account", "nobody"], "HS5492")):
        wrong = run_hoso(own_database, "statistics", "yearbook", "--year", "2025", *more)
        assert wrong.returncode and code in wrong.stderr + wrong.stdout
