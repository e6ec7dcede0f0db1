"""Restrictions as a lock of every table with persons; part of `hoso upgrade`, so that later tables have it too."""

from django.db import connections


def enforce_restrictions() -> int:
    """Put the lock where it is missing; gives on how many tables."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT rights_enforce()")
        return int(cursor.fetchone()[0])
