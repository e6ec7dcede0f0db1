"""Ordering an import, asking what became of it, cancelling it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.accounts.authorization.permits import permits
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.errors import HosoError
from hoso.engines.records.bulk.importing.inputs import Input, find_input
from hoso.engines.records.bulk.kept_refusals import as_error
from hoso.engines.records.bulk.orders import PURPOSES, Order, finish, order_of, place_order
from hoso.engines.records.fhir.definitions import resource_types
from hoso.engines.records.fhir.writing.permitted import PERMISSION, scope_of_writer
from hoso.engines.records.fhir.writing.unwritten import check_written

PURPOSE = PURPOSES["import"]
MODES = {"InitialLoad": False, "IncrementalLoad": True}  # whether versions and dates are kept
MOST_INPUTS = 10_000
_FIRST = {"Patient": 0, "Encounter": 1}  # the rest belongs to them


@dataclass(frozen=True)
class State:
    """How far one file is: lines read, and what became of them."""

    type: str
    url: str
    bytes: int
    place: int
    lines: int
    filed: int
    unchanged: int
    refused: int


def order_import(
    actor: Actor, client: str, mode: str, given: Sequence[tuple[str, str]], base: str, request: str
) -> UUID:
    """Order it; `given`: (type, url) of each file, `base` the service's own address.

    Raises HosoError HS2001 and HS2412 as `scope_of_writer` does, HS5164 for another mode or no file, HS5115, HS5134 and HS2255 for a type that
    is not written, HS5165 for a file that is not there, HS5162.
    """
    from hoso.engines.records.bulk.jobs import work

    scope = scope_of_writer(actor, PURPOSE)
    if mode not in MODES:
        raise HosoError("HS5164", reason=f"mode {mode[:40]}")
    if not 0 < len(given) <= MOST_INPUTS:
        raise HosoError("HS5164", reason="input")
    for type_name, _ in given:
        _check_type(actor, type_name)
    inputs = [find_input(actor, type_name, url, base) for type_name, url in given]
    inputs.sort(key=lambda one: _FIRST.get(one.type, 2))
    with transaction.atomic():
        number = place_order(actor, client, "import", "", request, {"mode": mode, "base": base})
        _keep(number, inputs)
        about = f"$import/{number}"
        record_event(AuditEvent(actor, scope.role.key, PURPOSE, "create", object=about, found=len(inputs)))
        work.defer(order=str(number))
    return number


def _check_type(actor: Actor, type_name: str) -> None:
    if type_name not in resource_types():
        raise HosoError("HS5115", type=type_name[:40])
    check_written(type_name)
    for interaction in ("create", "update"):
        if not permits(actor, type_name, interaction):
            raise HosoError("HS2255", type=type_name, interaction=interaction)


def _keep(number: UUID, inputs: Sequence[Input]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO bulk_import_input (order_id, number, type, url, bytes, mark) VALUES (%s, %s, %s, %s, %s, %s)",
            [(number, at, one.type, one.url, one.bytes, one.mark) for at, one in enumerate(inputs, 1)],
        )


def import_of(actor: Actor, number: UUID) -> Order:
    return order_of(actor.account_id, number, "import")


def states_of(number: UUID) -> list[State]:
    """Each file, in the order in which they are filed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, url, bytes, place, lines, filed, unchanged, refused FROM bulk_import_input WHERE order_id = %s"
            " ORDER BY number",
            [number],
        )
        return [State(*row) for row in cursor.fetchall()]


def refusals_of(number: UUID, file: int) -> Iterator[HosoError]:
    """Why lines of a file were refused, line by line."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT why::text FROM bulk_import_refusal WHERE order_id = %s AND number = %s ORDER BY line",
            [number, file],
        )
        rows = cursor.fetchall()
    return (as_error(row[0]) for row in rows)


def cancel_import(actor: Actor, number: UUID) -> None:
    """Stop it; what is filed stays."""
    import_of(actor, number)
    with transaction.atomic():
        finish(number, "cancelled")
        role = actor.role_for(PERMISSION, PURPOSE)
        record_event(
            AuditEvent(actor, role.key if role else "", PURPOSE, "update", object=f"$import/{number} cancelled")
        )
