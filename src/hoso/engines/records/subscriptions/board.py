"""What an administrator sees of the subscriptions: whom is called, what waits or was given up; and telling it again."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from procrastinate.exceptions import AlreadyEnqueued

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.records.resource_types import name_of

PERMISSION, PURPOSE = "account.manage", "administration"


@dataclass(frozen=True)
class Subscribed:
    """A subscription, without its headers; how many notices were taken, wait, and were given up."""

    id: int
    fhir_id: str
    account: str
    watches: str
    url: str
    active: bool
    ends_at: datetime | None
    told: int
    waiting: int
    dead: int


@dataclass(frozen=True)
class Troubled:
    """A notice that is not taken; which resource it is about is told by its type alone."""

    id: int
    fhir_id: str
    type_name: str
    noted_at: datetime
    attempts: int
    problem: str
    next_at: datetime
    dead_at: datetime | None


def subscriptions() -> list[Subscribed]:
    """Every one, those that are called first. Runs inside a transaction of somebody who may manage accounts."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.id, s.fhir_id, a.full_name, s.type, s.criteria, s.url, s.active, s.ends_at,
                   count(d.id) FILTER (WHERE d.delivered_at IS NOT NULL AND d.told),
                   count(d.id) FILTER (WHERE d.delivered_at IS NULL AND d.dead_at IS NULL),
                   count(d.id) FILTER (WHERE d.dead_at IS NOT NULL)
            FROM subscriptions_subscription s JOIN accounts_account a ON a.id = s.account_id
            LEFT JOIN subscriptions_delivery d ON d.subscription_id = s.id
            GROUP BY s.id, a.full_name ORDER BY s.active DESC, s.id DESC LIMIT 200
            """
        )
        return [
            Subscribed(id_, fhir_id, account, name_of(kind) + (f"?{criteria}" if criteria else ""), *rest)
            for id_, fhir_id, account, kind, criteria, *rest in cursor.fetchall()
        ]


def troubled(limit: int = 100) -> list[Troubled]:
    """Given up first, then those that wait for another attempt."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.id, s.fhir_id, d.type, d.noted_at, d.attempts, d.problem, d.next_at, d.dead_at
            FROM subscriptions_delivery d JOIN subscriptions_subscription s ON s.id = d.subscription_id
            WHERE d.delivered_at IS NULL AND d.attempts > 0 ORDER BY d.dead_at IS NULL, d.id LIMIT %s
            """,
            [limit],
        )
        return [Troubled(id_, fhir_id, name_of(kind), *rest) for id_, fhir_id, kind, *rest in cursor.fetchall()]


def tell_again(actor: Actor, number: int) -> None:
    """Tell anew, with all attempts before it. Raises HosoError HS2001, HS5245 where there is none to tell."""
    scope = policy.decide(actor, PERMISSION, PURPOSE)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE subscriptions_delivery SET attempts = 0, dead_at = NULL, next_at = clock_timestamp()"
            " WHERE id = %s AND delivered_at IS NULL RETURNING subscription_id",
            [number],
        )
        if cursor.fetchone() is None:
            raise HosoError("HS5245")
        record_event(AuditEvent(actor, scope.role.key, PURPOSE, "update", object=f"notice/{number}"))
        _tell_soon()


def _tell_soon() -> None:
    """Where that waits already, it finds this one too: the act stands, in a savepoint of its own."""
    from hoso.engines.records.subscriptions.jobs import tell_soon

    with suppress(AlreadyEnqueued), transaction.atomic():
        tell_soon.defer()
