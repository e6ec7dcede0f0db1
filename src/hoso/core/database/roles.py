"""The database's roles: owner, application, audit writer, reader (docs/decisions/0003-database-roles.md).

The owner makes the schema; the application is no superuser, owns nothing and cannot pass row security;
the audit writer seals the audit; the reader may look but not write. Made before the first migration.
"""

import random
import secrets
import time
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from hoso.core.files.durable import first_file

OWNER = "hoso_owner"
APPLICATION = "hoso_app"
AUDIT_WRITER = "hoso_audit"
READER = "hoso_reader"
EXTENSIONS = ("btree_gist", "unaccent", "pg_trgm")
ATTEMPTS = 20
# "tuple concurrently updated", and what another has made since this one looked.
SOMEBODY_ELSE_PREPARES = (psycopg.errors.InternalError_, psycopg.errors.UniqueViolation, psycopg.errors.DuplicateObject)


def prepare_database(admin_url: str, secrets_folder: Path) -> str:
    """Make roles, extensions and grants, each only when missing; return the application's own URL.

    Roles belong to the whole server and PostgreSQL does not queue those who change one: processes that come up at the
    same moment (of other databases too, where no lock of this one helps) try again until each has had its turn.
    """
    password = _application_password(secrets_folder)
    for left in range(ATTEMPTS - 1, -1, -1):
        try:
            _prepare(admin_url, password)
            break
        except SOMEBODY_ELSE_PREPARES:
            if not left:
                raise
            time.sleep(random.uniform(0.01, 0.2))
    return application_url(admin_url, password)


def _prepare(admin_url: str, password: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for role in (OWNER, APPLICATION, AUDIT_WRITER, READER):
            _ensure_role(connection, role)
        connection.execute(
            # No NOSUPERUSER here: only a superuser may say it. `hoso doctor` looks that the role is none.
            sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(APPLICATION), sql.Literal(password))
        )
        for name in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))
        _grant(connection)


def application_url(admin_url: str, password: str) -> str:
    """The admin's URL with the application's name and password in place of the admin's."""
    parts = urlsplit(admin_url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{APPLICATION}:{quote(password)}@{host}"))


def create_database(server_url: str, name: str, template: str = "template1") -> None:
    """Create the database when it is missing. `server_url` points at another database of the same server."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            return
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )


def _application_password(secrets_folder: Path) -> str:
    secrets_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = secrets_folder / "database-application"
    if not path.exists():
        first_file(path, secrets.token_urlsafe(32).encode())
    return path.read_text()


def _ensure_role(connection: psycopg.Connection, role: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    if not known:
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
    connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))


def _grant(connection: psycopg.Connection) -> None:
    database = sql.Identifier(connection.info.dbname)
    owner, application, reader = (sql.Identifier(name) for name in (OWNER, APPLICATION, READER))
    statements = (
        sql.SQL("ALTER DATABASE {0} SET timezone TO 'Asia/Ho_Chi_Minh'").format(database),
        sql.SQL("GRANT CREATE, TEMPORARY ON DATABASE {0} TO {1}").format(database, owner),
        sql.SQL("GRANT TEMPORARY ON DATABASE {0} TO {1}").format(database, application),
        sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {0}").format(owner),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {0}, {1}").format(application, reader),
        sql.SQL(
            "ALTER DEFAULT PRIVILEGES FOR ROLE {0} IN SCHEMA public"
            " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {1}"
        ).format(owner, application),
        sql.SQL(
            "ALTER DEFAULT PRIVILEGES FOR ROLE {0} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {1}"
        ).format(owner, application),
    )
    for statement in statements:
        connection.execute(statement)
