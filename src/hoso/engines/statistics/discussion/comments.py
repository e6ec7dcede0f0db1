"""Comments on a question about figures: written, changed and withdrawn in one's own name, an account that is named is told."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import DatabaseError, connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.constraints import refused_by_row_security
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.messages.notices import leave_notice
from hoso.engines.statistics.discussion.area import PURPOSE, SaidOf

LONGEST, MOST_SHOWN, MOST_NAMED = 2000, 200, 20
MENTION = re.compile(r"(?<![\w.@])@([\w.+-]*[\w+-])")


@dataclass(frozen=True, slots=True)
class Thread:
    """A question: the SHA-256 of its canonical words, the area it is about."""

    key: bytes
    area: SaidOf


@dataclass(frozen=True, slots=True)
class Comment:
    """`body` is empty where it was withdrawn; `address`: the page as its writer saw it."""

    id: UUID
    address: str
    author_id: int
    author: str
    version: int
    body: str
    withdrawn: bool
    written_at: datetime
    changed_at: datetime


def comments_on(actor: Actor, thread: Thread) -> Sequence[Comment]:
    """The latest of a thread, the earliest first; none where a place of the question is out of the actor's reach."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.address, c.author_id, coalesce(nullif(a.full_name, ''), a.username, ''), c.version,"
            " CASE WHEN c.withdrawn THEN '' ELSE c.body END, c.withdrawn, c.written_at, c.changed_at"
            " FROM statistics_comment c LEFT JOIN accounts_account a ON a.id = c.author_id"
            " WHERE c.thread = %s ORDER BY c.written_at DESC, c.id LIMIT %s",
            [thread.key, MOST_SHOWN],
        )
        return [Comment(*row) for row in reversed(cursor.fetchall())]


def count_on(actor: Actor, thread: Thread) -> int:
    """How many that stand are seen by the actor."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM statistics_comment WHERE thread = %s AND NOT withdrawn", [thread.key])
        return int(cursor.fetchone()[0])


def write_comment(actor: Actor, thread: Thread, address: str, body: str) -> UUID:
    """A new comment; accounts named with @ are told of it, with the page.

    Raises HosoError HS2001, HS3470 for a place out of reach, HS3471 for an account that may not ask this, HS3472 for a text
    that is none.
    """
    text, number = _checked(body), uuid4()
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        granted = decide(actor, "statistics.read", PURPOSE)
        try:
            with transaction.atomic():
                cursor.execute(
                    "INSERT INTO statistics_comment (id, thread, address, whole, places, facilities, author_id, body)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                    [number, thread.key, address, *thread.area.columns, actor.account_id, text],
                )
        except DatabaseError as error:
            if not refused_by_row_security(error):
                raise
            raise HosoError("HS3470") from error
        _tell_named(cursor, actor, number, text, address, thread.area)
        record_event(AuditEvent(actor, granted.role.key, PURPOSE, "create", object=f"statistics/comment/{number}/1"))
    return number


def change_comment(actor: Actor, number: UUID, version: int, body: str | None) -> None:
    """The next version of an own comment: with another text, or withdrawn (None).

    Raises HosoError HS2001, HS3471, HS3472, HS3473 where it was changed meanwhile, withdrawn, or is somebody else's.
    """
    text = None if body is None else _checked(body)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        granted = decide(actor, "statistics.read", PURPOSE)
        cursor.execute(
            "UPDATE statistics_comment SET version = version + 1, body = coalesce(%s, body), withdrawn = %s"
            " WHERE id = %s AND version = %s AND author_id = %s AND NOT withdrawn"
            " RETURNING address, whole, places, facilities",
            [text, text is None, number, version, actor.account_id],
        )
        row = cursor.fetchone()
        if row is None:
            raise HosoError("HS3473")
        if text is not None:
            _tell_named(cursor, actor, number, text, row[0], SaidOf(row[1], tuple(row[2]), tuple(row[3])))
        told, reason = f"statistics/comment/{number}/{version + 1}", "" if text is not None else "withdrawn"
        record_event(AuditEvent(actor, granted.role.key, PURPOSE, "update", object=told, reason=reason))


def _checked(body: str) -> str:
    text = body.strip().replace("\r\n", "\n")
    if not 1 <= len(text) <= LONGEST or "\0" in text:
        raise HosoError("HS3472", limit=LONGEST)
    return text


def _tell_named(cursor: Any, actor: Actor, number: UUID, text: str, address: str, area: SaidOf) -> None:
    """Each account once for a comment, whatever its versions; the text itself stays with the figures."""
    names = list(dict.fromkeys(MENTION.findall(text)))
    if len(names) > MOST_NAMED:
        raise HosoError("HS3471", name=f"{len(names)} > {MOST_NAMED}")
    for name in names:
        cursor.execute("SELECT statistics_reader_named(%s, %s, %s::bigint[], %s::bigint[])", [name, *area.columns])
        account = cursor.fetchone()[0]
        if account is None:
            raise HosoError("HS3471", name=name[:60])
        if account != actor.account_id:
            leave_notice(
                account, f"statistics-comment-{number}", f"{actor.name} nhắc đến bạn trong trao đổi về số liệu",
                f"{actor.name} mentions you in a comment on figures", f"{address}#comments",
            )  # fmt: skip
