"""Where in the database a value is kept under a key: asked before the key is dropped."""

from django.db import connections

from hoso.core.database.field_encryption import SCHEME


def tables_under(key_id: str) -> list[str]:
    """Tables in which some text still holds a value encrypted under this key. Reads every text column there is."""
    found = []
    with connections["owner"].cursor() as cursor:
        cursor.execute("RESET ROLE")  # as the administrator: row security hides nothing
        cursor.execute(
            """
            SELECT attrelid::regclass::text, string_agg(format('coalesce(%I::text, '''')', attname), ' || ')
            FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND attnum > 0
              AND NOT attisdropped AND atttypid IN ('text'::regtype, 'varchar'::regtype, 'json'::regtype, 'jsonb'::regtype)
            GROUP BY attrelid ORDER BY 1
            """
        )
        for table, texts in cursor.fetchall():
            # Names come from the catalogue, quoted by PostgreSQL.
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {texts} LIKE %s)", [f"%{SCHEME}:{key_id}:%"])
            if cursor.fetchone()[0]:
                found.append(table)
    return found
