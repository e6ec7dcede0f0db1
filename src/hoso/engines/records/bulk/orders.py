"""Orders: who asked for which export or import, how far it is, when what came of it ends.

A job says only that there is work: what is open, and where it goes on, stands in `bulk_order`. A step of the work and the
place where it goes on commit together, in the name of who asked.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.accounts.authorization.queries import living_client, may_act_for
from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.records.bulk.kept_refusals import as_kept

Kind = Literal["export", "import"]
PURPOSES: dict[Kind, str] = {"export": "record_release", "import": "record_keeping"}
TERM = timedelta(hours=24)  # how long what is over can be asked for
MOST_OPEN = 2  # of one account
RETRY_SECONDS = 60
_COLUMNS = (
    "id", "kind", "state", "failure", "account_id", "account_name", "client", "scopes", "allowed", "patient", "source",
    "device", "request_id", "reason", "request", "asked", "as_of", "finished_at", "ends_at", "type_at", "behind_at",
    "behind_id", "told_behind", "resources",
)  # fmt: skip
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM bulk_order"


@dataclass(frozen=True)
class Order:
    """A row of `bulk_order`; what its columns mean stands there."""

    id: UUID
    kind: Kind
    state: str
    failure: str
    account_id: int
    account_name: str
    client: str
    scopes: list[str] | None
    allowed: list[str] | None
    patient: str
    source: str
    device: str
    request_id: UUID
    reason: str
    request: str
    asked: dict[str, Any]
    as_of: datetime
    finished_at: datetime | None
    ends_at: datetime | None
    type_at: int
    behind_at: datetime | None
    behind_id: str | None
    told_behind: int
    resources: int

    @property
    def about(self) -> str:
        """Its name in the audit."""
        return f"${self.kind}/{self.id}"

    @property
    def actor(self) -> Actor:
        """Who asked, with the roles held today and no more than the token allowed then."""
        return Actor(
            self.account_id, self.account_name, f"fhir_{self.kind}", self.source, self.device, self.request_id,
            scopes=None if self.scopes is None else tuple(self.scopes),
            allowed=None if self.allowed is None else frozenset(self.allowed), patient=self.patient,
        )  # fmt: skip


def place_order(actor: Actor, client: str, kind: Kind, reason: str, request: str, asked: dict[str, Any]) -> UUID:
    """Write an order down; in the transaction that records it in the audit. Raises HosoError HS5162 where the account has
    too many open."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, actor.account_id % 2**31])
        cursor.execute("SELECT count(*) FROM bulk_order WHERE account_id = %s AND state = 'open'", [actor.account_id])
        if cursor.fetchone()[0] >= MOST_OPEN:
            raise HosoError("HS5162", most=MOST_OPEN, seconds=RETRY_SECONDS)
        number = uuid4()
        cursor.execute(
            "INSERT INTO bulk_order (id, kind, account_id, account_name, client, scopes, allowed, patient, source, device,"
            " request_id, reason, request, asked, as_of)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, records_settled_at())",
            [
                number, kind, actor.account_id, actor.name, client, None if actor.scopes is None else list(actor.scopes),
                None if actor.allowed is None else sorted(actor.allowed), actor.patient, actor.source, actor.device,
                actor.request_id, reason, request, json.dumps(asked),
            ],
        )  # fmt: skip
    return number


_LOCK = 5160  # with the account: its orders are counted one at a time


def order_of(account_id: int, number: UUID, kind: Kind) -> Order:
    """The account's own order. Raises HosoError HS5161 for another's, one that never was, or one whose term is over."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_SELECT} WHERE id = %s AND account_id = %s AND kind = %s", [number, account_id, kind])
        found = cursor.fetchone()
    if found is None or found[_COLUMNS.index("state")] == "ended":
        raise HosoError("HS5161")
    return _order(found)


def open_orders() -> list[UUID]:
    """The oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM bulk_order WHERE state = 'open' ORDER BY ordered_at, id")
        return [row[0] for row in cursor.fetchall()]


def open_order(number: UUID) -> Order | None:
    """An open order, not locked. Raises HosoError HS5163 as `at_work_on`."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_SELECT} WHERE id = %s AND state = 'open'", [number])
        found = cursor.fetchone()
    if found is None:
        return None
    _check_software(_order(found))
    return _order(found)


@contextmanager
def at_work_on(number: UUID) -> Iterator[Order | None]:
    """A transaction in the name of who asked, with the order locked; None where it is over or another process is at it.

    Raises HosoError HS5163 where the software that asked may not act for the account any more.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_id, kind FROM bulk_order WHERE id = %s AND state = 'open'", [number])
        known = cursor.fetchone()
    if known is None:
        yield None
        return
    with acting_transaction(known[0], PURPOSES[known[1]]):
        with connection.cursor() as cursor:
            cursor.execute(f"{_SELECT} WHERE id = %s AND state = 'open' FOR UPDATE SKIP LOCKED", [number])
            found = cursor.fetchone()
        if found is not None:
            _check_software(_order(found))
        yield _order(found) if found else None


def move(number: UUID, **columns: Any) -> None:
    """Say how far the order is, in the transaction of the work."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE bulk_order SET {', '.join(f'{name} = %s' for name in columns)} WHERE id = %s",
            [*columns.values(), number],
        )


def finish(number: UUID, state: str, failure: str = "") -> bool:
    """Close an open order; whether it was open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bulk_order SET state = %s, failure = %s, finished_at = clock_timestamp(), ends_at = clock_timestamp() + %s::interval"
            " WHERE id = %s AND state = 'open'",
            [state, failure, f"{TERM.total_seconds()} seconds", number],
        )
        return bool(cursor.rowcount)


def end_overdue() -> list[UUID]:
    """End what its term is over for, and close what has been open for a week; gives those that ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM bulk_order WHERE state = 'open' AND ordered_at < clock_timestamp() - interval '7 days'"
        )
        for (number,) in cursor.fetchall():
            finish(number, "failed", as_kept(HosoError("HS5169")))
        cursor.execute(
            "UPDATE bulk_order SET state = 'ended' WHERE state NOT IN ('open', 'ended') AND ends_at < clock_timestamp()"
            " RETURNING id"
        )
        return [row[0] for row in cursor.fetchall()]


def _order(row: tuple[Any, ...]) -> Order:
    values = dict(zip(_COLUMNS, row, strict=True))
    if isinstance(values["asked"], str):
        values["asked"] = json.loads(values["asked"])
    return Order(**values)


def _check_software(order: Order) -> None:
    if not order.client:
        return
    client = living_client(order.client)
    if client is None or not may_act_for(client, Account.objects.get(pk=order.account_id)):
        raise HosoError("HS5163")


def kind_of(number: UUID) -> str:
    """Kind of an open order; empty for none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind FROM bulk_order WHERE id = %s AND state = 'open'", [number])
        row = cursor.fetchone()
    return row[0] if row else ""
