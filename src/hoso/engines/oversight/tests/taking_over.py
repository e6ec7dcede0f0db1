"""Waiting in tests until the looks that were recorded are taken over: the audit hands its events on a moment after they happened."""

from time import monotonic, sleep

from django.db import connections

from hoso.engines.oversight.collecting import collect_all

_WAITING = """
    SELECT EXISTS (SELECT FROM audit_event a WHERE a.action = 'read' AND a.person_id IS NOT NULL
                   AND NOT EXISTS (SELECT FROM oversight_event e WHERE e.key = a.id::text))"""


def take_looks_over() -> None:
    """Take over until no look at a person waits; for a minute at most."""
    deadline = monotonic() + 60
    while _looks_waiting() and monotonic() < deadline:
        collect_all()
        sleep(0.05)


def _looks_waiting() -> bool:
    with connections["owner"].cursor() as cursor:
        cursor.execute(_WAITING)
        return bool(cursor.fetchone()[0])
