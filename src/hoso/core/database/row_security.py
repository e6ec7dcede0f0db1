"""Which tables hold persons, and whether each stands behind row security: asked by `hoso doctor` and the tests."""

from django.db import connections

PERSON_COLUMNS = ("person_id", "source_person_id")


def unprotected_tables(alias: str = "default") -> list[str]:
    """Tables (and views) with a person's column that lack row security or a policy, or, for a partition, can be
    reached past its parent by the application or the reader; sorted."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname
            FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
              AND EXISTS (SELECT 1 FROM pg_attribute a
                          WHERE a.attrelid = c.oid AND a.attname = ANY (%s) AND NOT a.attisdropped)
              AND CASE
                    WHEN c.relkind = 'm' THEN true      -- a materialised view passes row security
                    WHEN c.relkind = 'v' THEN NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)
                    WHEN c.relispartition THEN
                        has_table_privilege('hoso_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
                        OR has_table_privilege('hoso_reader', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
                    ELSE NOT c.relrowsecurity OR NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)
                  END
            ORDER BY 1
            """,
            [list(PERSON_COLUMNS)],
        )
        return [row[0] for row in cursor.fetchall()]
