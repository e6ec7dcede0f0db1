"""How often something may be tried: counted in the database, so that every web process counts together."""

from datetime import timedelta

from django.db import connection


def count_try(key: str, limit: int, window: timedelta) -> bool:
    """Count one try of `key` in the running window of this length; whether it is within the limit."""
    seconds = int(window.total_seconds())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO accounts_try (key, window_start, tries)
            VALUES (%s, to_timestamp(floor(extract(epoch FROM clock_timestamp()) / %s) * %s), 1)
            ON CONFLICT (key) DO UPDATE SET
                tries = CASE WHEN accounts_try.window_start = excluded.window_start THEN accounts_try.tries + 1 ELSE 1 END,
                window_start = excluded.window_start
            RETURNING tries
            """,
            [key[:300], seconds, seconds],
        )
        return int(cursor.fetchone()[0]) <= limit


def is_used_up(key: str, limit: int, window: timedelta) -> bool:
    """Whether `key` has reached the limit in the running window, without counting."""
    seconds = int(window.total_seconds())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tries >= %s FROM accounts_try WHERE key = %s"
            " AND window_start = to_timestamp(floor(extract(epoch FROM clock_timestamp()) / %s) * %s)",
            [limit, key[:300], seconds, seconds],
        )
        row = cursor.fetchone()
    return bool(row and row[0])
