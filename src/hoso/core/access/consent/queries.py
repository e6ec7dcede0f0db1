"""Reading decisions. Every function runs inside a transaction whose actor row security knows."""

from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from hoso.core.access.consent.models import Consent

COLUMNS = tuple(field.name for field in fields(Consent))
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM consent_decision"


def consent(consent_id: UUID) -> Consent | None:
    """One decision; None where there is none in the actor's reach."""
    return next(iter(_read(f"{_SELECT} WHERE id = %s", [consent_id])), None)


def consents(person_id: int) -> list[Consent]:
    """Every decision of a person, newest first, refused and withdrawn ones too."""
    return _read(f"{_SELECT} WHERE person_id = %s ORDER BY given_at DESC, id", [person_id])


def in_force(person_id: int, purpose: str, at: datetime, today: date) -> Consent | None:
    """The decision that allows the purpose now: the newest one counts, and only where it was given and still holds."""
    newest = _read(
        f"{_SELECT} WHERE person_id = %s AND purpose = %s ORDER BY given_at DESC LIMIT 1", [person_id, purpose]
    )
    return newest[0] if newest and newest[0].in_force(at, today) else None


def to_ask_again(upto: date) -> list[Consent]:
    """Consents given for children who have reached 7 or 18 by the day and whom nobody has asked since."""
    return _read(
        f"""{_SELECT} c WHERE given AND withdrawn_at IS NULL AND ask_again_on <= %s AND NOT EXISTS (
            SELECT 1 FROM consent_decision later
            WHERE later.person_id = c.person_id AND later.purpose = c.purpose AND later.given_at > c.given_at)
        ORDER BY ask_again_on, id""",
        [upto],
    )


def _read(statement: str, values: list[Any]) -> list[Consent]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [_consent(row) for row in cursor.fetchall()]


def _consent(row: tuple[Any, ...]) -> Consent:
    values = dict(zip(COLUMNS, row, strict=True))
    for name in ("fhir", "facts", "signature"):
        values[name] = bytes(values[name])
    return Consent(**values)
