"""`hoso archive`: brings what was committed to the backup folder, all the time; `hoso serve` runs it."""

import logging
import signal
import threading
from typing import Any

import click

log = logging.getLogger(__name__)


@click.command(short_help="Archive to HOSO_BACKUP all the time.")
@click.option("--once", is_flag=True, help="Only now, once.")
def archive(once: bool) -> None:
    """Bring what was committed, new originals and keys to HOSO_BACKUP every HOSO_ARCHIVE_SECONDS, and copy the whole
    database every HOSO_BACKUP_EVERY_HOURS, until told to stop."""
    from hoso.cli.house import backup_store, house_to_back_up, open_house

    open_house()
    store, house = backup_store(), house_to_back_up()
    if once:
        from hoso.core.backup.archiving import archive as archive_now

        click.echo(archive_now(house, store).at.isoformat())
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    _run(house, store, stop)


def _run(house: Any, store: Any, stop: threading.Event) -> None:
    from hoso.config.environment import read_environment
    from hoso.core.backup.archiving import archive as archive_now
    from hoso.core.backup.schedule import copy_is_due
    from hoso.core.backup.taking import take_backup

    environment = read_environment()
    seconds, hours = environment["HOSO_ARCHIVE_SECONDS"], environment["HOSO_BACKUP_EVERY_HOURS"]
    while True:
        try:
            if copy_is_due(store, hours):
                take_backup(house, store, environment["HOSO_BACKUP_KEEP_DAYS"])
            else:
                archive_now(house, store)
        except Exception:  # the disk is away, the database starts again: the next turn mends it, `hoso doctor` tells
            log.exception("archiving failed")
        if stop.wait(seconds):
            return
