"""Which folders are watched: added and ended by an administrator, each for one facility with a sender of its own."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import intake_service_id
from hoso.core.accounts.managing import managing, record
from hoso.core.accounts.models import Account, Assignment
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.places.models import Facility
from hoso.engines.intake.ways_in import WayIn

ROLE, PURPOSE = "folder_sender", "record_keeping"
FOLDER = WayIn("folders_watched", "watched folder", "HS3372")
_COLUMNS = "w.id, w.path, w.stated_version, w.settle_seconds, w.facility_id, f.code, f.name, w.account_id, a.username, w.paused_at IS NULL, w.looked_at, w.trouble"


@dataclass(frozen=True)
class WatchedFolder:
    """A folder that is watched; `trouble` is the code of the last failure to look there."""

    id: int
    path: str
    stated_version: str | None
    settle_seconds: int
    facility_id: int
    facility_code: str
    facility_name: str
    account_id: int
    account_name: str
    is_on: bool
    looked_at: datetime | None
    trouble: str

    @property
    def sender(self) -> Actor:
        return Actor(self.account_id, self.account_name, "folder")


def add_folder(actor: Actor, facility: Facility, path: Path, version: str | None = None, settle: int = 30) -> int:
    """Watch a folder for a facility; returns its number. What is dropped there is received as `<code>_FOLDER`.

    Raises HosoError HS3370 where it is no folder this machine can write to, HS3371 where it, or one above or below it, is
    watched already.
    """
    path = path.resolve()
    if not path.is_dir():
        raise HosoError("HS3370", path=path)
    with managing(actor), connection.cursor() as cursor:
        account_id = sending_account(actor, facility, "FOLDER")
        if any(_overlap(path, Path(one.path)) for one in folders_in_sight()):
            raise HosoError("HS3371", path=path)
        try:
            with transaction.atomic():
                cursor.execute(
                    "INSERT INTO folders_watched (facility_id, account_id, path, stated_version, settle_seconds, added_by)"
                    " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
                    [facility.pk, account_id, str(path), version, settle, actor.account_id],
                )
        except IntegrityError:
            raise HosoError("HS3371", path=path) from None
        number = int(cursor.fetchone()[0])
        record(actor, "create", account_id, f"watched folder {number}")
    return number


def sending_account(actor: Actor, facility: Facility, way: str) -> int:
    """The machine account in whose name a facility's packages come by this way, `<code>_<way>`; made where there is none."""
    account, made = Account.objects.get_or_create(
        username=f"{facility.code}_{way}",
        defaults={
            "full_name": facility.name, "kind": Account.Kind.ORGANISATION, "password": make_password(None),
            "owner_id": actor.account_id,
        },
    )  # fmt: skip
    if made:
        Assignment.objects.create(account=account, role=ROLE, facility=facility, valid_from=date.today())
    return account.pk


def end_folder(actor: Actor, number: int) -> None:
    """Watch it no more; what lies there stays. Raises HosoError HS3372 where there is no such folder."""
    FOLDER.end(actor, number)


def switch_folder(actor: Actor, number: int, *, on: bool) -> None:
    """Leave it alone for now, or go on; what lies there waits. Raises HosoError HS3372 where there is no such folder."""
    FOLDER.switch(actor, number, on=on)


def watched_folders() -> list[WatchedFolder]:
    """Every folder that is watched, switched off ones too."""
    with acting_transaction(intake_service_id(), PURPOSE):
        return folders_in_sight()


def folders_in_sight() -> list[WatchedFolder]:
    """Those the transaction's actor may see."""
    with connection.cursor() as reading:
        reading.execute(
            f"SELECT {_COLUMNS} FROM folders_watched w JOIN places_facility f ON f.id = w.facility_id"
            " JOIN accounts_account a ON a.id = w.account_id WHERE w.ended_at IS NULL ORDER BY w.id"
        )
        return [WatchedFolder(*row) for row in reading.fetchall()]


def _overlap(one: Path, other: Path) -> bool:
    return one == other or one in other.parents or other in one.parents
