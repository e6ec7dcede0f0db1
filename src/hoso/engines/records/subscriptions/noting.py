"""Noting what subscriptions are to be told of: from the changes of the house, each once and in their order."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from hoso.core.accounts.machines import intake_service_id
from hoso.core.changes.outbox import Change, confirm, read_changes
from hoso.core.database.session import acting_transaction
from hoso.engines.records.resource_types import NUMBERS, name_of
from hoso.engines.records.subscriptions.asked import test_of

CONSUMER, PURPOSE, BATCH = "subscriptions", "record_keeping", 500


@dataclass(frozen=True)
class _Watching:
    id: int
    type_name: str
    fits: Callable[[Any], bool]


def note_changes() -> int:
    """Note everything that was committed since the last time; returns how many notices. Whether the subscriber may be told
    is decided when it is sent (sending.py)."""
    noted = 0
    while True:
        with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('subscriptions'))")
            changes = read_changes(CONSUMER, BATCH)
            if not changes:
                return noted
            watching = _watching(cursor)
            for change in changes if watching else ():
                noted += _note(cursor, change, watching)
            confirm(CONSUMER, changes[-1].position)


def _watching(cursor: Any) -> dict[str, list[_Watching]]:
    cursor.execute(
        "SELECT id, type, criteria FROM subscriptions_subscription"
        " WHERE active AND (ends_at IS NULL OR ends_at > clock_timestamp()) ORDER BY id"
    )
    found: dict[str, list[_Watching]] = defaultdict(list)
    for id_, number, criteria in cursor.fetchall():
        found[name_of(number)].append(_Watching(id_, name_of(number), test_of(name_of(number), criteria)))
    return found


def _note(cursor: Any, change: Change, watching: dict[str, list[_Watching]]) -> int:
    noted = 0
    for type_name, id_, version in change.payload.get("resources", ()):
        if type_name not in watching:
            continue
        found = _content(cursor, change.person_id or 0, type_name, id_, version)
        if found is None:
            continue
        content, deleted = found
        for one in watching[type_name]:
            if one.fits(content):
                cursor.execute(
                    "INSERT INTO subscriptions_delivery (subscription_id, type, resource_id, version, deleted)"
                    " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                    [one.id, NUMBERS[type_name], id_, version, deleted],
                )
                noted += cursor.rowcount
    return noted


def _content(cursor: Any, person_id: int, type_name: str, id_: str, version: int) -> tuple[dict[str, Any], bool] | None:
    """The resource as it is, and False; where this version deleted it, its last content, and True: what fitted then is told to
    be gone. None where a later version deleted it."""
    key = [person_id, NUMBERS[type_name], id_]
    where = "person_id = %s AND type = %s AND id = %s"
    cursor.execute(f"SELECT body, deleted, version FROM records_resource WHERE {where}", key)
    row = cursor.fetchone()
    deleted = row is not None and row[1]
    if row and deleted:
        if row[2] != version:
            return None
        cursor.execute(
            f"SELECT body FROM records_resource_version WHERE {where} AND NOT deleted ORDER BY version DESC LIMIT 1",
            key,
        )
        row = cursor.fetchone()
    return ({**orjson.loads(bytes(row[0])), "id": id_}, deleted) if row else None
