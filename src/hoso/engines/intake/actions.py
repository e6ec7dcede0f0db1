"""Receiving packages: the bytes are safe and the row is committed before anyone is told so."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.files.originals import keep_original

PURPOSE = "record_keeping"
VERSIONS = ("qd4210", "qd130", "qd4750", "qd3176")


@dataclass(frozen=True)
class PackageReceipt:
    """The acknowledgement of one package."""

    id: int
    key: str
    sha256: str


def receive(
    actor: Actor, file_name: str, chunks: Iterable[bytes], channel: str, stated_version: str | None = None
) -> PackageReceipt:
    """Keep the original and enter the package; with this commit it is acknowledged and survives any kill.

    An empty file is a package too: it is entered, and refused when its turn comes.
    Raises HosoError HS2001 without the permission, HS3019 for an unknown version.
    """
    scope = policy.decide(actor, "package.send", PURPOSE)
    if stated_version and stated_version not in VERSIONS:
        raise HosoError("HS3019", version=stated_version[:20], allowed=", ".join(VERSIONS))
    digest, size = keep_original(chunks)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO intake_package (received_by, may_send_for, channel, file_name, sha256, size_bytes, stated_version)
            VALUES (%s, CASE WHEN access_scope_everywhere() THEN NULL ELSE access_scope_facilities() END,
                    %s, %s, %s, %s, %s) RETURNING id, key
            """,
            [actor.account_id, channel, file_name[:300], digest, size, stated_version],
        )
        package_id, key = cursor.fetchone()
        record_event(AuditEvent(actor, scope.role.key, PURPOSE, "create", object=f"package/{package_id}", found=1))
        _queue(package_id)
    return PackageReceipt(package_id, str(key), digest.hex())


def _queue(package_id: int) -> None:
    """The job commits together with the package."""
    from hoso.engines.intake.jobs import process

    process.defer(package_id=package_id)
