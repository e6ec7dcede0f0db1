"""Boards and reports by mail on a day: subscribing and stopping, by and for oneself alone."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError, Language
from hoso.core.messages.mail import mail_is_on
from hoso.engines.statistics.boards.board import PURPOSE

MOST_MAILINGS = 20
LAST_MONTH_DAY = 28  # every month has it


@dataclass(frozen=True, slots=True)
class Mailing:
    """`subject` is the key of a board or report; one of `weekday` (Monday is 1) and `month_day` is not 0."""

    id: UUID
    subject: str
    weekday: int
    month_day: int
    language: Language


def mailings(actor: Actor) -> list[Mailing]:
    """The own ones that were not stopped."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, subject, coalesce(weekday, 0), coalesce(month_day, 0), language FROM statistics_mailing"
            " WHERE account_id = %s AND stopped_at IS NULL ORDER BY made_at, id",
            [actor.account_id],
        )
        return [Mailing(*row) for row in cursor.fetchall()]


def subscribe(actor: Actor, subject: str, day: str, language: Language) -> UUID:
    """`day`: `week-1` to `week-7`, `month-1` to `month-28`. In place of an earlier one of the same subject.

    Raises HosoError HS2001, HS3451 where there is no mail, HS3453, HS9004 for a day that is none.
    """
    kind, _, text = day.partition("-")
    most = {"week": 7, "month": LAST_MONTH_DAY}.get(kind, 0)
    if not (text.isascii() and text.isdigit() and len(text) < 3 and 1 <= int(text) <= most):
        raise HosoError("HS9004", name="day", value=day[:40])
    if not mail_is_on():
        raise HosoError("HS3451")
    number = uuid4()
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        granted = decide(actor, "statistics.read", PURPOSE)
        cursor.execute(
            "UPDATE statistics_mailing SET stopped_at = clock_timestamp() WHERE account_id = %s AND subject = %s AND stopped_at IS NULL",
            [actor.account_id, subject],
        )
        if len(mailings(actor)) >= MOST_MAILINGS:
            raise HosoError("HS3453", limit=MOST_MAILINGS)
        cursor.execute(
            "INSERT INTO statistics_mailing (id, account_id, subject, weekday, month_day, language) VALUES (%s, %s, %s, %s, %s, %s)",
            [
                number, actor.account_id, subject, int(text) if kind == "week" else None,
                int(text) if kind == "month" else None, language,
            ],
        )  # fmt: skip
        record_event(AuditEvent(actor, granted.role.key, PURPOSE, "create", object=f"statistics/mailing/{number}"))
    return number


def stop(actor: Actor, mailing: UUID) -> None:
    """An own one; what was stopped stays so. Somebody who lost the right may still stop."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE statistics_mailing SET stopped_at = clock_timestamp() WHERE id = %s AND stopped_at IS NULL",
            [mailing],
        )
        if cursor.rowcount:
            record_event(AuditEvent(actor, "", PURPOSE, "update", object=f"statistics/mailing/{mailing}"))


def due(operator: Actor, day: date) -> list[tuple[UUID, int, str]]:
    """For the house's job: mailing, account and its name, of open accounts, not yet looked at on this day."""
    with acting_transaction(operator.account_id, "administration"), connection.cursor() as cursor:
        cursor.execute("SELECT id, account_id, username FROM statistics_mailings_due(%s)", [day])
        return list(cursor.fetchall())


def claim(mailing: UUID, day: date) -> bool:
    """In the running transaction of its subscriber: whether this is the first to look at it on this day. Rolled back, it was not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO statistics_mailing_day (mailing_id, day, outcome) VALUES (%s, %s, 'not_shown') ON CONFLICT DO NOTHING",
            [mailing, day],
        )
        return bool(cursor.rowcount)


def note_outcome(mailing: UUID, day: date, outcome: str) -> None:
    """What became of it: `asked` (a mail is on its way), `no_address`, `not_shown`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE statistics_mailing_day SET outcome = %s WHERE mailing_id = %s AND day = %s", [outcome, mailing, day]
        )
