"""`hoso backup`: a whole copy now, or a look whether the copies there are can be restored."""

from pathlib import Path
from typing import Any

import click

from hoso.cli.terminal import json_option, print_json, progress_bar


@click.command(short_help="Back up, or verify the backup.")
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Another folder than HOSO_BACKUP.")
@click.option("--verify", is_flag=True, help="Take none: look whether the newest backup is whole and opens.")
@click.option("--without-database", is_flag=True, help="Originals and keys only; the database is backed up elsewhere.")
@click.option("--identity", type=click.Path(path_type=Path, exists=True), help="File with the key, for --verify.")
@json_option
def backup(folder: Path | None, verify: bool, without_database: bool, identity: Path | None, as_json: bool) -> None:
    """Copy database, originals and keys, sealed, to HOSO_BACKUP; remove what is older than HOSO_BACKUP_KEEP_DAYS.

    The system goes on meanwhile. From the copy on, every moment that `hoso archive` brought there can be restored.
    """
    from hoso.cli.house import backup_store, house_to_back_up, open_house

    open_house()
    store, house = backup_store(folder), house_to_back_up()
    with progress_bar("B") as progress:
        if verify:
            told = _verify(store, house, identity)
        elif without_database:
            told = _keep_files(store, house)
        else:
            told = _take(store, house, progress)
    if as_json:
        print_json(told)
        return
    for name, value in told.items():
        click.echo(f"{name:<16} {value}")
    if not verify:
        click.echo(_where_the_key_is())


def _take(store: Any, house: Any, progress: Any) -> dict[str, Any]:
    import time

    from hoso.config.environment import read_environment
    from hoso.core.backup.taking import take_backup

    began = time.monotonic()
    taken = take_backup(house, store, read_environment()["HOSO_BACKUP_KEEP_DAYS"], progress)
    return {
        "backup": taken.base.name,
        "restorable_from": taken.base.ended_at.isoformat(),
        "restorable_to": taken.mark.at.isoformat(),
        "database_bytes": taken.base.database_bytes,
        "kept_bytes": taken.base.size,
        "removed": taken.removed.bases,
        "not_in_it": taken.left_out,
        "seconds": round(time.monotonic() - began, 1),
    }


def _keep_files(store: Any, house: Any) -> dict[str, Any]:
    from hoso.core.backup.archiving import keep_files

    with store.locked():
        keep_files(house, store, compare_all=True)
    return {"originals": str(store.originals), "secrets": str(store.secrets), "database": "–"}


def _verify(store: Any, house: Any, identity: Path | None) -> dict[str, Any]:
    from hoso.core.backup.backup_keys import identity_file, read_identities
    from hoso.core.backup.verifying import verify_backup

    identities = read_identities(identity or identity_file(house.home))
    verified = verify_backup(store, house.home, house.programs, identities)
    return {
        "backup": verified.base,
        "opened": verified.opened,
        "segments": verified.segments,
        "originals": verified.originals,
        "restorable_to": store.last_mark().at.isoformat(),
    }


def _where_the_key_is() -> str:
    return (
        "Khoá mở bản sao lưu: HOSO_HOME/secrets/backup-identity (hoặc khoá của HOSO_BACKUP_RECIPIENTS). Cất một bản ở nơi"
        " khác: mất khoá là mất bản sao lưu.\nThe key that opens it: HOSO_HOME/secrets/backup-identity (or that of"
        " HOSO_BACKUP_RECIPIENTS). Keep a copy elsewhere: without it no backup opens."
    )
