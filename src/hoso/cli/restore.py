"""`hoso restore`: the house as it was at a moment, into an empty data folder."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from hoso.cli.terminal import json_option, print_json, progress_bar


@click.command(short_help="Restore a moment from the backup.")
@click.option("--at", "moment", help="The moment, as 2026-11-26 14:30:00 (Vietnamese time); without: the last one.")
@click.option("--from", "folder", type=click.Path(path_type=Path, exists=True), help="Another folder than HOSO_BACKUP.")
@click.option("--identity", type=click.Path(path_type=Path, exists=True), help="File with the key that opens backups.")
@click.option("--replace", is_flag=True, help="Move what HOSO_HOME holds aside first; the system must be stopped.")
@click.option("--without-database", is_flag=True, help="Originals and keys only, beside a database restored elsewhere.")
@json_option
def restore(
    moment: str | None, folder: Path | None, identity: Path | None, replace: bool, without_database: bool, as_json: bool
) -> None:
    """Restore database, originals and keys into HOSO_HOME, which must be empty, as they were at a moment.

    The database is compared with its manifest, the log applied up to the moment; nothing later is in it.
    """
    from hoso.cli.house import backup_store
    from hoso.config.environment import read_environment
    from hoso.core.backup.backup_keys import identity_file, read_identities
    from hoso.core.errors import HosoError

    environment = read_environment()
    home, store = environment["HOSO_HOME"].resolve(), backup_store(folder)
    if environment["DATABASE_URL"] and not without_database:
        raise HosoError("HS9013")
    identities = read_identities(identity or identity_file(home))
    if without_database:
        told: dict[str, Any] = _lay_down_files(store, home, identities)
    else:
        at = read_moment(moment) if moment else None
        told = _restore(store, home, identities, at, replace=replace, keep=not environment["HOSO_BACKUP_RECIPIENTS"])
    if as_json:
        print_json(told)
        return
    for name, value in told.items():
        click.echo(f"{name:<16} {value}")
    click.echo("Xem lại số liệu, rồi chạy `hoso backup` để có bản mới. Look at the figures, then run `hoso backup`.")


def read_moment(text: str) -> datetime:
    """The moment; without a zone it is Vietnamese time. Raises HosoError HS9021."""
    from zoneinfo import ZoneInfo

    from hoso.core.errors import HosoError

    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise HosoError("HS9021", value=text[:40]) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def _restore(
    store: Any, home: Path, identities: list[str], at: datetime | None, *, replace: bool, keep: bool
) -> dict[str, Any]:
    from datetime import UTC

    from hoso.config.environment import read_environment
    from hoso.core.backup import restoring

    store.base_for(at)  # said before anything is moved
    aside = restoring.set_aside(home, datetime.now(UTC)) if replace else None
    with progress_bar("bước / steps") as progress:
        kind = read_environment()["HOSO_POSTGRES"]
        restored = restoring.restore(
            store, home, kind, identities, at, lambda step, done, total: progress(done, total), keep_identities=keep
        )
    return {
        "backup": restored.base,
        "at": restored.at.isoformat() if restored.at else store.last_mark().at.isoformat(),
        "segments": restored.segments,
        "originals": restored.originals,
        **_figures(home),
        "set_aside": str(aside) if aside else "",
        "seconds": restored.seconds,
    }


def _figures(home: Path) -> dict[str, Any]:
    """Open the restored house and count: what was noted at that moment can be compared."""
    from hoso.cli.house import open_house
    from hoso.core.database import roles
    from hoso.core.database.schema import row_counts

    os.environ["HOSO_HOME"] = str(home)
    open_house()
    # The password of the application may have changed since the moment.
    roles.prepare_database(os.environ["DATABASE_URL"], home / "secrets")
    counts = row_counts()
    shown = ("intake_package", "intake_visit", "people_person", "records_resource", "audit_event")
    return {"rows": {table: counts[table] for table in shown if table in counts}}


def _lay_down_files(store: Any, home: Path, identities: list[str]) -> dict[str, Any]:
    from hoso.core.backup.restoring import copy_originals
    from hoso.core.backup.secret_bundles import restore_secrets

    home.mkdir(parents=True, exist_ok=True)
    with progress_bar("tệp / files") as progress:
        originals = copy_originals(store, home / "originals", lambda step, done, total: progress(done, total))
    return {"originals": originals, "secrets": restore_secrets(store.secrets, home, identities)}
