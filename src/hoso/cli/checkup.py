"""The checks of `hoso doctor`: each gives one finding. Without a database the checks that need one are left out."""

import shutil
import sys
from collections.abc import Iterator
from typing import Any, Literal

from hoso.cli.audit_checkup import audit_room, audit_sealing, audit_spool
from hoso.cli.connections_checkup import connections
from hoso.cli.finding import Finding
from hoso.cli.house import first_line, home, open_house
from hoso.cli.portal_checkup import ministry_portal
from hoso.core.errors import HosoError

LOW_DISK_BYTES = 5 * 1024**3
NO_DISK_BYTES = 1024**3
WORKER_SILENT_SECONDS = 60
MOST_SECONDS_BEHIND = 180
LATE_COPY_HOURS = 49  # a copy a day, and one that failed
OLDEST_PYTHON = (3, 11)


def all_findings() -> Iterator[Finding]:
    """Run every check, each on its own: one that breaks is a problem and does not stop the others."""
    yield python_version()
    try:
        open_house()
    except HosoError as error:
        name = "settings" if error.code in ("HS1001", "HS1002") else "database"
        yield Finding("problem", name, error.message("en"), error.what_to_do("en"))
        checks = [definitions, vendored_files]
    else:
        checks = [
            server_version,
            durability,
            application_role,
            row_security,
            schema,
            extensions,
            disk_space,
            originals_folder,
            definitions,
            vendored_files,
            worker,
            backup,
            audit_sealing,
            audit_room,
            audit_spool,
            connections,
            ministry_portal,
        ]
    for check in checks:
        try:
            yield check()
        except Exception as error:  # noqa: BLE001 - a broken check is a finding
            yield Finding("problem", check.__name__, f"{type(error).__name__}: {first_line(error)}", "Report this.")


def python_version() -> Finding:
    told = ".".join(map(str, sys.version_info[:3]))
    if tuple(sys.version_info) < OLDEST_PYTHON:
        return Finding("problem", "python", told, "Install Python 3.11 or newer.")
    return Finding("ok", "python", told)


def server_version() -> Finding:
    number = int(_one("SHOW server_version_num"))
    told = f"PostgreSQL {_one('SHOW server_version')}"
    if number < 150000:
        return Finding("problem", "database", told, "Use PostgreSQL 15 or newer.")
    return Finding("ok", "database", told)


def durability() -> Finding:
    values = {name: _one(f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")}
    told = ", ".join(f"{name} {value}" for name, value in values.items())
    safe = values["synchronous_commit"] not in ("off",) and "off" not in (values["fsync"], values["full_page_writes"])
    if not safe:
        return Finding(
            "problem", "durability", told, "Switch them on: an acknowledged package must survive a power cut."
        )
    return Finding("ok", "durability", told)


def application_role() -> Finding:
    from hoso.core.database.roles import OWNER

    role, superuser, bypass = _row("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    owned = _one(
        "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
    )
    member = _one(f"SELECT pg_has_role(current_user, '{OWNER}', 'member')")
    if superuser or bypass or owned or member:
        told = f"{role}: superuser {superuser}, bypasses row security {bypass}, owns {owned} tables, owner {member}"
        return Finding(
            "problem", "application role", told, "Let HOSO_APP_DATABASE_URL name hoso_app, as `hoso upgrade` made it."
        )
    return Finding("ok", "application role", f"{role}: no superuser, owns nothing, row security applies")


def row_security() -> Finding:
    from hoso.core.database.row_security import unprotected_tables

    open_tables = unprotected_tables()
    if open_tables:
        return Finding(
            "problem", "row security", f"missing on {', '.join(open_tables)}", "Run `hoso upgrade`, then report this."
        )
    return Finding("ok", "row security", "on every table with persons")


def schema() -> Finding:
    from hoso.core.database.schema import pending_migrations

    pending = pending_migrations()
    if pending:
        return Finding("problem", "schema", f"{len(pending)} steps behind, first {pending[0]}", "Run `hoso upgrade`.")
    return Finding("ok", "schema", "up to date")


def extensions() -> Finding:
    from hoso.core.database.roles import EXTENSIONS

    present = set(_column("SELECT extname FROM pg_extension"))
    missing = [name for name in EXTENSIONS if name not in present]
    if missing:
        return Finding(
            "problem", "extensions", f"missing: {', '.join(missing)}", "CREATE EXTENSION as an administrator."
        )
    return Finding("ok", "extensions", ", ".join(EXTENSIONS))


def disk_space() -> Finding:
    free = shutil.disk_usage(home()).free
    told = f"{free / 1024**3:.1f} GiB free at {home()}"
    if free < NO_DISK_BYTES:
        return Finding("problem", "disk", told, "Free some space or add a disk.")
    if free < LOW_DISK_BYTES:
        return Finding("warning", "disk", told, "Plan for more space.")
    return Finding("ok", "disk", told)


def originals_folder() -> Finding:
    from tempfile import TemporaryFile

    from hoso.core.files.originals import originals_folder as folder_of_originals

    folder = folder_of_originals()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder) as trial:
            trial.write(b"trial")
    except OSError as error:
        return Finding("problem", "originals", f"{folder}: {error.strerror}", "Let the user of HoSo write there.")
    return Finding("ok", "originals", f"{folder} can be written")


def definitions() -> Finding:
    from hoso.core.definitions import definitions_folder

    if "django" not in sys.modules:
        return Finding("ok", "definitions", str(definitions_folder()))
    from hoso.config.definition_checks import check_definitions

    wrong = [f"{name}: {problem}" for name, problem in check_definitions() if problem]
    if wrong:
        return Finding("problem", "definitions", "; ".join(wrong)[:500], "`hoso definitions check` tells all.")
    return Finding("ok", "definitions", str(definitions_folder()))


def vendored_files() -> Finding:
    from hoso.web.vendored import changed_files

    changed = changed_files()
    if changed:
        return Finding("problem", "vendored files", f"changed: {', '.join(changed)}", "Restore them from the release.")
    return Finding("ok", "vendored files", "as shipped")


def worker() -> Finding:
    alive = _one(
        f"SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '{WORKER_SILENT_SECONDS} s'"
    )
    waiting = _one("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
    told = f"{alive} alive, {waiting} jobs wait"
    if not alive:
        return Finding("warning", "worker", told, "`hoso serve` or `hoso worker` does the jobs; start one.")
    return Finding("ok", "worker", told)


def backup() -> Finding:
    from hoso.cli.house import backup_store, demo_folder
    from hoso.config.environment import read_environment
    from hoso.core.backup.schedule import copy_is_due, seconds_behind

    if not read_environment()["HOSO_BACKUP"]:
        state: Literal["ok", "warning"] = "ok" if demo_folder().exists() else "warning"
        advice = "" if state == "ok" else "Set HOSO_BACKUP to a folder on another disk; see docs/guide/van-hanh.md."
        return Finding(state, "backup", "none: HOSO_BACKUP is not set", advice)
    store = backup_store()
    behind, bases = seconds_behind(store), store.bases()
    if behind is None or not bases:
        return Finding("problem", "backup", f"{store.root}: none yet", "Run `hoso backup`.")
    told = f"{store.root}: whole copy {bases[-1].name}, {behind:.0f} s behind"
    if behind > MOST_SECONDS_BEHIND or copy_is_due(store, LATE_COPY_HOURS):
        return Finding("problem", "backup", told, "Look why `hoso archive` stands still; then run `hoso backup`.")
    if store.root.stat().st_dev == home().stat().st_dev:
        return Finding("warning", "backup", told, "It lies on the same disk as the data: move it to another one.")
    return Finding("ok", "backup", told)


def _row(query: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()


def _one(query: str) -> Any:
    return _row(query)[0]


def _column(query: str) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]
