"""An import that is killed has stored all of its rows or none; sent again it stores each once. Killed are the process that
imports, the web server that was sent it, and PostgreSQL."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from hoso.core.database import embedded
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
SERVE = """
from wsgiref.simple_server import make_server
from hoso.config import start
start.setup_django()
from django.core.wsgi import get_wsgi_application
with make_server("127.0.0.1", 0, get_wsgi_application()) as server:
    print(server.server_port, flush=True)
    server.serve_forever()
"""
OFFICER = """
from hoso.config import start
start.setup_django()
from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import Account, Assignment
account = Account.objects.create_user("bao.cao", None, full_name="Báo cáo", kind=Account.Kind.CLINICAL)
with as_operator():
    Assignment.objects.create(account=account, role="statistics_officer", valid_from="2020-01-01")
print(account.pk)
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


def _run(database: Database, script: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments], env={**database.environment, "PATH": ""}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _start(database: Database, officer: int, path: Path) -> "subprocess.Popen[str]":
    process = _run(database, SCRIPT, str(officer), str(path))
    assert process.stdout is not None and process.stdout.readline() == "begun\n"
    return process


@pytest.mark.faults
@pytest.mark.slow
def test_a_killed_import_is_whole_or_nothing(
    own_database: Database, account_with_role: Callable[..., Account], tmp_path: Path
) -> None:
    officer = account_with_role("statistics_officer")
    path = tmp_path / "values.json"
    _payload(own_database, path)

    found = set()
    for delay in (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8):
        process = _start(own_database, officer.pk, path)
        time.sleep(delay)
        process.kill()
        acknowledged = process.communicate()[0]
        stored = _stored(own_database)
        assert stored in ((0, 0), (ROWS, 1)), delay
        if acknowledged:
            assert stored == (ROWS, 1)
        found.add(stored)
    assert (0, 0) in found
    assert _start(own_database, officer.pk, path).communicate(timeout=120)[0] == f"{ROWS}\n"
    assert _stored(own_database) == (ROWS, 1)


@pytest.mark.faults
@pytest.mark.slow
def test_an_import_over_http_whose_server_is_killed(
    own_database: Database, account_with_role: Callable[..., Account], tmp_path: Path
) -> None:
    token = issue_token(account_with_role("statistics_officer"), "dhis2", 1, shape="dhis2")
    path = tmp_path / "values.json"
    _payload(own_database, path)

    def send(port: int) -> bytes:
        """The server's answer; empty where it is gone before it answers."""
        headers = {"Authorization": f"ApiToken {token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{port}/dhis2/api/dataValueSets", path.read_bytes(), headers)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return bytes(answer.read())
        except OSError:
            return b""

    found = set()
    with ThreadPoolExecutor(1) as sender:
        for delay in (0.1, 0.6, None):
            server = _run(own_database, SERVE)
            assert server.stdout is not None
            sent = sender.submit(send, int(server.stdout.readline()))
            if delay is not None:
                time.sleep(delay)
                server.kill()
            answer = sent.result()
            server.kill()
            server.communicate()
            stored = _stored(own_database)
            assert stored in ((0, 0), (ROWS, 1)), delay
            if answer:
                counts = json.loads(answer)["response"]["importCount"]
                assert (counts["imported"] + counts["updated"], stored) == (ROWS, (ROWS, 1))
            found.add(stored)
    assert answer and (0, 0) in found


@pytest.mark.faults
@pytest.mark.slow
def test_an_import_whose_postgresql_is_killed(own_server: Database, tmp_path: Path) -> None:
    kind, home = os.environ.get("HOSO_POSTGRES", "wheel"), own_server.home
    made = _run(own_server, OFFICER).communicate(timeout=120)[0]
    path = tmp_path / "values.json"
    _payload(own_server, path)
    cluster = embedded.start(home, kind)
    found = set()
    for delay in (0.05, 0.5):
        process = _start(own_server, int(made), path)
        time.sleep(delay)
        embedded.kill(cluster)
        acknowledged = process.communicate(timeout=120)[0]
        embedded.start(home, kind)
        stored = _stored(own_server)
        assert stored in ((0, 0), (ROWS, 1)), delay
        assert not acknowledged or stored == (ROWS, 1)
        found.add(stored)
    assert (0, 0) in found
    assert _start(own_server, int(made), path).communicate(timeout=120)[0] == f"{ROWS}\n"
    assert _stored(own_server) == (ROWS, 1)
