"""Each run against the portal is written down: when, whether it came to its end, what it told or found."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from hoso.core.errors import HosoError
from hoso.core.messages.calls import CallFailed
from hoso.engines.records.ministry_portal.gateway import PortalSilent


@dataclass
class Run:
    """`told`: documents answered, or differences found."""

    id: int
    told: int = 0


@dataclass(frozen=True)
class PastRun:
    """`ended_at` is None for one under way, or killed."""

    act: str
    day: date | None
    began_at: datetime
    ended_at: datetime | None
    trouble: str
    told: int


@contextmanager
def running(act: str, day: date | None = None) -> Iterator[Run]:
    """Raises HosoError HS3441 where the portal is silent; whatever goes wrong is written down."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO portal_run (act, day) VALUES (%s, %s) RETURNING id", [act, day])
        run = Run(cursor.fetchone()[0])
    try:
        yield run
    except (PortalSilent, CallFailed) as silence:
        _end(run, "HS3441")
        raise HosoError("HS3441", reason=str(silence)) from None
    except HosoError as error:
        _end(run, error.code)
        raise
    else:
        _end(run, "")


def _end(run: Run, trouble: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE portal_run SET ended_at = clock_timestamp(), trouble = %s, told = %s WHERE id = %s",
            [trouble, run.told, run.id],
        )


def last_run(act: str) -> PastRun | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT act, day, began_at, ended_at, trouble, told FROM portal_run WHERE act = %s ORDER BY id DESC LIMIT 1",
            [act],
        )
        row = cursor.fetchone()
    return PastRun(*row) if row else None
