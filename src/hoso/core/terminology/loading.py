"""Bringing the shipped code systems into the database, as the owner, by COPY."""

from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
from django.db import connections, transaction

from hoso.core.database.definition_loads import fingerprint, is_loaded, record_load
from hoso.core.definitions import definitions_folder
from hoso.core.terminology.catalogues import catalogues
from hoso.core.terminology.code_lists import read_code_lists
from hoso.core.terminology.icd10 import read_icd10
from hoso.core.terminology.queries import forget
from hoso.core.terminology.search_words import ranking_text, word_vector
from hoso.core.terminology.services import read_services
from hoso.core.terminology.shipped import Concept, Shipped

NAME = "terminology"
LOADER = "2"  # raise when the same files give other rows
COLUMNS = "version_id, code, display_vi, display_en, parent, valid_from, valid_to, properties, folded, words, origin"


def load_shipped_terminology() -> int:
    """Load every shipped code system unless these very files are loaded already. Returns the concepts written.

    A shipped concept that is gone from the files goes; what is `local` stays.
    """
    folder = definitions_folder()
    sha = fingerprint(_files(folder), LOADER)
    if is_loaded(NAME, sha):
        return 0
    systems = read_shipped(folder)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        _ensure_catalogues(cursor)
        versions = [(_ensure_version(cursor, shipped), shipped) for shipped in systems]
        _load_concepts(cursor, versions)
        concepts = sum(len(shipped.concepts) for shipped in systems)
        record_load(NAME, sha, concepts, {shipped.system.name: _report(shipped) for shipped in systems})
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE terminology_concept, terminology_version, terminology_system")
    forget()
    return concepts


def read_shipped(folder: Path) -> list[Shipped]:
    terminology = folder / "terminology"
    return [*read_icd10(terminology), *read_services(terminology), *read_code_lists(folder)]


def _files(folder: Path) -> chain[Path]:
    return chain(
        (path for path in (folder / "terminology").iterdir() if path.suffix != ".md"),
        (folder / "exchange" / "code_lists").glob("*.yaml"),
    )


def _ensure_catalogues(cursor: Any) -> None:
    """The systems of catalogues that come as lists: there before their first version."""
    for catalogue in catalogues().values():
        cursor.execute(
            "INSERT INTO terminology_system (name, url, title_vi, title_en, origin)"
            " VALUES (%(name)s, %(url)s, %(title_vi)s, %(title_en)s, 'shipped') ON CONFLICT DO NOTHING",
            asdict(catalogue.system),
        )


def _ensure_version(cursor: Any, shipped: Shipped) -> int:
    system = shipped.system
    cursor.execute(
        """
        INSERT INTO terminology_system (name, url, title_vi, title_en, origin)
        VALUES (%(name)s, %(url)s, %(title_vi)s, %(title_en)s, 'shipped')
        ON CONFLICT (name) DO UPDATE SET
            url = excluded.url, title_vi = excluded.title_vi, title_en = excluded.title_en
        RETURNING id
        """,
        asdict(system),
    )
    system_id = cursor.fetchone()[0]
    cursor.execute(
        """
        INSERT INTO terminology_version (system_id, version, status, valid_from, valid_to, evidence, source, origin)
        VALUES (%s, %s, 'published', %s, %s, %s, %s, 'shipped')
        ON CONFLICT (system_id, version) DO UPDATE SET
            valid_from = excluded.valid_from,
            -- where the house has published a successor, the shipped version ends with it
            valid_to = least(excluded.valid_to, (
                SELECT min(later.valid_from) FROM terminology_version later
                WHERE later.system_id = excluded.system_id AND later.origin = 'local' AND later.status = 'published'
                  AND later.valid_from > excluded.valid_from
            )),
            evidence = excluded.evidence, source = excluded.source
        RETURNING id
        """,
        [system_id, shipped.version, shipped.valid_from, shipped.valid_to, shipped.evidence, shipped.source],
    )
    return int(cursor.fetchone()[0])


def _load_concepts(cursor: Any, versions: list[tuple[int, Shipped]]) -> None:
    """All concepts in one COPY. A local concept keeps its code: the shipped one steps back."""
    ids = [version_id for version_id, _ in versions]
    cursor.execute("DELETE FROM terminology_concept WHERE version_id = ANY(%s) AND origin = 'shipped'", [ids])
    cursor.execute("SELECT version_id, code FROM terminology_concept WHERE version_id = ANY(%s)", [ids])
    local = set(cursor.fetchall())
    with cursor.copy(f"COPY terminology_concept ({COLUMNS}) FROM STDIN") as copy:
        for version_id, shipped in versions:
            for concept in shipped.concepts:
                if (version_id, concept.code) not in local:
                    copy.write_row(_row(version_id, concept))


def _row(version_id: int, concept: Concept) -> tuple[Any, ...]:
    return (
        version_id, concept.code, concept.display_vi, concept.display_en, concept.parent, concept.valid_from,
        concept.valid_to, orjson.dumps(concept.properties).decode(), ranking_text(concept.display_vi),
        word_vector(concept.display_vi, concept.display_en), "shipped",
    )  # fmt: skip


def _report(shipped: Shipped) -> dict[str, Any]:
    return {
        "version": shipped.version,
        "rows": shipped.rows,
        "concepts": len(shipped.concepts),
        "not_taken": [asdict(row) for row in shipped.aside],
        "notes": shipped.notes,
    }
