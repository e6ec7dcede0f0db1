"""Versions that the house itself brings: taken in as a draft, looked at, published, and from then on unchanged."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import orjson
from django.db import IntegrityError, connection, transaction

from hoso.core.errors import HosoError
from hoso.core.files.row_reports import RowReport
from hoso.core.terminology import queries
from hoso.core.terminology.catalogues import catalogue_of
from hoso.core.terminology.packages import register_packages
from hoso.core.terminology.search_words import ranking_text, word_vector
from hoso.core.terminology.shipped import Concept
from hoso.core.terminology.systems import short_name
from hoso.core.terminology.version_sheet import Package, read_version_sheet

SEARCHED = ("substance", "registration_old", "maker", "declaration", "classical_name")
Evidence = Literal["official", "secondary", "unverified"]


@dataclass(slots=True)
class DraftReport(RowReport):
    """The account of a draft: rows = taken + further packages + refused rows."""

    taken: int = 0
    packages: int = 0

    def taken_as(self) -> dict[str, int]:
        return {"taken": self.taken, "packages": self.packages}


def draft_version(
    path: Path, system: str, version: str, valid_from: date, source: str, evidence: Evidence = "unverified"
) -> DraftReport:
    """Take a list in as a draft of the next version; a draft of that name is replaced. Nobody reads codes from drafts.

    Raises HosoError HS6006 for an unknown system, HS6020 where the version is published, HS6008, HS6010, HS6011
    when the file as a whole cannot be taken.
    """
    report, concepts = DraftReport(), []
    for _, row in read_version_sheet(path, catalogue_of(system)):
        report.rows += 1
        if isinstance(row, Concept):
            concepts.append(row)
        elif isinstance(row, Package):
            report.packages += 1
        else:
            report.refusals += row
    report.taken = len(concepts)
    with transaction.atomic(), connection.cursor() as cursor:
        version_id = _draft(cursor, short_name(system), version, valid_from, source, evidence)
        cursor.execute("DELETE FROM terminology_concept WHERE version_id = %s", [version_id])
        _insert(cursor, version_id, concepts)
    return report


def publish_version(system: str, version: str) -> int:
    """Bring a draft into force from its first day; the version before it ends on that day. Announced as a change. Gives how many
    GTINs of it are another product's by now: each waits as a case.

    Raises HosoError HS6006, HS6021 where there is no such draft, HS6022 where another version begins on that day.
    """
    name = short_name(system)
    with transaction.atomic(), connection.cursor() as cursor:
        found = _find(cursor, name, version)
        if found is None or found[1] != "draft":
            raise HosoError("HS6021", system=name, version=version)
        version_id, _, valid_from = found
        cursor.execute(
            "SELECT v.version FROM terminology_version v JOIN terminology_system s ON s.id = v.system_id"
            " WHERE s.name = %s AND v.valid_from = %s AND v.status <> 'draft'",
            [name, valid_from],
        )
        if other := cursor.fetchone():
            raise HosoError("HS6022", version=version, day=f"{valid_from:%d/%m/%Y}", other=other[0])
        try:
            with transaction.atomic():
                cursor.execute("SELECT terminology_publish(%s)", [version_id])
        except IntegrityError as error:
            raise HosoError("HS6022", version=version, day=f"{valid_from:%d/%m/%Y}", other="?") from error
        cases = register_packages(cursor, version_id)
        transaction.on_commit(queries.forget)
    return cases


def retire_version(system: str, version: str, day: date) -> None:
    """Let nobody use a published version from this day on; what its codes meant before stays. Announced as a change.

    Raises HosoError HS6006, HS6208 where no such version is in force before that day.
    """
    name = short_name(system)
    with transaction.atomic(), connection.cursor() as cursor:
        found = _find(cursor, name, version)
        if found is None or found[1] != "published" or found[2] >= day:
            raise HosoError("HS6208", system=name, version=version, day=f"{day:%d/%m/%Y}")
        cursor.execute("SELECT terminology_retire(%s, %s)", [found[0], day])
        transaction.on_commit(queries.forget)


def _draft(cursor: Any, name: str, version: str, valid_from: date, source: str, evidence: Evidence) -> int:
    """The draft's number, made or changed."""
    cursor.execute("SELECT id FROM terminology_system WHERE name = %s", [name])
    system = cursor.fetchone()
    if system is None:
        raise HosoError("HS6006", system=name)
    found = _find(cursor, name, version)
    if found and found[1] != "draft":
        raise HosoError("HS6020", system=name, version=version)
    cursor.execute(
        """
        INSERT INTO terminology_version (system_id, version, status, valid_from, evidence, source, origin)
        VALUES (%s, %s, 'draft', %s, %s, %s, 'local')
        ON CONFLICT (system_id, version) DO UPDATE SET
            valid_from = excluded.valid_from, evidence = excluded.evidence, source = excluded.source
        RETURNING id
        """,
        [system[0], version, valid_from, evidence, source],
    )
    return int(cursor.fetchone()[0])


def _find(cursor: Any, name: str, version: str) -> tuple[int, str, date] | None:
    """Number, status and first day of a version."""
    cursor.execute(
        "SELECT v.id, v.status, v.valid_from FROM terminology_version v"
        " JOIN terminology_system s ON s.id = v.system_id WHERE s.name = %s AND v.version = %s",
        [name, version],
    )
    row = cursor.fetchone()
    return (row[0], row[1], row[2]) if row else None


def _insert(cursor: Any, version_id: int, concepts: list[Concept]) -> None:
    columns: list[list[Any]] = [
        [one.code for one in concepts], [one.display_vi for one in concepts], [one.display_en for one in concepts],
        [one.parent for one in concepts], [one.valid_from for one in concepts], [one.valid_to for one in concepts],
        [ranking_text(one.display_vi) for one in concepts],
        [word_vector(one.display_vi, one.display_en, *_words(one)) for one in concepts],
        [orjson.dumps(one.properties).decode() for one in concepts],
    ]  # fmt: skip
    cursor.execute(
        """
        INSERT INTO terminology_concept (version_id, code, display_vi, display_en, parent, valid_from, valid_to, folded,
                                         words, properties, origin)
        SELECT %s, u.code, u.vi, u.en, u.parent, u.first_day, u.last_day, u.folded, u.words::tsvector, u.properties::jsonb, 'local'
        FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::date[], %s::date[], %s::text[], %s::text[],
                    %s::text[])
            AS u (code, vi, en, parent, first_day, last_day, folded, words, properties)
        """,
        [version_id, *columns],
    )


def _words(concept: Concept) -> list[str]:
    """What else a product is looked for by."""
    found = [concept.properties.get(name, "") for name in SEARCHED]
    return [text for one in found for text in (one if isinstance(one, list) else [one])]
