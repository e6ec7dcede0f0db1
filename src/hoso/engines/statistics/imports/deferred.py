"""Imports that are done later, by a job: sent now, answered at once, asked for by their id. Only who sent one sees it.

The import, and that it is over, commit together: done twice, after a kill, it is done once.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.statistics.imports.formats import ADX_TYPE, check_type
from hoso.engines.statistics.imports.options import read_options
from hoso.engines.statistics.imports.run import PURPOSE
from hoso.engines.statistics.uids import uid_of

LARGEST = 64 * 1024 * 1024  # octets, as the table holds
MOST_OPEN = 20  # of one account
RETRY_SECONDS = 30
TERM = timedelta(days=7)  # how long it can be asked what became of it
_LOCK = 3490  # with the account: its imports are counted one at a time


@dataclass(frozen=True, slots=True)
class Deferred:
    """`begun_at`: when a worker last took it up; `summary`: DHIS2's ImportSummary, None until it is over."""

    uid: str
    sent_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    summary: dict[str, Any] | None


def put_by(actor: Actor, content_type: str, parameters: Mapping[str, str], payload: bytes) -> Deferred:
    """Keep what was sent, for a worker to take in; with this commit it is acknowledged.

    Raises HosoError: HS2001, HS7001 and HS7002 for parameters or a content type that no import has, HS3490 where the account
    has too many open.
    """
    from hoso.engines.statistics.jobs import take_deferred

    check_type(content_type)
    read_options(parameters, adx=content_type == ADX_TYPE)
    uid = uid_of(f"import:{uuid4()}")
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.write", PURPOSE)
        _make_room(cursor, actor.account_id)
        cursor.execute(
            "INSERT INTO statistics_deferred_import (uid, account_id, account_name, scopes, warrant, source, device, request_id,"
            " content_type, parameters, payload) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING sent_at",
            [
                uid, actor.account_id, actor.name, None if actor.scopes is None else list(actor.scopes), actor.warrant,
                actor.source, actor.device, actor.request_id, content_type, json.dumps(dict(parameters)), payload,
            ],
        )  # fmt: skip
        sent_at: datetime = cursor.fetchone()[0]
        record_event(AuditEvent(actor, scope.role.key, PURPOSE, "create", object=f"statistics/deferred-import/{uid}"))
        # One after another for each account: a later sending is not overtaken by an earlier one.
        take_deferred.configure(lock=f"statistics.take_deferred/{actor.account_id}").defer(
            uid=uid, account_id=actor.account_id
        )
    return Deferred(uid, sent_at, None, None, None)


def deferred_imports(actor: Actor, uid: str = "") -> list[Deferred]:
    """The account's own, the newest first, or only the one with this id; none for another's or one whose term is over."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT uid, sent_at, begun_at, ended_at, summary::text FROM statistics_deferred_import"
            " WHERE account_id = %s AND (%s = '' OR uid = %s) AND sent_at > clock_timestamp() - %s::interval"
            " ORDER BY sent_at DESC",
            [actor.account_id, uid, uid, f"{TERM.days} days"],
        )
        found = cursor.fetchall()
    return [Deferred(row[0], row[1], row[2], row[3], json.loads(row[4]) if row[4] else None) for row in found]


def _make_room(cursor: Any, account_id: int) -> None:
    """Drop what its term is over for. Raises HosoError HS3490 where too many are open."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, account_id % 2**31])
    cursor.execute(
        "DELETE FROM statistics_deferred_import WHERE account_id = %s AND sent_at < clock_timestamp() - %s::interval",
        [account_id, f"{TERM.days} days"],
    )
    cursor.execute(
        "SELECT count(*) FROM statistics_deferred_import WHERE account_id = %s AND ended_at IS NULL", [account_id]
    )
    if cursor.fetchone()[0] >= MOST_OPEN:
        raise HosoError("HS3490", most=MOST_OPEN, seconds=RETRY_SECONDS)
