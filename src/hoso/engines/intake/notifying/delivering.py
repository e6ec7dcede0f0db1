"""Making the calls: each sender's in the order of the packages' ends, at least once, with back-off, given up after days.

A call that was given up (a dead letter) no longer holds up the next one; it is shown on the sender board and can be made
again by hand.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

from hoso.core.accounts.machines import intake_service_id
from hoso.core.database.field_encryption import field_keys
from hoso.core.database.session import acting_transaction
from hoso.engines.intake.notifying.gateway import CallFailed, CallGateway, call_gateway
from hoso.engines.intake.notifying.signing import headers
from hoso.engines.intake.notifying.targets import PURPOSE, USE

LOCK = 4210133  # first key of the advisory locks on targets, the target's number is the second
PAUSES = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440, 1440)
)  # dead after almost 3 days


@dataclass(frozen=True)
class _Call:
    id: int
    url: str
    secret: str
    body: str
    attempts: int


def deliver_due() -> int:
    """Make every call that is due; returns how many were taken. Processes at once do not meet: one has a target."""
    with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT target_id FROM notifying_delivery WHERE delivered_at IS NULL AND dead_at IS NULL ORDER BY 1"
        )
        waiting = [row[0] for row in cursor.fetchall()]
    gateway = call_gateway()
    return sum(_deliver(target_id, gateway) for target_id in waiting)


def _deliver(target_id: int, gateway: CallGateway) -> int:
    taken = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, target_id])
        if not cursor.fetchone()[0]:
            return 0
        try:
            while (call := _first_due(target_id)) is not None:
                taken += _make(call, gateway)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, target_id])
    return taken


def _first_due(target_id: int) -> _Call | None:
    """The target's oldest open call, where it is due and the target has not ended; later ones wait behind it."""
    with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT * FROM (
                SELECT d.id, t.url, t.secret, d.body, d.attempts, d.next_at <= clock_timestamp() AS due
                FROM notifying_delivery d JOIN notifying_target t ON t.id = d.target_id
                WHERE d.target_id = %s AND d.delivered_at IS NULL AND d.dead_at IS NULL AND t.ended_at IS NULL
                ORDER BY d.id LIMIT 1
            ) AS first WHERE due
            """,
            [target_id],
        )
        row = cursor.fetchone()
    return _Call(row[0], row[1], field_keys().decrypt(row[2], USE), row[3], row[4]) if row else None


def _make(call: _Call, gateway: CallGateway) -> bool:
    body = call.body.encode()
    try:
        gateway.post(call.url, body, headers(call.secret, int(time.time()), body, call.id))
    except CallFailed as failure:
        _failed(call, str(failure))
        return False
    _change(call, "delivered_at = clock_timestamp(), problem = '', attempts = attempts + 1")
    return True


def _failed(call: _Call, problem: str) -> None:
    if call.attempts >= len(PAUSES):
        _change(call, "attempts = attempts + 1, problem = %s, dead_at = clock_timestamp()", problem[:200])
        return
    _change(
        call,
        "attempts = attempts + 1, problem = %s, next_at = clock_timestamp() + %s",
        problem[:200],
        PAUSES[call.attempts],
    )


def _change(call: _Call, what: str, *values: Any) -> None:
    with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute(f"UPDATE notifying_delivery SET {what} WHERE id = %s", [*values, call.id])
