"""Ordering an export, asking what became of it, cancelling it, taking a file: each recorded in the audit."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from hoso.core.access import reading
from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking
from hoso.core.accounts.authorization.permits import permits
from hoso.core.errors import HosoError
from hoso.core.files.originals import chunks_of
from hoso.engines.records.bulk.exporting.asked import Asked
from hoso.engines.records.bulk.exporting.files import open_file, remove_files
from hoso.engines.records.bulk.exporting.groups import members
from hoso.engines.records.bulk.exporting.steps import PERMISSION
from hoso.engines.records.bulk.orders import PURPOSES, Order, finish, order_of, place_order
from hoso.engines.records.resource_types import name_of

PURPOSE = PURPOSES["export"]


@dataclass(frozen=True)
class File:
    """A file of an export; `resources`: how many lines it has."""

    number: int
    type: str
    resources: int


def order_export(actor: Actor, client: str, asked: Asked, reason: str, request: str) -> UUID:
    """Order it. Raises HosoError HS2001 and HS2103 as the policy does, HS5001 for a group that is not there, HS5162."""
    from hoso.engines.records.bulk.jobs import work

    def order(scope: Scope) -> UUID:
        if asked.level == "group":
            members(scope, asked.group)
        placed = place_order(actor, client, "export", reason, request, asked.kept())
        work.defer(order=str(placed))
        return placed

    about = f"$export {asked.level} {asked.group}".strip()
    return reading.read(actor, PURPOSE, Asking(PERMISSION, "export", None, about, reason), order)


def export_of(actor: Actor, number: UUID) -> Order:
    return order_of(actor.account_id, number, "export")


def files_of(number: UUID) -> list[File]:
    """The files, in the order in which they are to be read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, type, resources FROM bulk_export_file WHERE order_id = %s ORDER BY number", [number]
        )
        return [File(row[0], name_of(row[1]), row[2]) for row in cursor.fetchall()]


def cancel_export(actor: Actor, number: UUID) -> None:
    """Stop it, and remove its files."""
    order = export_of(actor, number)

    def cancel(scope: Scope) -> int:
        with connection.cursor() as cursor:
            if not finish(number, "cancelled"):
                cursor.execute("UPDATE bulk_order SET state = 'ended' WHERE id = %s", [number])
            cursor.execute("DELETE FROM bulk_export_person WHERE order_id = %s", [number])
        return 0

    reading.read(actor, PURPOSE, Asking(PERMISSION, "export", None, f"{order.about} cancelled", order.reason), cancel)
    remove_files(number)


@dataclass(frozen=True)
class Taken:
    """The lines of a file, and how many the audit says were taken."""

    lines: Iterator[bytes]
    file: File

    def __len__(self) -> int:
        return self.file.resources


def take_file(actor: Actor, number: UUID, file: int) -> Taken:
    """Raises HosoError HS5161 for none such, HS2255 where the token's scopes do not permit its type."""
    order = export_of(actor, number)
    found = next((one for one in files_of(number) if one.number == file), None)
    if order.state != "complete" or found is None:
        raise HosoError("HS5161")
    if not permits(actor, found.type, "read"):
        raise HosoError("HS2255", type=found.type, interaction="export")

    def take(scope: Scope) -> Taken:
        return Taken(iter(chunks_of(open_file(number, file))), found)

    about = f"{order.about}/{file}"
    return reading.read(actor, PURPOSE, Asking(PERMISSION, "export", None, about, order.reason), take)
