"""Telling subscribers: each subscription in order, at least once, with the subscriber's access at this moment.

Without a payload the call is a POST that names the resource and nothing of it; with one, a PUT of the resource to
`endpoint/Type/id`, or a DELETE there. A notice about what the subscriber may not see any more, or what no longer fits, is
passed over; so is everything once the token, client or account by which it was ordered is at its end.
"""

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from typing import Any

import orjson
from django.db import connection

from hoso.core.access import reading
from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking
from hoso.core.accounts.authorization.permits import Permit, allowed_permissions, permits
from hoso.core.accounts.authorization.warrants import standing
from hoso.core.accounts.machines import intake_service_id
from hoso.core.accounts.models import Account
from hoso.core.accounts.standing import OUT_OF_HOURS, what_keeps_out
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
    warrant: str
    scopes: tuple[str, ...] | None
    type_name: str
    resource_id: str
    version: int
    deleted: bool


_COLUMNS = tuple(field.name for field in fields(_Notice))  # in the order in which they are selected


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
                   s.active AND (s.ends_at IS NULL OR s.ends_at > clock_timestamp()), s.warrant, s.scopes,
                   d.type, d.resource_id, d.version, d.deleted
            FROM subscriptions_delivery d JOIN subscriptions_subscription s ON s.id = d.subscription_id
            JOIN accounts_account a ON a.id = s.account_id WHERE d.id = %s
            """,
            [number],
        )
        row = cursor.fetchone()
    told: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
    scopes = told["scopes"]
    return _Notice(
        **told | {"type_name": name_of(told["type_name"]), "scopes": None if scopes is None else tuple(scopes)}
    )


def _tell(notice: _Notice, attempts: int, gateway: CallGateway) -> bool:
    try:
        actor = _subscriber(notice) if notice.active else None
        found = _seen(notice, actor) if actor else None
        if found is None:
            _pass_over(notice.id)
            return False
        _call(notice, found, gateway)
    except CallFailed as failure:
        QUEUE.failed(notice.id, attempts, str(failure))
        return False
    QUEUE.taken(notice.id)
    return True


def _subscriber(notice: _Notice) -> Actor | None:
    """The subscriber with what is left of the rights by which it was ordered; None where nothing is.

    Raises CallFailed outside of the account's hours: it is told within them.
    """
    account = Account.objects.get(pk=notice.account_id)
    if (why := what_keeps_out(account)) == OUT_OF_HOURS:
        raise CallFailed(why)
    left = None if why else standing(account, notice.warrant, notice.scopes)
    if left is None:
        return None
    allowed = None if left.scopes is None else allowed_permissions(left.scopes, "fhir")
    actor = Actor(
        notice.account_id, notice.account, "subscription", scopes=left.scopes, allowed=allowed, patient=left.patient
    )
    return actor if Permit() in permits(actor, notice.type_name, "read") else None


def _seen(notice: _Notice, actor: Actor) -> StoredResource | None:
    """The resource as the subscriber may read it now, where it still fits; an audit event like every reading."""
    about = f"{notice.type_name}/{notice.resource_id}"

    def query(scope: Scope) -> Found | None:
        return interactions.current(scope, notice.type_name, notice.resource_id)

    asking = Asking("record.read", object=about, reason=f"Subscription/{notice.fhir_id}")
    try:
        found: Found | None = reading.read(actor, notice.purpose, asking, query)
    except HosoError:
        return None
    one = found.resources[0] if found else None
    if one is None or one.deleted != notice.deleted:
        return None  # out of sight; or deleted, or brought back, since: of that another notice tells
    return one if one.deleted or test_of(one.type, notice.criteria)(orjson.loads(one.served())) else None


def _call(notice: _Notice, one: StoredResource, gateway: CallGateway) -> None:
    """Raises CallFailed."""
    headers = json.loads(field_keys().decrypt(notice.headers, USE)) if notice.headers else {}
    headers |= {"User-Agent": "HoSo", "X-HoSo-Delivery": str(notice.id)}
    if notice.content:
        url = f"{notice.url.rstrip('/')}/{one.type}/{one.id}"
        if notice.deleted:
            gateway.send(url, b"", headers, method="DELETE")
        else:
            gateway.send(url, one.served(), {**headers, "Content-Type": "application/fhir+json"}, method="PUT")
        return
    parameters: list[dict[str, object]] = [
        {"name": "subscription", "valueReference": {"reference": f"Subscription/{notice.fhir_id}"}},
        {"name": "resource", "valueReference": {"reference": f"{one.type}/{one.id}"}},
        {"name": "version", "valueId": str(notice.version)},
    ]
    if notice.deleted:
        parameters.append({"name": "deleted", "valueBoolean": True})
    told = {"resourceType": "Parameters", "parameter": parameters}
    gateway.send(notice.url, orjson.dumps(told), {**headers, "Content-Type": "application/fhir+json"})


def _pass_over(number: int) -> None:
    with _acting(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE subscriptions_delivery SET delivered_at = clock_timestamp(), told = false, problem = '' WHERE id = %s",
            [number],
        )
