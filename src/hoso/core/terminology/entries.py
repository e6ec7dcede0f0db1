"""One code through all versions of its system: what each says, where it came from, who brought it into force."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from hoso.core.errors import HosoError
from hoso.core.terminology.systems import short_name


@dataclass(frozen=True, slots=True)
class Entry:
    """What one version says of a code; `change`: against the version before it, as `comparing` names it."""

    version: str
    status: str
    valid_from: date
    valid_to: date | None
    evidence: str
    source: str
    published_by: str
    published_at: datetime | None
    retired_by: str
    retired_at: datetime | None
    display_vi: str
    display_en: str
    parent: str
    change: str  # added, removed, renamed, moved, same

    @property
    def last_day(self) -> date | None:
        return self.valid_to - timedelta(days=1) if self.valid_to else None


_ENTRIES = """
    SELECT version, status, valid_from, valid_to, evidence, source, published_by, published_at, retired_by, retired_at,
           coalesce(vi, ''), coalesce(en, ''), coalesce(parent, ''),
           CASE WHEN vi IS NULL THEN 'removed' WHEN before_vi IS NULL THEN 'added'
                WHEN normalize(vi) <> normalize(before_vi) OR en <> before_en THEN 'renamed'
                WHEN parent IS DISTINCT FROM before_parent THEN 'moved' ELSE 'same' END
    FROM (
        SELECT v.version, v.status, v.valid_from, v.valid_to, v.evidence, v.source, coalesce(p.full_name, '') AS published_by,
               v.published_at, coalesce(r.full_name, '') AS retired_by, v.retired_at, c.display_vi AS vi, c.display_en AS en, c.parent,
               lag(c.display_vi) OVER w AS before_vi, lag(c.display_en) OVER w AS before_en, lag(c.parent) OVER w AS before_parent
        FROM terminology_version v JOIN terminology_system s ON s.id = v.system_id
        LEFT JOIN terminology_concept c ON c.version_id = v.id AND c.code = %s
        LEFT JOIN accounts_account p ON p.id = v.published_by
        LEFT JOIN accounts_account r ON r.id = v.retired_by
        WHERE s.name = %s WINDOW w AS (ORDER BY v.valid_from, v.version)
    ) e WHERE vi IS NOT NULL OR before_vi IS NOT NULL
    ORDER BY valid_from DESC, version DESC
"""


def entries(system: str, code: str) -> list[Entry]:
    """What the versions say of the code, newest first, drafts too. Raises HosoError HS6006, HS6140 for a code in none of them."""
    name = short_name(system)
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [code, name])
        found = [Entry(*row) for row in cursor.fetchall()]
    if not found:
        raise HosoError("HS6140", system=name, code=code[:60])
    return found
