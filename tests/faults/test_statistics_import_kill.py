"""An import that is killed has stored all of its rows or none; sent again it stores each once."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from hoso.core.accounts.models import Account
from tests.database import Database

ROWS = 26 * 100
SCRIPT = """
import sys
from hoso.config import start
start.setup_django()
from hoso.core.access.actor import Actor
from hoso.engines.statistics.imports.formats import read_payload
from hoso.engines.statistics.imports.options import read_options
from hoso.engines.statistics.imports.run import import_values
options = read_options({})
print("begun", flush=True)
with open(sys.argv[2], "rb") as content:
    report = import_values(Actor(int(sys.argv[1]), "t", "test"), read_payload(content, "application/json", options), options)
print(report.taken, flush=True)
"""


def _payload(database: Database, path: Path) -> None:
    with psycopg.connect(database.admin_url) as admin:
        units = admin.execute(
            "SELECT uid FROM statistics_unit WHERE tier = 'commune' AND valid_to IS NULL ORDER BY code LIMIT 100"
        ).fetchall()
        elements = admin.execute(
            "SELECT e.uid FROM statistics_data_set d JOIN statistics_data_set_element s ON s.data_set_id = d.id"
            " JOIN statistics_element e ON e.id = s.element_id JOIN statistics_combo c ON c.id = e.combo_id"
            " WHERE d.form = 'tt23-4-bct' AND c.dimensions = '{}'"
        ).fetchall()
    rows = [
        {"dataElement": element, "period": "202601", "orgUnit": unit, "value": 7}
        for (unit,) in units
        for (element,) in elements
    ]
    assert len(rows) == ROWS
    path.write_text(json.dumps({"dataValues": rows}))


def _stored(database: Database) -> tuple[int, int]:
    with psycopg.connect(database.admin_url) as admin:
        row = admin.execute("SELECT count(*), count(DISTINCT act_id) FROM statistics_value").fetchone()
    assert row is not None
    return row[0], row[1]


@pytest.mark.faults
@pytest.mark.slow
def test_a_killed_import_is_whole_or_nothing(
    own_database: Database, account_with_role: Callable[..., Account], tmp_path: Path
) -> None:
    officer = account_with_role("statistics_officer")
    path = tmp_path / "values.json"
    _payload(own_database, path)

    def start() -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", SCRIPT, str(officer.pk), str(path)]
        process = subprocess.Popen(
            command, env={**own_database.environment, "PATH": ""}, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None and process.stdout.readline() == "begun\n"
        return process

    found = set()
    for delay in (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8):
        process = start()
        time.sleep(delay)
        process.kill()
        acknowledged = process.communicate()[0]
        stored = _stored(own_database)
        assert stored in ((0, 0), (ROWS, 1)), delay
        if acknowledged:
            assert stored == (ROWS, 1)
        found.add(stored)
    assert (0, 0) in found
    assert start().communicate(timeout=120)[0] == f"{ROWS}\n"
    assert _stored(own_database) == (ROWS, 1)
