"""Reads about codes: what a code means on a day, names in both languages, search without accents.

A system is named by short name or address (systems.py). Where no version is in force on the day, the last one
before it answers (else the first after it) and the concept says so: `in_force` is false.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
from django.db import connection

from hoso.core.errors import HosoError
from hoso.core.errors.catalogue import Language
from hoso.core.terminology.search_words import ranking_text, words_of
from hoso.core.terminology.systems import short_name

FRESH_SECONDS = 300  # how long another process may not see a local change
NAMES_KEPT = 100_000
SYSTEMS_KEPT = 1_000
TEXT_LENGTH = 200  # of what is searched for; the rest says nothing more

COLUMNS = "c.code, c.display_vi, c.display_en, c.parent, c.properties, c.valid_from, c.valid_to"


@dataclass(frozen=True, slots=True)
class Version:
    """A dated version of a code system."""

    id: int
    system: str
    url: str
    version: str
    valid_from: date
    valid_to: date | None
    evidence: str

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Concept:
    """A code as one version of its system has it."""

    system: str
    version: str
    code: str
    display_vi: str
    display_en: str
    parent: str | None
    in_force: bool
    properties: dict[str, Any] = field(default_factory=dict, hash=False)

    def display(self, language: Language = "vi") -> str:
        return self.display_en or self.display_vi if language == "en" else self.display_vi


class _Known:
    """What this process remembers of versions and names; forgotten after FRESH_SECONDS."""

    def __init__(self) -> None:
        self.since = time.monotonic()
        self.versions: dict[str, tuple[Version, ...]] = {}
        self.names: dict[tuple[int, str], tuple[str, str] | None] = {}

    @property
    def is_stale(self) -> bool:
        full = len(self.names) > NAMES_KEPT or len(self.versions) > SYSTEMS_KEPT
        return full or time.monotonic() - self.since > FRESH_SECONDS


_known = _Known()


def forget() -> None:
    """Drop what this process remembers, after a change to codes."""
    global _known
    _known = _Known()


def versions(system: str) -> tuple[Version, ...]:
    """The versions of a system that are or were published, oldest first. Raises HosoError HS6006 when unknown."""
    if _known.is_stale:
        forget()
    known, name = _known.versions, short_name(system)
    if name not in known:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT v.id, s.name, s.url, v.version, v.valid_from, v.valid_to, v.evidence
                FROM terminology_version v JOIN terminology_system s ON s.id = v.system_id
                WHERE s.name = %s AND v.status <> 'draft' ORDER BY v.valid_from
                """,
                [name],
            )
            known[name] = tuple(Version(*row) for row in cursor.fetchall())
    if not known[
        name
    ]:  # remembered too: a page of a visit asks for the same lists that nobody has loaded again and again
        raise HosoError("HS6006", system=system)
    return known[name]


def version_at(system: str, day: date) -> Version:
    """The version in force on the day, else the last before it, else the first. Raises HosoError HS6006."""
    known = versions(system)
    begun = [version for version in known if version.valid_from <= day]
    return begun[-1] if begun else known[0]


def concept_at(system: str, code: str, day: date) -> Concept | None:
    """The code as it stands on that day; None when the version does not have it. Raises HosoError HS6006."""
    version = version_at(system, day)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM terminology_concept c WHERE c.version_id = %s AND c.code = %s", [version.id, code]
        )
        row = cursor.fetchone()
    return concept_of(version, day, row) if row else None


def display(system: str, code: str, day: date, lang: Language = "vi") -> str | None:
    """The name of a code; English falls back to Vietnamese; None for an unknown code. Raises HosoError HS6006."""
    return displays(system, (code,), day, lang).get(code)


def displays(system: str, codes: Iterable[str], day: date, lang: Language = "vi") -> dict[str, str]:
    """The names of the known ones among these codes, remembered by this process. Raises HosoError HS6006."""
    version = version_at(system, day)
    names, wanted = _known.names, set(codes)  # one dict throughout: another thread may begin a new one
    if missing := [code for code in wanted if (version.id, code) not in names]:
        names |= _read_names(version.id, missing)
    found = {}
    for code in wanted:
        if both := names[version.id, code]:
            found[code] = both[1] if lang == "en" and both[1] else both[0]
    return found


def _read_names(version_id: int, codes: list[str]) -> dict[tuple[int, str], tuple[str, str] | None]:
    """Both names of each code; None for one the version does not have."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, display_vi, display_en FROM terminology_concept WHERE version_id = %s AND code = ANY(%s)",
            [version_id, codes],
        )
        names = {code: (vi, en) for code, vi, en in cursor.fetchall()}
    return {(version_id, code): names.get(code) for code in codes}


def search(system: str, text: str, day: date, limit: int = 20) -> list[Concept]:
    """Find codes by beginnings of words, in any order and without accents, or by the beginning of the code.

    Best first: the code itself, codes that begin so, names that are or begin with the text, shorter names.
    """
    version = version_at(system, day)
    text = text[:TEXT_LENGTH].replace("\0", " ")
    words = words_of(text)
    if not words:
        return []
    typed = " ".join(text.split()).upper()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {COLUMNS} FROM terminology_concept c
            WHERE c.version_id = %(version)s
              AND (c.words @@ %(query)s::tsquery OR (c.code >= %(typed)s AND c.code < %(after)s))
              AND (c.valid_from IS NULL OR c.valid_from <= %(day)s) AND (c.valid_to IS NULL OR c.valid_to > %(day)s)
            ORDER BY c.code <> %(typed)s, NOT starts_with(c.code, %(typed)s), c.folded <> %(folded)s,
                     NOT starts_with(c.folded, %(folded)s), position(%(folded)s in c.folded) = 0,
                     length(c.folded), c.code
            LIMIT %(limit)s
            """,
            {
                "version": version.id,
                "query": " & ".join(f"'{word}':*" for word in words),
                "typed": typed,
                "after": typed + "\U0010ffff",
                "folded": ranking_text(text),
                "day": day,
                "limit": limit,
            },
        )
        return [concept_of(version, day, row) for row in cursor.fetchall()]


def concept_of(version: Version, day: date, row: tuple[Any, ...]) -> Concept:
    """A concept from a row of COLUMNS."""
    code, vi, en, parent, properties, valid_from, valid_to = row  # jsonb comes as text from Django's cursors
    holds = version.holds(day) and (not valid_from or valid_from <= day) and (not valid_to or day < valid_to)
    return Concept(version.system, version.version, code, vi, en, parent, holds, orjson.loads(properties))
