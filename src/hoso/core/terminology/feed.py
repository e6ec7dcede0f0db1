"""The feed of changes: what was published, retired, packed, by a number that never skips."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from hoso.core.terminology.queries import COLUMNS, Concept, Version, concept_of

MOST = 1000


@dataclass(frozen=True, slots=True)
class Told:
    """`kind`: published, retired (a version), package (a GTIN is this code's from now on)."""

    sequence: int
    at: datetime
    kind: str
    system: str
    version: str
    code: str
    gtin: str


def changes_after(sequence: int, limit: int) -> list[Told]:
    """What came after this number, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sequence, at, kind, system, version, code, gtin FROM terminology_feed WHERE sequence > %s"
            " ORDER BY sequence LIMIT %s",
            [sequence, min(limit, MOST)],
        )
        return [Told(*row) for row in cursor.fetchall()]


def concepts_after(version: Version, code: str, limit: int) -> list[Concept]:
    """Codes of a version behind this one, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM terminology_concept c WHERE c.version_id = %s AND c.code > %s ORDER BY c.code LIMIT %s",
            [version.id, code, min(limit, MOST)],
        )
        return [concept_of(version, version.valid_from, row) for row in cursor.fetchall()]
