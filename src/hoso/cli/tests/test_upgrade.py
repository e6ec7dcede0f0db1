"""`hoso upgrade --rehearse` on data of an earlier schema.

There is no earlier release yet. What is proved: a database that stands at the first migrations of an app and holds rows
is copied, upgraded and compared, nothing of the original changes, and the upgrade itself then does what was rehearsed.
Once there is a release, a dump of its demonstration takes this place.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from hoso.cli.tests.running import run_hoso
from hoso.core.accounts.machines import MACHINES

EARLIER = """
from hoso.config import start
start.setup_django()
from django.core.management import call_command
call_command("migrate", "accounts", "0001", database="owner", verbosity=0)
"""


@pytest.fixture
def earlier(own_database: Any) -> Iterator[Any]:
    """The test's own database, emptied and brought to the first schema of accounts and places, with some rows."""
    with psycopg.connect(own_database.admin_url, autocommit=True) as admin:
        admin.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    environment = {**os.environ, **own_database.environment}
    environment.pop("HOSO_APP_DATABASE_URL")
    subprocess.run([sys.executable, "-c", EARLIER], env=environment, check=True)
    with psycopg.connect(own_database.admin_url, autocommit=True) as admin:
        admin.execute(
            "INSERT INTO accounts_account (username, full_name, email, kind, is_active, created_at, password)"
            " SELECT 'user.' || n, 'Người ' || n, '', 'clinical', true, now(), '!' FROM generate_series(1, 50) n"
        )
    yield own_database


def _tables_and_databases(database: Any) -> tuple[int, list[str]]:
    with psycopg.connect(database.admin_url) as admin:
        row = admin.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        # Other tests rehearse on the same server: only this database's own copies count.
        own = f"{database.name}%rehearsal%"
        names = admin.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [own]).fetchall()
    assert row is not None
    return row[0], [name for (name,) in names]


def _told(database: Any, *arguments: str) -> Any:
    done = run_hoso(database, *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_rehearsal_tells_and_changes_nothing(earlier: Any) -> None:
    before = _tables_and_databases(earlier)
    told = _told(earlier, "upgrade", "--rehearse", "--json")
    assert "records.0001_records" in told["pending"]
    assert told["lost"] == []
    # The machines' accounts are the only ones the upgrade adds.
    assert told["rows_before"]["accounts_account"] == 50
    assert told["rows_after"]["accounts_account"] == 50 + len(MACHINES)
    assert _tables_and_databases(earlier) == before


def test_the_upgrade_does_what_was_rehearsed(earlier: Any) -> None:
    rehearsed = _told(earlier, "upgrade", "--rehearse", "--json")
    done = _told(earlier, "upgrade", "--json")
    assert done["migrated"] == rehearsed["pending"]
    assert run_hoso(earlier, "upgrade", "--json").stdout.startswith('{"migrated": []')
    with psycopg.connect(earlier.admin_url) as admin:
        for table, rows in rehearsed["rows_after"].items():
            query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table.strip('"')))
            assert admin.execute(query).fetchone() == (rows,), table


def test_a_database_in_use_is_told(own_database: Any) -> None:
    with psycopg.connect(own_database.admin_url):
        done = run_hoso(own_database, "upgrade", "--rehearse")
    assert (done.returncode, done.stderr[:6]) == (2, "HS1011")
