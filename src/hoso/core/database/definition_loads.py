"""The ledger of shipped files in the database: an unchanged file is not loaded again."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import orjson
from django.db import connections


def fingerprint(paths: Iterable[Path], loader: str) -> str:
    """Hash of the files and of the loader's own version: a loader that reads them differently loads again."""
    digest = sha256(loader.encode())
    for path in sorted(paths):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_loaded(name: str, sha: str) -> bool:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM definitions_load WHERE name = %s AND sha256 = %s", [name, sha])
        return cursor.fetchone() is not None


def record_load(name: str, sha: str, rows: int, report: dict[str, Any]) -> None:
    """Note the load, in the transaction that loads; `report` names what of the files was not taken as it stands."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO definitions_load (name, sha256, rows, report) VALUES (%s, %s, %s, %s::jsonb)
            ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, rows = excluded.rows,
                                             report = excluded.report, loaded_at = clock_timestamp()
            """,
            [name, sha, rows, orjson.dumps(report).decode()],
        )


def load_report(name: str) -> dict[str, Any]:
    """What the last load of this name reported; empty when it was never loaded."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT report FROM definitions_load WHERE name = %s", [name])
        row = cursor.fetchone()
    # Django's cursors give jsonb as text.
    return cast(dict[str, Any], orjson.loads(row[0])) if row else {}
