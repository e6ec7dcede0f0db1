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


@dataclass(frozen=True)
class Source:
    """A system to be watched, fed by the machine account `feeder`. `facility_id`: where its accounts work, if at one place;
    `tier`: the privilege tier of its accounts whose role is none of ours."""

    key: str
    title_vi: str
    title_en: str
    feeder: str
    facility_id: int | None = None
    tier: str = "T3"


def register_source(actor: Actor, source: Source) -> None:
    """Register a system. One account feeds one source.

    Raises HosoError HS2001 without `account.manage`, HS8031 where the key or the account is taken or the account is no machine.
    """
    with managing(actor):
        account = Account.objects.filter(username=source.feeder, kind=Account.Kind.SERVICE, is_active=True).first()
        if account is None or not source.key.replace("-", "").isalnum():
            raise HosoError("HS8031")
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT oversight_register(%s, %s, %s, %s, %s, %s)",
                    [source.key, source.title_vi, source.title_en, account.pk, source.facility_id, source.tier],
                )
        except IntegrityError as error:
            raise HosoError("HS8031") from error
        record(actor, "create", account.pk, f"feeds the oversight source {source.key}")


def dead_letters(scope: Scope, limit: int = 100) -> list[DeadLetter]:
    """The newest first; inside `core.access.reading.read`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.key, d.received_at, d.reason, d.content FROM oversight_dead_letter d"
            " JOIN oversight_source s ON s.id = d.source_id ORDER BY d.received_at DESC LIMIT %s",
            [limit],
        )
        return [DeadLetter(*row) for row in cursor.fetchall()]
