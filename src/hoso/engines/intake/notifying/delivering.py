"""Making the calls: each sender's in the order of the packages' ends (core/messages/call_queue.py).

A call that was given up is shown on the sender board and can be made again by hand.
"""

import time
from contextlib import AbstractContextManager

from django.db import connection

from hoso.core.accounts.machines import intake_service_id
from hoso.core.database.field_encryption import field_keys
from hoso.core.database.session import acting_transaction
from hoso.core.messages.call_queue import PAUSES, CallQueue
from hoso.core.messages.calls import CallFailed, CallGateway, call_gateway
from hoso.engines.intake.notifying.signing import headers
from hoso.engines.intake.notifying.targets import PURPOSE, USE

__all__ = ["PAUSES", "deliver_due"]


def _acting() -> AbstractContextManager[None]:
    return acting_transaction(intake_service_id(), PURPOSE)


LOCK = 4210133  # first key of the advisory locks on targets, the target's number is the second
QUEUE = CallQueue("notifying_delivery", "target_id", LOCK, _acting)


def deliver_due() -> int:
    """Make every call that is due; returns how many were taken. Processes at once do not meet: one has a target."""
    gateway = call_gateway()
    return sum(_deliver(target_id, gateway) for target_id in QUEUE.waiting())


def _deliver(target_id: int, gateway: CallGateway) -> int:
    taken = 0
    with QUEUE.held(target_id) as mine:
        while mine and (due := QUEUE.first_due(target_id)) is not None:
            known = _address(target_id, due[0])
            if known is None:
                break
            taken += _make(*due, *known, gateway)
    return taken


def _address(target_id: int, number: int) -> tuple[str, str, str] | None:
    """Address, secret and body; None where the target has ended or is switched off."""
    with _acting(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.url, t.secret, d.body FROM notifying_delivery d JOIN notifying_target t ON t.id = d.target_id"
            " WHERE d.id = %s AND t.id = %s AND t.ended_at IS NULL AND t.paused_at IS NULL",
            [number, target_id],
        )
        row = cursor.fetchone()
    return (row[0], field_keys().decrypt(row[1], USE), row[2]) if row else None


def _make(number: int, attempts: int, url: str, secret: str, content: str, gateway: CallGateway) -> bool:
    body = content.encode()
    try:
        gateway.send(url, body, headers(secret, int(time.time()), body, number))
    except CallFailed as failure:
        QUEUE.failed(number, attempts, str(failure))
        return False
    QUEUE.taken(number)
    return True
