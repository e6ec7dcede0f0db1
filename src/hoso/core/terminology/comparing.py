"""What one version of a code system says otherwise than another."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from hoso.core.errors import HosoError
from hoso.core.terminology.systems import short_name


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the list of a system's versions, with the number of its codes."""

    version: str
    status: str
    valid_from: date
    valid_to: date | None
    evidence: str
    source: str
    origin: str
    codes: int

    @property
    def last_day(self) -> date | None:
        """The last day on which it is in force: people write the end so, the database the day after it."""
        return self.valid_to - timedelta(days=1) if self.valid_to else None


@dataclass(frozen=True, slots=True)
class CodeChange:
    """A code of which the two versions differ; empty names where a version does not have it."""

    kind: str  # added, removed, renamed, moved (another parent), dated (other days of validity)
    code: str
    before_vi: str
    after_vi: str
    before_parent: str
    after_parent: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`counts`: how many codes of each kind, and `same`; `changes`: those of one page."""

    counts: dict[str, int]
    changes: tuple[CodeChange, ...]
    total: int


_DIFFERENCE = """
    SELECT CASE WHEN a.code IS NULL THEN 'added' WHEN b.code IS NULL THEN 'removed'
                WHEN normalize(a.display_vi) <> normalize(b.display_vi) OR a.display_en <> b.display_en THEN 'renamed'
                WHEN a.parent IS DISTINCT FROM b.parent THEN 'moved'
                WHEN (a.valid_from, a.valid_to) IS DISTINCT FROM (b.valid_from, b.valid_to) THEN 'dated'
                ELSE 'same' END AS kind,
           coalesce(a.code, b.code) AS code, coalesce(a.display_vi, '') AS before_vi, coalesce(b.display_vi, '') AS after_vi,
           coalesce(a.parent, '') AS before_parent, coalesce(b.parent, '') AS after_parent
    FROM (SELECT * FROM terminology_concept WHERE version_id = %(before)s) a
    FULL JOIN (SELECT * FROM terminology_concept WHERE version_id = %(after)s) b ON a.code = b.code
"""


def version_list(system: str) -> list[VersionLine]:
    """Every version of a system, drafts too, newest first. Raises HosoError HS6006 for an unknown system."""
    name = short_name(system)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT v.version, v.status, v.valid_from, v.valid_to, v.evidence, v.source, v.origin,
                   (SELECT count(*) FROM terminology_concept c WHERE c.version_id = v.id)
            FROM terminology_version v JOIN terminology_system s ON s.id = v.system_id
            WHERE s.name = %s ORDER BY v.valid_from DESC, v.version DESC
            """,
            [name],
        )
        found = [VersionLine(*row) for row in cursor.fetchall()]
    if not found:
        raise HosoError("HS6006", system=name)
    return found


def compare(system: str, before: str, after: str, limit: int = 200, offset: int = 0) -> Comparison:
    """What `after` says otherwise than `before`, ordered by code. Raises HosoError HS6024 for an unknown version."""
    name = short_name(system)
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"before": _id(cursor, name, before), "after": _id(cursor, name, after)}
        cursor.execute(f"SELECT kind, count(*) FROM ({_DIFFERENCE}) d GROUP BY kind", values)
        counts = dict(cursor.fetchall())
        cursor.execute(
            f"SELECT * FROM ({_DIFFERENCE}) d WHERE kind <> 'same' ORDER BY code LIMIT %(limit)s OFFSET %(offset)s",
            {**values, "limit": limit, "offset": offset},
        )
        changes = tuple(CodeChange(*row) for row in cursor.fetchall())
    return Comparison(counts, changes, sum(number for kind, number in counts.items() if kind != "same"))


def _id(cursor: Any, name: str, version: str) -> int:
    cursor.execute(
        "SELECT v.id FROM terminology_version v JOIN terminology_system s ON s.id = v.system_id"
        " WHERE s.name = %s AND v.version = %s",
        [name, version],
    )
    row = cursor.fetchone()
    if row is None:
        raise HosoError("HS6024", system=name, version=version)
    return int(row[0])
