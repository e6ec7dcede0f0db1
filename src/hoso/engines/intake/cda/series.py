"""What is filed of a document's series, and what a new arrival therefore is."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Literal

from hoso.core.errors import HosoError
from hoso.engines.intake.cda.header import Header

State = Literal["filed", "history", "unchanged"]


@dataclass(frozen=True)
class KnownDocument:
    """A document that is filed, was, or is kept as history."""

    id: int
    version: int
    sha256: bytes
    state: str
    document_key: str
    document_id: str
    series: str
    resources: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """`same_as` of an unchanged document; `replaced`: what it takes the place of."""

    state: State
    same_as: KnownDocument | None = None
    replaced: tuple[KnownDocument, ...] = ()


_COLUMNS = "id, version, sha256, state, document_key, document_id, series, resources"


def judge(cursor: Any, header: Header, sha256: bytes) -> Judged:
    """A newer version replaces; what is older than what is filed is history; the same bytes are nothing new.

    Raises HosoError HS5194 for another content under a version that is there.
    """
    for key in sorted({header.series, *(f"id|{one}" for one in (header.id, *header.replaces))}):
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_lock(key)])
    known = _known(cursor, "series = %s", [header.series])
    for one in known:
        if one.version == header.version:
            if one.sha256 != sha256:
                raise HosoError("HS5194", version=header.version)
            return Judged("unchanged", one)
    named = _known(cursor, "patient_id = %s AND document_key = ANY (%s)", [header.patient_id, list(header.replaces)])
    newer = any(one.version > header.version for one in known) or _known(
        cursor,
        "patient_id = %s AND series <> %s AND %s = ANY (replaces)",
        [header.patient_id, header.series, header.id],
    )
    if newer:
        return Judged("history")
    replaced = {one.id: one for one in (*known, *named) if one.state == "filed"}
    return Judged("filed", None, tuple(replaced.values()))


def describes_the_person_anew(cursor: Any, header: Header, made_at: datetime) -> bool:
    """Whether no later document has described the person already."""
    cursor.execute(
        "SELECT coalesce(bool_and(made_at <= %s), true) FROM cda_document WHERE patient_id = %s AND state <> 'history'",
        [made_at, header.patient_id],
    )
    return bool(cursor.fetchone()[0])


def _known(cursor: Any, condition: str, values: list[Any]) -> list[KnownDocument]:
    cursor.execute(
        f"SELECT {_COLUMNS} FROM cda_document WHERE state <> 'unchanged' AND {condition} ORDER BY id", values
    )
    return [
        KnownDocument(number, version, bytes(sha256), state, key, document_id, series, tuple(resources))
        for number, version, sha256, state, key, document_id, series, resources in cursor.fetchall()
    ]


def _lock(key: str) -> int:
    digest = blake2b(key.encode(), digest_size=8, person=b"cda").digest()
    return int.from_bytes(digest, "big", signed=True)
