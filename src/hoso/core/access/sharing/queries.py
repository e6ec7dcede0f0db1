"""Reading shares. Every function runs inside a transaction whose actor row security knows.

`shares_of_person` is what the person's own log of shares shows.
"""

from dataclasses import fields
from typing import Any
from uuid import UUID

from django.db import connection

from hoso.core.access.sharing.models import Share

COLUMNS = tuple(field.name for field in fields(Share))
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM sharing_share"


def share(share_id: UUID, *, lock: bool = False) -> Share | None:
    """One share in the actor's reach; `lock` holds it against every other step until the transaction ends."""
    return next(iter(_read(f"{_SELECT} WHERE id = %s{' FOR UPDATE' if lock else ''}", [share_id])), None)


def my_shares(account_id: int, limit: int = 30) -> list[Share]:
    """What the account asked for or was given, newest first."""
    return _read(
        f"{_SELECT} WHERE practitioner_id = %s OR started_by = %s ORDER BY offered_at DESC LIMIT %s",
        [account_id, account_id, limit],
    )


def shares_of_person(person_id: int) -> list[Share]:
    """Every share of a person, newest first."""
    return _read(f"{_SELECT} WHERE person_id = %s ORDER BY offered_at DESC", [person_id])


def active_share(person_id: int, account_id: int) -> Share | None:
    """The share by which the account reads the person now."""
    found = _read(
        f"{_SELECT} WHERE person_id = %s AND practitioner_id = %s AND state = 'active' AND ends_at > statement_timestamp()"
        " ORDER BY ends_at DESC LIMIT 1",
        [person_id, account_id],
    )
    return found[0] if found else None


def _read(statement: str, values: list[Any]) -> list[Share]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [_share(row) for row in cursor.fetchall()]


def _share(row: tuple[Any, ...]) -> Share:
    values = dict(zip(COLUMNS, row, strict=True))
    return Share(**{**values, "salt": bytes(values["salt"]), "digest": bytes(values["digest"])})
