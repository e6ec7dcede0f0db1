"""Taking what lies in a watched folder, and telling what became of it.

Every step may be done again after a kill: the package and the row that says so commit together, and a file moves only
after the database knows it.
"""

import logging
from contextlib import suppress
from pathlib import Path

from django.db import connection

from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.files.originals import chunks_of
from hoso.engines.intake.actions import receive
from hoso.engines.intake.folders.drop import (
    DONE,
    PROCESSING,
    REFUSED,
    Dropped,
    digest_of,
    is_package,
    move,
    numbered,
    whole_files,
)
from hoso.engines.intake.folders.registered import PURPOSE, WatchedFolder, watched_folders
from hoso.engines.intake.folders.results import Result, result_of, write_refusal, write_result

log = logging.getLogger(__name__)
LOCK = 4210132  # first key of the advisory locks on folders, the folder's number is the second


def look_at_all() -> int:
    """Look once at every folder; returns how many files were taken. A folder in trouble does not hold up the others."""
    taken = 0
    for folder in watched_folders():
        if not folder.is_on:
            continue
        trouble = ""
        try:
            taken += look_at(folder)
        except OSError as error:
            log.warning("watched folder %s: %s", folder.id, type(error).__name__)
            trouble = "HS3373"
        except HosoError as error:
            trouble = error.code
        with acting_transaction(folder.account_id, PURPOSE), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE folders_watched SET looked_at = clock_timestamp(), trouble = %s WHERE id = %s",
                [trouble, folder.id],
            )
    return taken


def look_at(folder: WatchedFolder) -> int:
    """Take what is whole, then tell the results that are there. One process at a time; another one finds nothing to do.

    Raises OSError where the folder cannot be read or written.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, folder.id])
        if not cursor.fetchone()[0]:
            return 0
        try:
            taken, trouble = 0, None
            for dropped in whole_files(Path(folder.path), folder.settle_seconds):
                try:
                    taken += _take(folder, dropped)
                except OSError as error:  # a file that cannot be read does not hold up the others
                    trouble = error
            _tell(folder)
            if trouble:
                raise trouble
            return taken
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, folder.id])


def _take(folder: WatchedFolder, dropped: Dropped) -> bool:
    if not is_package(dropped.path):
        _put_aside(folder, dropped)
        return False
    digest = digest_of(dropped)
    if digest is None:
        return False  # still being written; the next look takes it
    package_id = _known(folder, digest) or _receive(folder, dropped, digest)
    move(dropped.path, Path(folder.path) / PROCESSING / numbered(dropped.path.name, package_id))
    return True


def _known(folder: WatchedFolder, digest: bytes) -> int | None:
    """The package these bytes became before, whose result is then to be told beside this file too."""
    with acting_transaction(folder.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE folders_taken SET told_at = NULL WHERE folder_id = %s AND sha256 = %s RETURNING package_id",
            [folder.id, digest],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _receive(folder: WatchedFolder, dropped: Dropped, digest: bytes) -> int:
    with acting_transaction(folder.account_id, PURPOSE), dropped.path.open("rb") as file, connection.cursor() as cursor:
        receipt = receive(folder.sender, dropped.path.name, chunks_of(file), "folder", folder.stated_version)
        cursor.execute(
            "INSERT INTO folders_taken (folder_id, sha256, facility_id, package_id, file_name) VALUES (%s, %s, %s, %s, %s)",
            [folder.id, bytes.fromhex(receipt.sha256), folder.facility_id, receipt.id, dropped.path.name[:300]],
        )
        if receipt.sha256 != digest.hex():  # written to between the two readings: nothing is received
            raise BlockingIOError(dropped.path.name)
    return receipt.id


def _tell(folder: WatchedFolder) -> None:
    with acting_transaction(folder.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT package_id, sha256 FROM folders_taken WHERE folder_id = %s AND told_at IS NULL ORDER BY package_id",
            [folder.id],
        )
        waiting = cursor.fetchall()
    for package_id, digest in waiting:
        result = result_of(folder.sender, package_id)
        if result is None:
            continue
        for path in _waiting(folder, package_id):
            _finish(folder, path, bytes(digest), REFUSED if result.package.state == "refused" else DONE, result)
        with acting_transaction(folder.account_id, PURPOSE), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE folders_taken SET told_at = clock_timestamp() WHERE folder_id = %s AND sha256 = %s",
                [folder.id, digest],
            )


def _waiting(folder: WatchedFolder, package_id: int) -> list[Path]:
    """The files of a package; several where the same bytes came under several names."""
    return [
        path
        for path in (Path(folder.path) / PROCESSING).glob(f"*.{package_id}.*")
        if path.stem.endswith(f".{package_id}") and is_package(path)
    ]


def _finish(folder: WatchedFolder, path: Path, digest: bytes, where: str, result: Result) -> None:
    """The result first, then the file: a kill between them leaves the file to be finished again."""
    about = path.stat()
    if digest_of(Dropped(path, about.st_size, about.st_mtime_ns)) != digest:
        move(path, Path(folder.path) / path.name)  # its sender went on writing: it is another file now
        return
    to = Path(folder.path) / where / path.name
    write_result(result, to)
    move(path, to)


def _put_aside(folder: WatchedFolder, dropped: Dropped) -> None:
    """No package by its name: told, and moved where it is in nobody's way."""
    to = Path(folder.path) / REFUSED / numbered(dropped.path.name, dropped.changed_ns)
    write_refusal(HosoError("HS3374", file=dropped.path.name), to)
    with suppress(FileNotFoundError):
        move(dropped.path, to)
