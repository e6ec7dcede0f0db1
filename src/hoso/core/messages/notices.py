"""Notices: what the house tells an account, in both languages, with where to look. No person's data stands in one."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction

PURPOSE = "own_account"


@dataclass(frozen=True)
class Notice:
    id: int
    text_vi: str
    text_en: str
    link: str
    left_at: datetime


def leave_notice(account_id: int, key: str, text_vi: str, text_en: str, link: str = "") -> None:
    """Leave a notice in the running transaction; the same key again changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO messages_notice (account_id, key, text_vi, text_en, link) VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT DO NOTHING
            """,
            [account_id, key, text_vi, text_en, link],
        )


def unread_notices(actor: Actor, limit: int = 20) -> list[Notice]:
    """The actor's own unread notices, newest first; the database shows nobody else's."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, text_vi, text_en, link, left_at FROM messages_notice WHERE read_at IS NULL ORDER BY id DESC LIMIT %s",
            [limit],
        )
        return [Notice(*row) for row in cursor.fetchall()]


def mark_read(actor: Actor, upto_id: int) -> None:
    """Put away the actor's own notices up to this one."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messages_notice SET read_at = clock_timestamp() WHERE read_at IS NULL AND id <= %s", [upto_id]
        )
