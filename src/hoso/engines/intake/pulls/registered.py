"""From which servers packages are fetched: added and ended by an administrator, each for one facility."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from django.db import IntegrityError, connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import intake_service_id
from hoso.core.accounts.managing import managing, record
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.places.models import Facility
from hoso.engines.intake.folders.registered import PURPOSE, sending_account
from hoso.engines.intake.pulls.gateway import Server
from hoso.engines.intake.ways_in import WayIn

HOST_KEY_KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
PULL = WayIn("pulls_source", "pull", "HS3428")
_COLUMNS = """
    s.host, s.port, s.username, s.folder, s.host_key, s.secret_kind, s.secret_file, s.id, s.stated_version, s.every_minutes,
    s.settle_seconds, s.tells_results, s.facility_id, f.code, f.name, s.account_id, a.username, s.paused_at IS NULL,
    s.looked_at, s.good_at, s.next_at, s.trouble, s.taken
"""


@dataclass(frozen=True)
class PullSource:
    """A server that is asked; `trouble` is the code of the last failure, `taken` how many files came from there."""

    server: Server
    id: int
    stated_version: str | None
    every_minutes: int
    settle_seconds: int
    tells_results: bool
    facility_id: int
    facility_code: str
    facility_name: str
    account_id: int
    account_name: str
    is_on: bool
    looked_at: datetime | None
    good_at: datetime | None
    next_at: datetime
    trouble: str
    taken: int

    @property
    def sender(self) -> Actor:
        return Actor(self.account_id, self.account_name, "pull")

    @property
    def where(self) -> str:
        """The address for people, without a secret."""
        server = self.server
        return f"sftp://{server.username}@{server.host}:{server.port}/{server.folder.lstrip('/')}"


@dataclass(frozen=True)
class Habits:
    """How a server is asked: how often, how long a file must rest there, and whether results are laid beside it."""

    every_minutes: int = 10
    settle_seconds: int = 60
    tells_results: bool = True
    stated_version: str | None = None


def add_source(actor: Actor, facility: Facility, server: Server, habits: Habits) -> int:
    """Fetch from this server for a facility; returns its number. What comes is received in the name of `<code>_SFTP`.

    Raises HosoError HS3426 for a host key that is none, HS3423 where the secret's file cannot be used, HS3427 where the same
    folder is fetched from already.
    """
    host_key = sound_host_key(server.host_key)
    secret_of(server)
    with managing(actor), connection.cursor() as cursor:
        account_id = sending_account(actor, facility, "SFTP")
        try:
            with transaction.atomic():
                cursor.execute(
                    """
                    INSERT INTO pulls_source (facility_id, account_id, host, port, username, folder, host_key, secret_kind,
                        secret_file, stated_version, every_minutes, settle_seconds, tells_results, added_by)
                    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
                    """,
                    [
                        facility.pk, account_id, server.host, server.port, server.username, server.folder, host_key,
                        server.secret_kind, server.secret_file, habits.stated_version, habits.every_minutes,
                        habits.settle_seconds, habits.tells_results, actor.account_id,
                    ],
                )  # fmt: skip
        except IntegrityError:
            raise HosoError("HS3427", host=server.host, folder=server.folder) from None
        number = int(cursor.fetchone()[0])
        record(actor, "create", account_id, f"pull {number}")
    return number


def end_source(actor: Actor, number: int) -> None:
    """Fetch from there no more. Raises HosoError HS3428 where there is no such server."""
    PULL.end(actor, number)


def switch_source(actor: Actor, number: int, *, on: bool) -> None:
    """Stop asking for now, or go on at once. Raises HosoError HS3428 where there is no such server."""
    PULL.switch(actor, number, on=on, also=", next_at = clock_timestamp()")


def pull_sources() -> list[PullSource]:
    """Every server that is fetched from, switched off ones too."""
    with acting_transaction(intake_service_id(), PURPOSE):
        return sources_in_sight()


def sources_in_sight() -> list[PullSource]:
    """Those the transaction's actor may see."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM pulls_source s JOIN places_facility f ON f.id = s.facility_id"
            " JOIN accounts_account a ON a.id = s.account_id WHERE s.ended_at IS NULL ORDER BY s.id"
        )
        return [PullSource(Server(*row[:7]), *row[7:]) for row in cursor.fetchall()]


def sound_host_key(text: str) -> str:
    """Kind and base64 of a line of known_hosts or of `ssh-keyscan`. Raises HosoError HS3426."""
    words = text.split()
    for kind, key in pairwise(words):
        if kind in HOST_KEY_KINDS:
            try:
                blob = base64.b64decode(key, validate=True)
            except binascii.Error:
                break
            if blob.startswith(len(kind).to_bytes(4, "big") + kind.encode()):
                return f"{kind} {key}"
    raise HosoError("HS3426")


def secret_of(server: Server) -> str:
    """The text of the secret's file. Raises HosoError HS3423 where it cannot be read, is empty, or others may read it."""
    path = Path(server.secret_file)
    try:
        if not path.is_absolute() or path.stat().st_mode & 0o077:
            raise HosoError("HS3423", file=path)
        if secret := path.read_text(encoding="utf-8").strip("\r\n"):
            return secret
    except (OSError, UnicodeDecodeError):
        raise HosoError("HS3423", file=path) from None
    raise HosoError("HS3423", file=path)
