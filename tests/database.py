"""The tests' database: one server in the data folder of tests, one migrated template, a quick copy for whoever asks.

The template is named after what it is made of (migrations, definitions, loaders, packages), so a change to any of
them makes a new one, and an unchanged tree starts in a second.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg import sql

from hoso.core.database import embedded, roles

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES_KEPT = 3

BUILD = "from hoso.config import start; start.setup_django(); start.upgrade_schema()"


@dataclass(frozen=True)
class Database:
    """One database of the test server. `admin_url` passes row security, `app_url` is the application's own role."""

    name: str
    admin_url: str
    app_url: str
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """The settings under which another process works on this database."""
        return {"HOSO_HOME": str(self.home), "DATABASE_URL": self.admin_url, "HOSO_APP_DATABASE_URL": self.app_url}


class Server:
    """The tests' PostgreSQL, shared by the processes of a test run and by runs at the same time."""

    def __init__(self, home: Path, kind: str) -> None:
        self.home = home
        # Its databases are copied and dropped some hundred times, each with the disk to wait for (3 to 5 s, so 0.3 s).
        self.cluster = embedded.start(home, kind, durable=False)
        self.made: list[str] = []
        self.template_name = f"hoso_template_{_fingerprint()}"

    def stop(self) -> None:
        """Drop what this process made and leave the server."""
        for name in list(self.made):
            self.drop(name)
        embedded.release(self.home, self.cluster)

    def template(self) -> str:
        """The migrated template's name; builds it when this tree has none yet."""
        name = self.template_name
        with self._locked(), self._admin() as connection:
            known = _databases(connection, "hoso_template_")
            if name not in known:
                for old in known[: -(TEMPLATES_KEPT - 1)]:
                    _drop(connection, old)
                self._build(name)
        return name

    def copy(self, suffix: str = "") -> Database:
        """A fresh database that holds what a new installation holds."""
        template = self.template()
        name = f"hoso_test_{os.getpid()}{suffix}"
        with self._locked(), self._admin() as connection:
            _drop_abandoned(connection)
            _drop(connection, name)
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        self.made.append(name)
        admin_url = self.cluster.url(database=name)
        return Database(name, admin_url, roles.prepare_database(admin_url, self.home / "secrets"), self.home)

    def drop(self, name: str) -> None:
        with self._admin() as connection:
            _drop(connection, name)
        if name in self.made:
            self.made.remove(name)

    def _build(self, name: str) -> None:
        building = f"building_{name}"
        with self._admin() as connection:
            _drop(connection, building)
        roles.create_database(self.cluster.url(database="postgres"), building)
        # In a process of its own, as a new installation does it; this one has Django set up for something else.
        environment = {**os.environ, "HOSO_HOME": str(self.home), "DATABASE_URL": self.cluster.url(database=building)}
        environment.pop("HOSO_APP_DATABASE_URL", None)
        done = subprocess.run(
            [sys.executable, "-c", BUILD], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"the test database could not be built:\n{done.stderr[-4000:]}")
        with self._admin() as connection:
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name))
            )

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(self.cluster.url(database="postgres"), autocommit=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with open(self.home / ".test-lock", "w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def _databases(connection: psycopg.Connection, prefix: str) -> list[str]:
    """Names that start so, oldest first."""
    rows = connection.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid", [prefix]
    ).fetchall()
    return [row[0] for row in rows]


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _drop_abandoned(connection: psycopg.Connection) -> None:
    """Remove copies whose process is gone (a run that was killed)."""
    for name in _databases(connection, "hoso_test_"):
        if not Path(f"/proc/{name.split('_')[2]}").exists():
            _drop(connection, name)


def _fingerprint() -> str:
    digest = sha256()
    for path in _ingredients():
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _ingredients() -> list[Path]:
    """Every file that decides what a new database holds."""
    source = ROOT / "src" / "hoso"
    found = [ROOT / "requirements.lock"]
    for folder in (source / "core", source / "config", ROOT / "definitions"):
        found += [path for path in folder.rglob("*") if path.is_file()]
    found += [path for path in source.glob("engines/**/migrations/**/*") if path.is_file()]
    found += [source / "engines" / "statistics" / name for name in ("forms.py", "loading.py", "uids.py")]
    return sorted(path for path in found if "__pycache__" not in path.parts and "tests" not in path.parts)
