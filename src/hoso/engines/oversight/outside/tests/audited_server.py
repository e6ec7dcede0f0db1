"""A real PostgreSQL 15 with pgaudit: started as the connection guide says, used by made-up people, stopped; its log is what remains.

`python -m hoso.engines.oversight.outside.tests.audited_server FOLDER` records the log anew.
"""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import psycopg

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
IS_HERE = (PROGRAMS / "initdb").exists() and (PROGRAMS.parent / "lib" / "pgaudit.so").exists()
# Made up; none of it may come through the reader.
SECRETS = ("Giả Định", "079000000001", "Nghiệm", "bimat", "benh_nhan where")
SETTINGS = """
shared_preload_libraries = 'pgaudit'
pgaudit.log = 'read, write, function, role, ddl, misc'
pgaudit.log_relation = on
pgaudit.log_rows = on
pgaudit.log_parameter = on
log_connections = on
log_timezone = 'Asia/Ho_Chi_Minh'
log_line_prefix = '%m user=%u db=%d client=%h session=%c line=%l '
logging_collector = on
log_destination = 'stderr, csvlog, jsonlog'
log_filename = 'recorded.log'
listen_addresses = ''
fsync = off
"""
WORK = (
    "CREATE TABLE benh_nhan (id int PRIMARY KEY, ten text, so text)",
    "CREATE ROLE ke_toan LOGIN PASSWORD 'bimat'",
    "INSERT INTO benh_nhan VALUES (1, 'Người Giả Định', '079000000001'), (2, 'Thử\nNghiệm \"Hai\"', '2')",
    "SELECT b.id FROM benh_nhan b JOIN pg_class c ON c.oid = b.id WHERE b.ten = 'Người Giả Định'",
    "SELECT * FROM benh_nhan",
    "UPDATE benh_nhan SET ten = 'X' WHERE so = '079000000001'",
    "COPY benh_nhan TO '/dev/null'",
    "PREPARE p (text) AS SELECT * FROM benh_nhan WHERE so = $1",
    "EXECUTE p ('079000000001')",
    "BEGIN",
    "COMMIT",
    "DO $$ BEGIN PERFORM * FROM benh_nhan WHERE ten = 'Người Giả Định'; END $$",
    "SET datestyle = 'ISO'",
    "ALTER SYSTEM SET pgaudit.log = 'none'",
    "GRANT SELECT ON benh_nhan TO PUBLIC",
    "DELETE FROM benh_nhan WHERE so = '2'",
    "TRUNCATE benh_nhan",
    "DROP TABLE benh_nhan",
)


def record(folder: Path) -> None:
    """Let a server write `recorded.log`, `.csv` and `.json` into this folder."""
    home = Path(mkdtemp(prefix="hoso-pgaudit-"))
    account = "nobody" if os.geteuid() == 0 else None  # PostgreSQL does not run as root
    if account:
        shutil.chown(home, account)
    data = home / "data"
    try:
        _run(account, "initdb", "-D", data, "-U", "chu", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-N")
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(f"{SETTINGS}unix_socket_directories = '{home}'\nlog_directory = '{home}'\n")
        _run(account, "pg_ctl", "-D", data, "-w", "-l", home / "start.log", "start")
        try:
            _work(str(home))
        finally:
            _run(account, "pg_ctl", "-D", data, "-m", "fast", "-w", "stop")
        for ending in ("log", "csv", "json"):
            shutil.copyfile(home / f"recorded.{ending}", folder / f"recorded.{ending}")
    finally:
        shutil.rmtree(home)


def _work(host: str) -> None:
    with psycopg.connect(host=host, user="chu", dbname="postgres", autocommit=True, application_name="psql") as own:
        for statement in WORK:
            own.execute(statement)
    with (
        psycopg.connect(host=host, user="ke_toan", dbname="postgres", autocommit=True) as other,
        suppress(psycopg.errors.InsufficientPrivilege),
    ):
        other.execute("SELECT * FROM pg_authid WHERE rolname = 'Người Giả Định'")
    with suppress(psycopg.OperationalError):
        psycopg.connect(host=host, user="khong_co", dbname="postgres")


def _run(account: str | None, program: str, *arguments: str | Path) -> None:
    subprocess.run(
        [PROGRAMS / program, *arguments], user=account, check=True, stdout=subprocess.DEVNULL, cwd="/", umask=0o022
    )


if __name__ == "__main__":
    record(Path(sys.argv[1]))
