"""Registering another system as a source of events, and what could not be read of it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.accounts.managing import managing, record
from hoso.core.accounts.models import Account
from hoso.core.errors import HosoError


@dataclass(frozen=True)
class DeadLetter:
    """A text that told no event, and why."""

    source: str
    received_at: datetime
    reason: str
    content: str


def register_source(actor: Actor, key: str, title_vi: str, title_en: str, feeder: str) -> None:
    """Register a system whose events the machine account `feeder` brings. One account feeds one source.

    Raises HosoError HS2001 without `account.manage`, HS8031 where the key or the account is taken or the account is no machine.
    """
    with managing(actor):
        account = Account.objects.filter(username=feeder, kind=Account.Kind.SERVICE, is_active=True).first()
        if account is None or not key.replace("-", "").isalnum():
            raise HosoError("HS8031")
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT oversight_register(%s, %s, %s, %s)", [key, title_vi, title_en, account.pk])
        except IntegrityError as error:
            raise HosoError("HS8031") from error
        record(actor, "create", account.pk, f"feeds the oversight source {key}")


def dead_letters(scope: Scope, limit: int = 100) -> list[DeadLetter]:
    """The newest first; inside `core.access.reading.read`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.key, d.received_at, d.reason, d.content FROM oversight_dead_letter d"
            " JOIN oversight_source s ON s.id = d.source_id ORDER BY d.received_at DESC LIMIT %s",
            [limit],
        )
        return [DeadLetter(*row) for row in cursor.fetchall()]
