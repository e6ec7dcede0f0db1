"""Fetching what is new on a hospital's server, and laying the result beside it.

Every step may be done again after a kill: the package and the row that says so commit together, what was fetched until then
lies in a file without a name, and a result is written over itself. On their server nothing is moved or removed.
"""

import logging
import tempfile
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import BinaryIO

from django.conf import settings
from django.db import connection
from django.utils import timezone

from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.files.originals import chunks_of
from hoso.engines.intake.actions import receive
from hoso.engines.intake.folders.drop import UNFINISHED, WAIT_FOR_THE_END, ends_as_package, is_package_name
from hoso.engines.intake.folders.registered import PURPOSE
from hoso.engines.intake.folders.results import result_files, result_of
from hoso.engines.intake.pulls.gateway import RemoteFile, RemoteFolder, pull_gateway
from hoso.engines.intake.pulls.registered import PullSource, pull_sources

log = logging.getLogger(__name__)
LOCK = 4210134  # first key of the advisory locks on servers, the server's number is the second


def look_at_due() -> int:
    """Ask every server that is due and switched on; returns how many files were taken. One in trouble holds up no other."""
    now = timezone.now()
    return sum(look_at(source) for source in pull_sources() if source.is_on and source.next_at <= now)


def look_at(source: PullSource) -> int:
    """Ask one server now, and note how it went. One process at a time; another one finds nothing to do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, source.id])
        if not cursor.fetchone()[0]:
            return 0
        taken, trouble = 0, ""
        try:
            with pull_gateway().open(source.server) as remote:
                for one in _fetched(source, remote):
                    taken += one
                _tell(source, remote)
        except HosoError as error:
            log.warning("pull %s: %s", source.id, error.code)
            trouble = error.code
        except OSError as error:  # here, not there: what breaks on the line is HS3420
            log.warning("pull %s: %s", source.id, type(error).__name__)
            trouble = "HS3429"
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, source.id])
    with acting_transaction(source.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pulls_source SET looked_at = clock_timestamp(), trouble = %s, next_at = clock_timestamp() + make_interval(mins => %s),"
            " good_at = CASE WHEN %s = '' THEN clock_timestamp() ELSE good_at END WHERE id = %s",
            [trouble, source.every_minutes, trouble, source.id],
        )
    return taken


def _fetched(source: PullSource, remote: RemoteFolder) -> Iterator[bool]:
    """Fetch file by file what has rested. A file that cannot be read is told at the end and holds up no other."""
    there = sorted(file for file in remote.files() if _is_wanted(file.name))
    trouble: HosoError | None = None
    for file, seconds in _resting(source, there):
        try:
            yield _fetch(source, remote, file, seconds)
        except HosoError as error:
            if error.code != "HS3424":
                raise
            trouble = error
    if trouble:
        raise trouble


def _is_wanted(name: str) -> bool:
    """Packages by name, whole by name, and a name that is one."""
    plain = name.isprintable() and "/" not in name and not name.startswith(".") and len(name) <= 255
    return plain and is_package_name(name) and not name.lower().endswith(UNFINISHED)


def _resting(source: PullSource, there: list[RemoteFile]) -> list[tuple[RemoteFile, float]]:
    """Note what is seen, and give what was not taken yet and has stayed the same long enough, with the seconds it has.

    The server's clock is not asked: a file rests since this house first saw it as it is.
    """
    with acting_transaction(source.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO pulls_file (source_id, facility_id, name, size_bytes, changed)
            SELECT %s, %s, * FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) ON CONFLICT DO NOTHING
            """,
            [source.id, source.facility_id, *_columns(there)],
        )
        cursor.execute(
            """
            SELECT p.changed, p.name, p.size_bytes, extract(epoch FROM clock_timestamp() - p.seen_at)::float8
            FROM pulls_file p JOIN unnest(%s::text[], %s::bigint[], %s::bigint[]) AS k (name, size_bytes, changed)
            USING (name, size_bytes, changed) WHERE p.source_id = %s AND p.taken_at IS NULL ORDER BY 1, 2
            """,
            [*_columns(there), source.id],
        )
        found = [(RemoteFile(*row[:3]), row[3]) for row in cursor.fetchall()]
    return [(file, seconds) for file, seconds in found if seconds >= source.settle_seconds]


def _columns(files: list[RemoteFile]) -> list[list[str] | list[int]]:
    return [[one.name for one in files], [one.size for one in files], [one.changed for one in files]]


def _fetch(source: PullSource, remote: RemoteFolder, file: RemoteFile, seconds: float) -> bool:
    """Whether it was taken: it must be the same file after as before, and end as a package does."""
    with tempfile.TemporaryFile(dir=settings.HOSO_HOME) as here:
        digest = _download(remote.read(file.name), file.size, here)
        if digest is None or remote.about(file.name) != file:
            return False  # still being written; as it is then it is another version
        if not ends_as_package(here, file.name) and seconds < WAIT_FOR_THE_END:
            return False
        here.seek(0)
        _receive(source, file, digest, here)
    return True


def _download(pieces: Iterable[bytes], size: int, here: BinaryIO) -> bytes | None:
    """SHA-256 of what came; None where it is not as long as was told. No more than that is read."""
    digest, length = sha256(), 0
    for piece in pieces:
        length += len(piece)
        if length > size:
            return None
        digest.update(piece)
        here.write(piece)
    return digest.digest() if length == size else None


def _receive(source: PullSource, file: RemoteFile, digest: bytes, content: BinaryIO) -> None:
    with acting_transaction(source.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT package_id FROM pulls_file WHERE source_id = %s AND sha256 = %s LIMIT 1", [source.id, digest]
        )
        known = cursor.fetchone()
        package_id = (
            known[0]
            if known
            else receive(source.sender, file.name, chunks_of(content), "pull", source.stated_version).id
        )
        cursor.execute(
            "UPDATE pulls_file SET sha256 = %s, package_id = %s, taken_at = clock_timestamp()"
            " WHERE source_id = %s AND name = %s AND size_bytes = %s AND changed = %s",
            [digest, package_id, source.id, file.name, file.size, file.changed],
        )
        cursor.execute("UPDATE pulls_source SET taken = taken + 1 WHERE id = %s", [source.id])


def _tell(source: PullSource, remote: RemoteFolder) -> None:
    """Lay the results that are there beside their files."""
    if not source.tells_results:
        return
    with acting_transaction(source.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, size_bytes, changed, package_id FROM pulls_file"
            " WHERE source_id = %s AND taken_at IS NOT NULL AND told_at IS NULL ORDER BY package_id, name",
            [source.id],
        )
        waiting = cursor.fetchall()
    for name, size, changed, package_id in waiting:
        result = result_of(source.sender, package_id)
        if result is None:
            continue
        for ending, content in result_files(result).items():
            remote.write(f"{name}.{ending}", content)
        with acting_transaction(source.account_id, PURPOSE), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE pulls_file SET told_at = clock_timestamp()"
                " WHERE source_id = %s AND name = %s AND size_bytes = %s AND changed = %s",
                [source.id, name, size, changed],
            )
