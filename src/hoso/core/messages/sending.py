"""Handing over the mail that is due, one at a time; a mail that cannot leave is tried again with growing pauses."""

from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from hoso.core.database.field_encryption import field_keys
from hoso.core.database.session import acting_transaction
from hoso.core.messages.mail import SUBJECT, USE, USE_OF_FILE, Mail, MailNotSent, gateway, mail_is_on

# What stood in a mail goes when it has left or never will.
_EMPTIED = "sent_to = '', text = '', attachment = ''"
FIRST_PAUSE = timedelta(minutes=1)
REPLACED = "replaced"  # the problem of a mail that a newer one took the place of
MOST_TRIES = 8  # pauses of 1, 2, 4 … 64 minutes: some two hours


@dataclass(frozen=True)
class MailState:
    """What became of a mail, as managers of accounts see it; its text is not among it."""

    id: int
    account_id: int
    username: str
    kind: str
    asked_at: datetime
    tries: int
    next_try_at: datetime | None
    problem: str
    sent_at: datetime | None
    gave_up_at: datetime | None

    @property
    def state(self) -> str:
        """`sent`, `gave_up`, `trying` after a failure, or `waiting`."""
        if self.sent_at:
            return "sent"
        return "gave_up" if self.gave_up_at else "trying" if self.tries else "waiting"


def send_due_mail(sender_id: int) -> int:
    """Hand over what is due, in the name of an account that manages accounts; returns how many left."""
    left = 0
    while mail_is_on():
        sent = _send_next(sender_id)
        if sent is None:
            break
        left += sent
    return left


def _send_next(sender_id: int) -> bool | None:
    """One mail, in its own transaction and locked meanwhile; None where none is due."""
    with acting_transaction(sender_id, "administration"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, account_id, key, sent_to, text, attachment, tries FROM messages_mail WHERE next_try_at <= %s"
            " ORDER BY next_try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED",
            [timezone.now()],
        )
        row = cursor.fetchone()
        if row is None:
            return None
        number, account_id, key, sent_to, text, attachment, tries = row
        keys = field_keys()
        pdf = b64decode(keys.decrypt(attachment, USE_OF_FILE)) if attachment else b""
        mail = Mail(
            keys.decrypt(sent_to, USE), SUBJECT, keys.decrypt(text, USE), f"<{key}.{account_id}.{number}@hoso>", pdf
        )
        try:
            gateway().send(mail)
        except MailNotSent as error:
            _failed(cursor, number, tries + 1, error)
            return False
        cursor.execute(
            f"UPDATE messages_mail SET sent_at = %s, tries = %s, next_try_at = NULL, problem = '', {_EMPTIED}"
            " WHERE id = %s",
            [timezone.now(), tries + 1, number],
        )
        return True


def _failed(cursor: Any, number: int, tries: int, error: MailNotSent) -> None:
    now = timezone.now()
    if error.for_good or tries >= MOST_TRIES:
        cursor.execute(
            f"UPDATE messages_mail SET gave_up_at = %s, tries = %s, next_try_at = NULL, problem = %s, {_EMPTIED}"
            " WHERE id = %s",
            [now, tries, error.problem, number],
        )
        return
    cursor.execute(
        "UPDATE messages_mail SET tries = %s, next_try_at = %s, problem = %s WHERE id = %s",
        [tries, now + FIRST_PAUSE * 2 ** (tries - 1), error.problem, number],
    )


def drop_waiting_mail(account_id: int, kind: str) -> None:
    """Let mail of this kind that still waits not leave: what it tells no longer holds. In the running transaction of a manager
    of accounts; one that is leaving at this moment is waited for."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE messages_mail SET gave_up_at = %s, next_try_at = NULL, problem = %s, {_EMPTIED}"
            " WHERE account_id = %s AND kind = %s AND next_try_at IS NOT NULL",
            [timezone.now(), REPLACED, account_id, kind],
        )


def mails(account_id: int | None = None, limit: int = 200) -> list[MailState]:
    """The newest mails, of one account or of all; the database shows them to managers of accounts alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT m.id, m.account_id, a.username, m.kind, m.asked_at, m.tries, m.next_try_at, m.problem, m.sent_at, m.gave_up_at
            FROM messages_mail m JOIN accounts_account a ON a.id = m.account_id
            WHERE %s::bigint IS NULL OR m.account_id = %s ORDER BY m.id DESC LIMIT %s
            """,
            [account_id, account_id, limit],
        )
        return [MailState(*row) for row in cursor.fetchall()]
