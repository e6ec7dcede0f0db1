"""Migrations written as SQL files: what the ORM cannot say (partitions, policies, triggers)."""

from pathlib import Path

from django.db.migrations import RunSQL


def run_sql_file(migration_file: str, name: str) -> RunSQL:
    """The operation that runs `sql/<name>` beside the migration. Such a step is never reversed: data is kept."""
    return RunSQL((Path(migration_file).parent / "sql" / name).read_text())
