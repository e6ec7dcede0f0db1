"""`hoso oversight register`, `take` and `unread`: another system, its files, and what could not be read of them."""

from datetime import UTC, datetime
from pathlib import Path

import orjson

from hoso.cli.tests.running import run_hoso
from hoso.engines.oversight.outside.tests.outside_system import Outside, event, machine


def test_a_file_of_lines_and_one_of_columns(outside: Outside, tmp_path: Path) -> None:
    lines, columns = tmp_path / "log.jsonl", tmp_path / "log.csv"
    lines.write_text("\n".join(event(number) for number in range(2500)), encoding="utf-8")
    at = datetime.now(UTC).isoformat()
    columns.write_text(
        f"key,at,account,action,found,sensitive\nc1,{at},his.lan,export,12,true\nc2,,his.lan,read,,\n", encoding="utf-8"
    )
    done = run_hoso(outside.database, "oversight", "take", str(lines), "--account", "may.his", "--json")
    assert orjson.loads(done.stdout) == {"seen": 2500, "taken": 2500, "dead": 0, "passed": 0}, done.stderr
    done = run_hoso(outside.database, "oversight", "take", str(columns), "--account", "may.his", "--json")
    assert (done.returncode, orjson.loads(done.stdout)) == (1, {"seen": 1, "taken": 1, "dead": 1, "passed": 0})
    shown = run_hoso(outside.database, "oversight", "unread", "--account", outside.overseer.name, "--json")
    assert [one["reason"] for one in orjson.loads(shown.stdout)["unread"]] == ["no moment with a zone"]


def test_a_system_is_registered_at_a_facility_that_exists(outside: Outside) -> None:
    machine("may.lis", outside.overseer.account_id)
    words = [
        "oversight",
        "register",
        "lis",
        "--account",
        "may.lis",
        "--title-vi",
        "Xét nghiệm",
        "--title-en",
        "Laboratory",
    ]
    done = run_hoso(outside.database, *words, "--facility", "?")
    assert done.returncode != 0 and "HS8035" in done.stdout + done.stderr
    done = run_hoso(outside.database, *words, "--facility", "80901", "--tier", "T2")
    assert done.returncode == 0, done.stderr
    assert outside.rows("SELECT facility_id, tier FROM oversight_source WHERE key = 'lis'") == [
        (outside.facility_id, "T2")
    ]
