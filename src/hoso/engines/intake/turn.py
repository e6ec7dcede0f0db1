"""Whose turn it is to take packages in: one process at a time, whether worker or command.

The turn is a lock of the database session. A killed process loses it with its connection, so nothing has to be
tidied up before the next one goes on. (A connection pooler in transaction mode cannot be used with it.)
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import InterfaceError, OperationalError, connection

TURN = 4210131


@contextmanager
def turn(*, wait: bool) -> Iterator[bool]:
    """Hold the turn; yields whether it was got, which is always so with `wait`."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s)", [TURN])
            mine = True
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [TURN])
            mine = cursor.fetchone()[0]
    try:
        yield mine
    finally:
        # With a connection that is gone the turn is gone too.
        with suppress(OperationalError, InterfaceError):
            if mine:
                _give_up()


def _give_up() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [TURN])
