"""Functions that run with the owner's rights name every schema they search, the temporary one last.

PostgreSQL searches a session's temporary tables first where `pg_temp` is not named: the application could put a table of
its own in the place of one that such a function trusts. Part of `hoso upgrade`, so that later functions are held to it too.
"""

from django.db import connections

PATH = "public, pg_temp"


def unpinned_functions(alias: str = "default") -> list[str]:
    """Functions with their owner's rights whose search path is another, with the types of their arguments; sorted."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            """
            SELECT oid::regprocedure::text FROM pg_proc
            WHERE prosecdef AND pronamespace = 'public'::regnamespace
              AND proowner IN (SELECT oid FROM pg_roles WHERE rolname = 'hoso_owner')
              AND NOT coalesce(%s = ANY (proconfig), false)
            ORDER BY 1
            """,
            [f"search_path={PATH}"],
        )
        return [row[0] for row in cursor.fetchall()]


def pin_search_paths() -> int:
    """Set the path where it is another; gives of how many functions."""
    found = unpinned_functions("owner")
    with connections["owner"].cursor() as cursor:
        for function in found:
            cursor.execute(f"ALTER FUNCTION {function} SET search_path = {PATH}")
    return len(found)
