"""Keeping what a Subscription asks for, in the turn of writing that files the resource."""

import json
from typing import Any

from hoso.core.access.actor import Actor
from hoso.core.accounts.authorization.permits import Permit, permits
from hoso.core.database.field_encryption import field_keys
from hoso.core.errors import HosoError
from hoso.engines.records.resource_types import NUMBERS
from hoso.engines.records.subscriptions.asked import HIDDEN, asked_of

USE = "subscription.headers"
PURPOSES = ("treatment", "record_keeping")  # for which a subscriber may read, the first that fits


def register(cursor: Any, actor: Actor, fhir_id: str, content: dict[str, Any], headers: dict[str, str]) -> None:
    """From now on call as this Subscription asks, with the access of whoever wrote it last.

    Raises HosoError HS5240 to HS5242 as `asked_of` does, HS5244 where the writer may not read what is asked for.
    """
    asked = asked_of(content)
    purpose = _purpose(actor, asked.type_name)
    cursor.execute("SELECT headers FROM subscriptions_subscription WHERE fhir_id = %s FOR UPDATE", [fhir_id])
    row = cursor.fetchone()
    kept: dict[str, str] = json.loads(field_keys().decrypt(row[0], USE)) if row and row[0] else {}
    wanted = {name: kept.get(name, "") if value == HIDDEN else value for name, value in headers.items()}
    sealed = field_keys().encrypt(json.dumps(wanted), USE) if wanted else ""
    cursor.execute(
        """
        INSERT INTO subscriptions_subscription
            (fhir_id, account_id, purpose, type, criteria, url, content, headers, ends_at, active, warrant, scopes)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (fhir_id) DO UPDATE SET account_id = excluded.account_id, purpose = excluded.purpose,
            type = excluded.type, criteria = excluded.criteria, url = excluded.url, content = excluded.content,
            headers = excluded.headers, ends_at = excluded.ends_at, active = excluded.active, warrant = excluded.warrant,
            scopes = excluded.scopes, changed_at = clock_timestamp()
        """,
        [
            fhir_id, actor.account_id, purpose, NUMBERS[asked.type_name], asked.criteria, asked.url, asked.content, sealed,
            asked.ends_at, asked.active, actor.warrant, None if actor.scopes is None else list(actor.scopes),
        ],
    )  # fmt: skip


def end(cursor: Any, fhir_id: str) -> None:
    """The resource was deleted: nothing more is told, and its secrets go."""
    cursor.execute(
        "UPDATE subscriptions_subscription SET active = false, headers = '', changed_at = clock_timestamp()"
        " WHERE fhir_id = %s",
        [fhir_id],
    )


def _purpose(actor: Actor, type_name: str) -> str:
    """What software may not read it is not told of either; a token for some resources of a type alone is not enough."""
    if Permit() in permits(actor, type_name, "read"):
        for purpose in PURPOSES:
            if actor.role_for("record.read", purpose):
                return purpose
    raise HosoError("HS5244", type=type_name)
