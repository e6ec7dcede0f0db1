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
        cursor.execute(
            "SELECT body FROM records_resource WHERE person_id = %s AND type = %s AND id = %s AND NOT deleted",
            [change.person_id, NUMBERS[type_name], id_],
        )
        row = cursor.fetchone()
        if row is None:
            continue
        content = {**orjson.loads(bytes(row[0])), "id": id_}
        for one in watching[type_name]:
            if one.fits(content):
                cursor.execute(
                    "INSERT INTO subscriptions_delivery (subscription_id, type, resource_id, version)"
                    " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                    [one.id, NUMBERS[type_name], id_, version],
                )
                noted += cursor.rowcount
    return noted
