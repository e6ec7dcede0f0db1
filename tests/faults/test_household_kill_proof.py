"""A list of households while its process and the database are killed again and again: all of what was acknowledged stays,
and resumed it holds everybody once."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hoso.engines.intake.households.sheet import OPTIONAL, REQUIRED
from tests.faults.house_under_test import ROOT, House

pytestmark = [pytest.mark.faults, pytest.mark.slow]
ROWS, KILLS = 30_000, 5

COUNTS = (
    "people_person", "people_household_member", "people_population_group",
    "people_identifier WHERE kind = 'hoso_number'", "people_identifier WHERE kind = 'household_member'",
)  # fmt: skip


def _write(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        table = csv.DictWriter(lines, (*REQUIRED, *OPTIONAL), restval="")
        table.writeheader()
        for number in range(ROWS):
            table.writerow({
                "household": f"H{number // 4}", "person": str(number % 4 + 1), "name": f"NGUYỄN VĂN SỐ {number}", "sex": "nam",
                "born": f"{1950 + number % 70}", "commune_code": "00004", "personal_id": f"079{number:09}" if number % 3 else "",
            })  # fmt: skip


def test_a_killed_list_goes_on_where_its_mark_stands(tmp_path: Path) -> None:
    path = tmp_path / "ho.csv"
    _write(path)
    draw = random.Random(6)
    with closing(House(tmp_path / "home", os.environ["HOSO_POSTGRES"])) as house:
        house.prepare()
        acknowledged = 0
        for kill in range(KILLS):
            taking = _start(house, path)
            _wait_for(house, acknowledged + draw.randrange(500, 2500))
            before = _done(house)
            if kill % 2:
                house.kill_database()
            taking.send_signal(signal.SIGKILL)
            taking.wait()
            if kill % 2:
                house.start_database()
            acknowledged = _done(house)
            assert acknowledged >= before
            _check(house, acknowledged)
        taking = _start(house, path)
        out, _ = taking.communicate(timeout=600)
        account = json.loads(out.decode().splitlines()[-1])
        assert taking.returncode == 0
        assert (account["state"], account["created"], account["refused"]) == ("done", ROWS, 0)
        _check(house, ROWS)


def _check(house: House, rows: int) -> None:
    """Of every acknowledged row one of each thing, of others nothing."""
    with house.connect() as connection:
        counted = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in COUNTS}
    assert counted == dict.fromkeys(COUNTS, (rows,))


def _done(house: House) -> int:
    with house.connect() as connection:
        row: Any = connection.execute("SELECT coalesce(sum(rows_done), 0)::int FROM household_list").fetchone()
    return int(row[0])


def _wait_for(house: House, rows: int) -> None:
    end = time.monotonic() + 120
    while _done(house) < min(rows, ROWS - 8_000) and time.monotonic() < end:
        time.sleep(0.05)


def _start(house: House, path: Path) -> "subprocess.Popen[bytes]":
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("HOSO_", "DATABASE_URL"))}
    environment |= {"HOSO_HOME": str(house.home), "HOSO_POSTGRES": house.kind}
    command = [
        "-c",
        "from hoso.cli import main; main()",
        "people",
        "import-households",
        str(path),
        "--day",
        "2025-09-01",
        "--json",
    ]
    return subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=house.log,
    )  # fmt: skip
