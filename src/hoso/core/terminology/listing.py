"""Lists of systems and codes: every system there is, a version's codes page by page, found without accents."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection

from hoso.core.terminology.queries import COLUMNS, TEXT_LENGTH, Concept, Version, concept_of
from hoso.core.terminology.search_words import words_of


@dataclass(frozen=True)
class System:
    name: str
    url: str
    title_vi: str
    title_en: str


def systems() -> list[System]:
    """Every code system with a published version, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, url, title_vi, title_en FROM terminology_system s WHERE EXISTS (SELECT 1 FROM terminology_version v"
            " WHERE v.system_id = s.id AND v.status <> 'draft') ORDER BY name"
        )
        return [System(*row) for row in cursor.fetchall()]


def page(version: Version, text: str, offset: int, count: int) -> tuple[int, list[Concept]]:
    """(how many there are, one page of them in order of code); `text`: beginnings of words, or of the code."""
    words = words_of(text[:TEXT_LENGTH].replace("\0", " "))
    typed = " ".join(text.split()).upper().replace("\0", "")
    values: dict[str, Any] = {
        "version": version.id, "offset": offset, "count": count, "typed": typed, "after": typed + "\U0010ffff",
        "query": " & ".join(f"'{word}':*" for word in words),
    }  # fmt: skip
    found = "(c.words @@ %(query)s::tsquery OR (c.code >= %(typed)s AND c.code < %(after)s))" if words else "true"
    if text.strip() and not words:
        return 0, []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM terminology_concept c WHERE c.version_id = %(version)s AND {found}", values
        )
        total = int(cursor.fetchone()[0])
        cursor.execute(
            f"SELECT {COLUMNS} FROM terminology_concept c WHERE c.version_id = %(version)s AND {found}"
            " ORDER BY c.code OFFSET %(offset)s LIMIT %(count)s",
            values,
        )
        return total, [concept_of(version, version.valid_from, row) for row in cursor.fetchall()]


@lru_cache(maxsize=64)
def codes_in(version: Version) -> frozenset[str]:
    """Every code of a published version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM terminology_concept WHERE version_id = %s", [version.id])
        return frozenset(code for (code,) in cursor.fetchall())
