"""The rehearsal of an upgrade: the database is copied, the copy is upgraded and compared, and dropped."""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connections
from psycopg import sql

from hoso.core.database.schema import pending_migrations
from hoso.core.errors import HosoError

COUNT = "from hoso.core.database.schema import row_counts; import json; print(json.dumps(row_counts()))"
OPEN = "from hoso.config import start; start.setup_django()"
UPGRADE = "start.upgrade_schema()"


@dataclass(frozen=True)
class Report:
    """What an upgrade would do: steps, seconds, rows of every table before and after."""

    pending: list[str]
    seconds: float
    rows_before: dict[str, int]
    rows_after: dict[str, int]

    def changed_counts(self) -> dict[str, tuple[int, int]]:
        """Tables whose number of rows changes; one that is not there counts as empty."""
        tables = sorted(self.rows_before.keys() | self.rows_after.keys())
        pairs = {table: (self.rows_before.get(table, 0), self.rows_after.get(table, 0)) for table in tables}
        return {table: pair for table, pair in pairs.items() if pair[0] != pair[1]}

    def lost(self) -> list[str]:
        """Tables that would hold fewer rows than before."""
        return [table for table, (before, after) in self.changed_counts().items() if after < before]

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "lost": self.lost()}


def rehearse() -> Report:
    """Upgrade a copy of the opened house's database. Raises HosoError HS1011 where it cannot be copied."""
    pending = pending_migrations()
    url = os.environ["DATABASE_URL"]
    name = str(connections["owner"].settings_dict["NAME"])
    copy = f"{name}_rehearsal_{os.getpid()}"
    connections.close_all()  # a database is copied only while nobody is connected to it
    _copy(url, name, copy)
    try:
        copy_url = _with_database(url, copy)
        before = json.loads(_run(copy_url, OPEN, COUNT))
        started = time.monotonic()
        _run(copy_url, OPEN, UPGRADE)
        seconds = round(time.monotonic() - started, 1)
        after = json.loads(_run(copy_url, OPEN, COUNT))
        return Report(pending, seconds, before, after)
    finally:
        _execute(url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(copy)))


def _copy(url: str, name: str, copy: str) -> None:
    try:
        _execute(url, sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(copy), sql.Identifier(name)))
    except psycopg.Error as error:
        raise HosoError("HS1011", reason=str(error).strip().splitlines()[0]) from error


def _execute(url: str, statement: sql.Composed) -> None:
    with psycopg.connect(_with_database(url, "postgres"), autocommit=True) as connection:
        connection.execute(statement)


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _run(url: str, *statements: str) -> str:
    """Run Python in a process that works on the copy; returns its last line. Raises HosoError HS1011."""
    environment = {**os.environ, "DATABASE_URL": url}
    environment.pop("HOSO_APP_DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(statements)], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise HosoError("HS1011", reason=(done.stderr.strip().splitlines() or ["?"])[-1])
    return (done.stdout.strip().splitlines() or [""])[-1]
