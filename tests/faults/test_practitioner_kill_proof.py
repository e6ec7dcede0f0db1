"""A list of practitioners while its process and the database are killed again and again: all of what was acknowledged stays, with
its FHIR views and what was refused, and resumed it holds everybody once."""

import csv
import os
from contextlib import closing
from pathlib import Path

import pytest

from hoso.engines.intake.practitioners.sheet import OPTIONAL, REQUIRED
from hoso.engines.records.resource_types import NUMBERS
from tests.faults.house_under_test import House
from tests.faults.killed_lists import KilledList, counted

pytestmark = [pytest.mark.faults, pytest.mark.slow]
ROWS, KILLS = 6_000, 5
EVERY = 10  # rows: the last of so many names no date, and is refused

OF_RIGHT_ROWS = (
    "practitioners_practitioner", "practitioners_licence", f"records_resource WHERE type = {NUMBERS['Practitioner']}",
    f"records_location WHERE type = {NUMBERS['Practitioner']}",
)  # fmt: skip
REFUSED = "practitioners_refusal"


def _write(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        table = csv.DictWriter(lines, (*REQUIRED, *OPTIONAL), restval="")
        table.writeheader()
        for number in range(1, ROWS + 1):
            table.writerow({
                "name": f"NGUYỄN VĂN SỐ {number}", "licence": f"{number:06}/SYN-GPHN", "profession": "Bác sĩ", "scope": "Nội khoa",
                "issued_on": "01/02/2025" if number % EVERY else "32/13/2025",
            })  # fmt: skip


def test_a_killed_list_goes_on_where_its_mark_stands(tmp_path: Path) -> None:
    path = tmp_path / "hanh-nghe.csv"
    _write(path)
    killed = KilledList(("practitioners", "import"), path, ROWS, "practitioners_list", (200, 900), left=1_500)
    with closing(House(tmp_path / "home", os.environ["HOSO_POSTGRES"])) as house:
        house.prepare()

        def check(rows: int) -> None:
            refused = rows // EVERY
            wanted = {**dict.fromkeys(OF_RIGHT_ROWS, rows - refused), REFUSED: refused}
            assert counted(house, (*OF_RIGHT_ROWS, REFUSED)) == wanted

        account = killed.kill_and_resume(house, KILLS, check)
    assert (account["state"], account["created"], account["refused"]) == ("done", ROWS - ROWS // EVERY, ROWS // EVERY)
