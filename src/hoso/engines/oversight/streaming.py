"""Sensing on the stream: events are explained and sensed as they are taken over, and what they add up to becomes a case within about a
minute. Only the sensors that need no more than an event and its reasons (`on_stream` in their definitions); all of them are asked
by the hourly look, whose hits have the same keys, so that nothing stands twice (docs/decisions/0202-sensing-on-the-stream.md).
"""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking, read
from hoso.core.accounts.machines import OVERSIGHT_SERVICE, oversight_service_id
from hoso.engines.oversight.alarms import LookedOver, keep, one_at_a_time, raise_within_budget
from hoso.engines.oversight.cases import PURPOSE
from hoso.engines.oversight.holders import link_holders
from hoso.engines.oversight.in_force import sensors_in_force
from hoso.engines.oversight.watching import SERVICES, Fresh, sensed, watched_accounts

MOST = 5000
AROUND = timedelta(hours=1)  # before a fresh event, where what explains it may have been registered
OLDEST = timedelta(days=1)  # what is taken over later than that is left to the hourly look


def sense_stream() -> int:
    """Sense everything that was taken over since the last time; returns how many cases were raised."""
    raised = 0
    while waits():
        raised += len(sense_next())
    return raised


def waits() -> bool:
    """Whether anybody but the house's services did something that was not sensed yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT oversight_stream_waits(%s)", [SERVICES])
        return bool(cursor.fetchone()[0])


def sense_next(most: int = MOST) -> LookedOver:
    """Sense the next events of each source, at most `most`, in one transaction in which the kept place moves: after a kill they
    come again."""
    actor = Actor(oversight_service_id(), OVERSIGHT_SERVICE, "worker")

    def query(scope: Scope) -> LookedOver:
        one_at_a_time()
        with connection.cursor() as cursor:
            cursor.execute("SELECT number, at, account, person FROM oversight_stream_next(%s)", [most])
            oldest = timezone.now() - OLDEST
            rows = [row for row in cursor.fetchall() if row[1] >= oldest]
        if not rows:
            return LookedOver(0, ())
        since = min(row[1] for row in rows) - AROUND
        fresh = Fresh(
            [row[0] for row in rows], sorted({row[2] for row in rows}), sorted({row[3] for row in rows} - {None})
        )
        link_holders(fresh.persons)
        memory = sensed(since, fresh, tuple(one for one in sensors_in_force() if one.on_stream))
        kept = keep(memory, since, fresh.numbers)
        return LookedOver(kept, raise_within_budget(actor, scope, watched_accounts(memory)))

    return read(actor, PURPOSE, Asking("case.raise", "search", object="accesses on the stream"), query)
