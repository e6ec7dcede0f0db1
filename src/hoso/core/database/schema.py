"""How far the schema of a database is, compared with the code."""

from django.db import connections
from django.db.migrations.executor import MigrationExecutor


def pending_migrations(alias: str = "owner") -> list[str]:
    """Migrations this code has and the database lacks, as `app.name` in the order they would run."""
    executor = MigrationExecutor(connections[alias])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def is_empty(alias: str = "owner") -> bool:
    """Whether nothing was ever laid down in this database, so that there is nothing to lose by an upgrade."""
    return not MigrationExecutor(connections[alias]).loader.applied_migrations


def row_counts(alias: str = "owner") -> dict[str, int]:
    """Rows of every table with data of its own (partitions are counted through their parent)."""
    with connections[alias].cursor() as cursor:
        cursor.execute("RESET ROLE")  # as the administrator: row security does not thin out the count
        cursor.execute(
            """
            SELECT oid::regclass::text FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
            ORDER BY 1
            """
        )
        tables = [row[0] for row in cursor.fetchall()]
        counts = {}
        for table in tables:  # regclass gives the name quoted
            cursor.execute(f"SELECT count(*) FROM {table}")
            counts[table] = cursor.fetchone()[0]
    return counts
