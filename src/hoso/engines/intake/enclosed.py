"""CDA documents among the files of a ZIP: each is taken in as a package of its own, as if it had been sent alone.

The ZIP's other files are read as ever; the account of each document is its own package's, which names the ZIP.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import BinaryIO

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.files.originals import keep_original, open_original
from hoso.engines.intake.archives import is_enclosed_document, package_members
from hoso.engines.intake.cda.reading import MAX_BYTES

PURPOSE = "record_keeping"


def take_enclosed_documents(
    package_id: int, sha256: bytes, name: str, actor: Actor, process: Callable[[int], None]
) -> int:
    """Enter each document of the ZIP as a package, once whatever happens, and `process` it; returns how many there are.

    Raises HosoError HS3010 and HS3011 as `read_package` does.
    """
    with closing(open_original(sha256)) as stream:
        entered = [
            _enter(package_id, part, member, content, actor) for part, member, content in _documents(stream, name)
        ]
    for number in entered:
        process(number)
    return len(entered)


def _documents(stream: BinaryIO, name: str) -> Iterator[tuple[int, str, bytes]]:
    """(place among the members, name, bytes); of one that is too large as much as shows that it is."""
    with package_members(stream, name) as (archive, members):
        for part, member in enumerate(members, start=1):
            if is_enclosed_document(archive, member):
                with archive.open(member) as content:
                    yield part, member.filename, content.read(MAX_BYTES + 1)


def _enter(package_id: int, part: int, member: str, content: bytes, actor: Actor) -> int:
    digest, size = keep_original([content])
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO intake_package (received_by, may_send_for, channel, file_name, sha256, size_bytes, part_of, part)
            SELECT received_by, may_send_for, channel, left(file_name || '/' || %s, 300), %s, %s, id, %s
            FROM intake_package WHERE id = %s ON CONFLICT (part_of, part) DO NOTHING RETURNING id
            """,
            [member.replace("\\0", ""), digest, size, part, package_id],
        )
        row = cursor.fetchone()
        if row is None:  # entered before an interruption
            cursor.execute("SELECT id FROM intake_package WHERE part_of = %s AND part = %s", [package_id, part])
            return int(cursor.fetchone()[0])
        role = actor.roles[0].key
        record_event(AuditEvent(actor, role, PURPOSE, "create", object=f"package/{row[0]}", found=1))
        return int(row[0])
