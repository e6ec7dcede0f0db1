"""Data folders of benchmarks: a house of its own for each, with the embedded PostgreSQL as it ships (durable)."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path

import hoso

READY = "ready"  # written last: data whose preparing was interrupted is made anew
NAMES_OF_GIVEN_DATABASES = ("DATABASE_URL", "DATABASE_URL_FILE", "HOSO_APP_DATABASE_URL", "HOSO_APP_DATABASE_URL_FILE")


@contextmanager
def temporary_home(name: str) -> Iterator[Path]:
    """A data folder that is gone afterwards, beside the ordinary one: on the disk that counts."""
    base = _base()
    base.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix=f"bench-{name}-", dir=base))
    try:
        yield home
    finally:
        _leave_database(home)
        shutil.rmtree(home, ignore_errors=True)


def kept_home(name: str, size: str, recipe: str) -> Path:
    """The data folder for this recipe: named by a hash of it and of the schema, so that either change makes a new one."""
    digest = sha256(f"{name}|{size}|{recipe}|{_schema()}".encode()).hexdigest()[:12]
    return _base() / f"bench-{digest}"


def is_ready(home: Path) -> bool:
    return (home / READY).exists()


def begin(home: Path) -> None:
    """Remove what an interrupted preparing left, and open the house anew."""
    shutil.rmtree(home, ignore_errors=True)
    open_home(home)


def mark_ready(home: Path, summary: str) -> None:
    (home / READY).write_text(summary)


def open_home(home: Path) -> None:
    """Open the house in this process, its schema up to date."""
    from hoso.config import start

    for name in NAMES_OF_GIVEN_DATABASES:
        os.environ.pop(name, None)
    os.environ["HOSO_HOME"] = str(home)
    start.setup_django()
    start.upgrade_schema()


def disk_bytes(home: Path) -> int:
    """Bytes on disk of the folder."""
    return sum(path.lstat().st_blocks * 512 for path in home.rglob("*"))


def administrator_url() -> str:
    """Of the opened house: for bulk seeding, past row security."""
    return os.environ["DATABASE_URL"]


def server_processes() -> list[int]:
    """Process ids of the opened house's PostgreSQL."""
    from hoso.core.database import embedded

    home = Path(os.environ["HOSO_HOME"])
    return embedded.server_process_ids(embedded.EmbeddedDatabase(home / "database", home, home))


def _leave_database(home: Path) -> None:
    from hoso.core.database import embedded

    if (home / "database").exists():
        programs = embedded.programs_folder(os.environ.get("HOSO_POSTGRES", "wheel"))
        embedded.release(home, embedded.EmbeddedDatabase(home / "database", home, programs))
        atexit.unregister(embedded.release)


@cache
def _base() -> Path:
    # Once: opening a house of a benchmark makes its folder HOSO_HOME.
    return Path(os.environ.get("HOSO_HOME") or "var").resolve()


def _schema() -> str:
    """A hash of every migration."""
    digest = sha256()
    root = Path(hoso.__file__).parent
    for path in sorted([*root.rglob("migrations/*.py"), *root.rglob("migrations/sql/*.sql")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()
