"""Telling subscribers: each subscription in order, at least once, with the subscriber's access at this moment.

Without a payload the call is a POST that names the resource and nothing of it; with one, a PUT of the resource to
`endpoint/Type/id`. A notice about what the subscriber may not see any more, or what no longer fits, is passed over.
"""

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass

import orjson
from django.db import connection

from hoso.core.access import reading
from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking
from hoso.core.accounts.machines import intake_service_id
from hoso.core.database.field_encryption import field_keys
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.messages.call_queue import CallQueue
from hoso.core.messages.calls import CallFailed, CallGateway, call_gateway
from hoso.engines.records.fhir import interactions
from hoso.engines.records.fhir.interactions import Found
from hoso.engines.records.reading import StoredResource
from hoso.engines.records.resource_types import name_of
from hoso.engines.records.subscriptions.asked import test_of
from hoso.engines.records.subscriptions.noting import PURPOSE
from hoso.engines.records.subscriptions.registering import USE


def _acting() -> AbstractContextManager[None]:
    return acting_transaction(intake_service_id(), PURPOSE)


LOCK = 4210136  # first key of the advisory locks on subscriptions, the subscription's number is the second
QUEUE = CallQueue("subscriptions_delivery", "subscription_id", LOCK, _acting)


@dataclass(frozen=True)
class _Notice:
    """One thing to tell, with everything that decides how; read anew for each attempt."""

    id: int
    fhir_id: str
    account_id: int
    account: str
    purpose: str
    url: str
    criteria: str
    content: bool
    headers: str
    active: bool
    type_name: str
    resource_id: str
    version: int


def send_due() -> int:
    """Tell everything that is due; returns how many were taken. Processes at once do not meet: one has a subscription."""
    gateway = call_gateway()
    return sum(_send(subscription, gateway) for subscription in QUEUE.waiting())


def _send(subscription: int, gateway: CallGateway) -> int:
    taken = 0
    with QUEUE.held(subscription) as mine:
        while mine and (due := QUEUE.first_due(subscription)) is not None:
            taken += _tell(_notice(due[0]), due[1], gateway)
    return taken


def _notice(number: int) -> _Notice:
    with _acting(), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.id, s.fhir_id, s.account_id, a.username, s.purpose, s.url, s.criteria, s.content, s.headers,
                   s.active AND a.is_active AND (s.ends_at IS NULL OR s.ends_at > clock_timestamp()), d.type, d.resource_id, d.version
            FROM subscriptions_delivery d JOIN subscriptions_subscription s ON s.id = d.subscription_id
            JOIN accounts_account a ON a.id = s.account_id WHERE d.id = %s
            """,
            [number],
        )
        row = cursor.fetchone()
    number, fhir_id, account_id, account, purpose, url, criteria, content, headers, active, kind, id_, version = row
    return _Notice(
        number,
        fhir_id,
        account_id,
        account,
        purpose,
        url,
        criteria,
        content,
        headers,
        active,
        name_of(kind),
        id_,
        version,
    )


def _tell(notice: _Notice, attempts: int, gateway: CallGateway) -> bool:
    found = _seen(notice) if notice.active else None
    if found is None:
        _pass_over(notice.id)
        return False
    try:
        _call(notice, found, gateway)
    except CallFailed as failure:
        QUEUE.failed(notice.id, attempts, str(failure))
        return False
    QUEUE.taken(notice.id)
    return True


def _seen(notice: _Notice) -> StoredResource | None:
    """The resource as the subscriber may read it now, where it still fits; an audit event like every reading."""
    actor = Actor(notice.account_id, notice.account, "subscription")
    about = f"{notice.type_name}/{notice.resource_id}"

    def query(scope: Scope) -> Found | None:
        return interactions.current(scope, notice.type_name, notice.resource_id)

    asking = Asking("record.read", object=about, reason=f"Subscription/{notice.fhir_id}")
    try:
        found: Found | None = reading.read(actor, notice.purpose, asking, query)
    except HosoError:
        return None
    one = found.resources[0] if found else None
    if one is None or one.deleted or not test_of(one.type, notice.criteria)(orjson.loads(one.served())):
        return None
    return one


def _call(notice: _Notice, one: StoredResource, gateway: CallGateway) -> None:
    """Raises CallFailed."""
    headers = json.loads(field_keys().decrypt(notice.headers, USE)) if notice.headers else {}
    headers |= {"User-Agent": "HoSo", "X-HoSo-Delivery": str(notice.id)}
    if notice.content:
        url = f"{notice.url.rstrip('/')}/{one.type}/{one.id}"
        gateway.send(url, one.served(), {**headers, "Content-Type": "application/fhir+json"}, method="PUT")
        return
    told = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "subscription", "valueReference": {"reference": f"Subscription/{notice.fhir_id}"}},
            {"name": "resource", "valueReference": {"reference": f"{one.type}/{one.id}"}},
            {"name": "version", "valueId": str(notice.version)},
        ],
    }
    gateway.send(notice.url, orjson.dumps(told), {**headers, "Content-Type": "application/fhir+json"})


def _pass_over(number: int) -> None:
    with _acting(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE subscriptions_delivery SET delivered_at = clock_timestamp(), told = false, problem = '' WHERE id = %s",
            [number],
        )
