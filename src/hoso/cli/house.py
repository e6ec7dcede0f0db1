"""Opening the house for a command: database, Django, schema; failures told as coded errors."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hoso.core.errors import HosoError

if TYPE_CHECKING:
    from hoso.core.backup.house import House
    from hoso.core.backup.store import Store

DEMO_FOLDER = "demo"


def open_house() -> None:
    """Open the database and load Django. Raises HosoError HS1004 where the database does not answer."""
    import psycopg
    from django.db import OperationalError, connection

    from hoso.config import start

    try:
        start.setup_django()
        connection.ensure_connection()
    except (psycopg.OperationalError, OperationalError, FileNotFoundError, RuntimeError) as error:
        raise HosoError("HS1004", reason=first_line(error)) from error


def open_current_house() -> None:
    """Open the house and see that its schema is this version's; an empty database gets it at once.

    Raises HosoError HS1009 where data of an earlier version waits for an upgrade.
    """
    from hoso.config import start
    from hoso.core.database.schema import is_empty, pending_migrations

    open_house()
    if is_empty():
        start.upgrade_schema()
    elif pending_migrations():
        raise HosoError("HS1009")


def bring_up_to_date() -> bool:
    """Upgrade schema and shipped definitions; quick where nothing changed. Returns whether the schema was behind."""
    from hoso.config import start
    from hoso.core.database.schema import pending_migrations

    behind = bool(pending_migrations())
    start.upgrade_schema()
    return behind


def keep_database_running() -> Callable[[], None]:
    """A function that starts the embedded PostgreSQL again should it have died; it does nothing for a given one."""
    from hoso.config.environment import read_environment
    from hoso.core.database import embedded

    if not (home() / "database").exists():
        return lambda: None
    environment = read_environment()
    database = embedded.EmbeddedDatabase(
        home() / "database", embedded._socket_folder(home()), embedded.programs_folder(environment["HOSO_POSTGRES"])
    )
    if environment["DATABASE_URL"] != database.url():
        return lambda: None

    def keep() -> None:
        if not embedded.is_running(database):
            embedded.start(home(), environment["HOSO_POSTGRES"])

    return keep


def home() -> Path:
    """The data folder of the opened house."""
    return Path(os.environ["HOSO_HOME"])


def house_to_back_up() -> "House":
    """The opened house, as the backup sees it."""
    from hoso.config.environment import read_environment
    from hoso.core.backup.backup_keys import recipients
    from hoso.core.backup.house import House
    from hoso.core.database.embedded import programs_folder

    environment = read_environment()
    to = recipients(home(), environment["HOSO_BACKUP_RECIPIENTS"])
    return House(home(), environment["DATABASE_URL"], programs_folder(environment["HOSO_POSTGRES"]), tuple(to))


def backup_store(folder: Path | None = None) -> "Store":
    """The backup folder given, or that of HOSO_BACKUP. Raises HosoError HS9010 where neither is named."""
    from hoso.config.environment import read_environment
    from hoso.core.backup.store import Store

    named = folder or read_environment()["HOSO_BACKUP"]
    if not named:
        raise HosoError("HS9010", folder="–", reason="HOSO_BACKUP")
    return Store(Path(named).resolve())


def demo_folder() -> Path:
    """The folder whose presence marks a data folder as a demonstration: it holds the sign-ins."""
    return home() / DEMO_FOLDER


def first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
