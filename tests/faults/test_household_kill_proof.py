"""A list of households while its process and the database are killed again and again: all of what was acknowledged stays,
and resumed it holds everybody once."""

import csv
import os
from contextlib import closing
from pathlib import Path

import pytest

from hoso.engines.intake.households.sheet import OPTIONAL, REQUIRED
from tests.faults.house_under_test import House
from tests.faults.killed_lists import KilledList, counted

pytestmark = [pytest.mark.faults, pytest.mark.slow]
ROWS, KILLS = 30_000, 5

# Of every acknowledged row one of each thing, of others nothing.
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
    killed = KilledList(("people", "import-households"), path, ROWS, "household_list", (500, 2500), left=8_000)
    with closing(House(tmp_path / "home", os.environ["HOSO_POSTGRES"])) as house:
        house.prepare()

        def check(rows: int) -> None:
            assert counted(house, COUNTS) == dict.fromkeys(COUNTS, rows)

        account = killed.kill_and_resume(house, KILLS, check)
    assert (account["state"], account["created"], account["refused"]) == ("done", ROWS, 0)
