"""Entering a document and the account of its entries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hoso.core.database.bulk import bulk_insert
from hoso.engines.intake.cda.account import WITHHELD, EntryAccount, counts_of
from hoso.engines.intake.cda.document import MappedDocument
from hoso.engines.intake.cda.series import Judged


@dataclass(frozen=True)
class From:
    """Who sent a document: `facility_id` 0 for a sender of the whole house; the package it came as, if any."""

    account_id: int
    facility_id: int
    package_id: int | None = None


@dataclass(frozen=True)
class Arrival:
    """One document as it came and was judged; `filed` are the resources written, as Type/id."""

    sender: From
    document: MappedDocument
    judged: Judged
    sha256: bytes
    made_at: datetime
    filed: tuple[str, ...]


def enter(cursor: Any, arrival: Arrival) -> int:
    """The number of its row. What it replaces is marked so first: one of a series is filed."""
    judged, header = arrival.judged, arrival.document.header
    if judged.replaced:
        cursor.execute(
            "UPDATE cda_document SET state = 'superseded' WHERE id = ANY (%s)", [[one.id for one in judged.replaced]]
        )
    counts = counts_of(arrival.document.sections)
    cursor.execute(
        """
        INSERT INTO cda_document (package_id, facility_id, received_by, sha256, series, version, document_key, replaces,
            made_at, type_code, title, state, same_as, patient_id, document_id, resources, entries, mapped, withheld, not_mapped)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
        """,
        [
            arrival.sender.package_id, arrival.sender.facility_id, arrival.sender.account_id, arrival.sha256, header.series,
            header.version, header.id, list(header.replaces), arrival.made_at, header.type_code, header.title[:300],
            judged.state, judged.same_as.id if judged.same_as else None, header.patient_id,
            arrival.document.document_id, list(arrival.filed), counts.entries, counts.mapped, counts.withheld,
            counts.not_mapped,
        ],
    )  # fmt: skip
    number = int(cursor.fetchone()[0])
    if judged.state != "unchanged":
        _enter_sections(cursor, number, arrival)
    return number


def _enter_sections(cursor: Any, number: int, arrival: Arrival) -> None:
    facility = arrival.sender.facility_id
    sections = arrival.document.sections
    bulk_insert(
        cursor, "cda_section", SECTION_COLUMNS,
        [(number, one.number, facility, one.code, one.title, one.narrative) for one in sections],
    )  # fmt: skip
    rows = [
        (number, section.number, place, facility, *_entry(one))
        for section in sections
        for place, one in enumerate(section.entries, start=1)
    ]
    bulk_insert(cursor, "cda_entry", ENTRY_COLUMNS, rows)


def _entry(one: EntryAccount) -> tuple[Any, ...]:
    """Of a withheld entry nothing is told but its place."""
    told = ("", "", "", "") if one.outcome == WITHHELD else (one.template, one.name, one.code, one.code_system)
    left = [] if one.outcome == WITHHELD else list(one.left)
    return (one.path, one.element, *told, one.outcome, one.became, one.id, one.reason, one.detail[:300], left)


SECTION_COLUMNS = {
    "document_id": "bigint", "number": "integer", "facility_id": "bigint", "code": "text", "title": "text",
    "narrative": "text",
}  # fmt: skip
ENTRY_COLUMNS = {
    "document_id": "bigint", "section": "integer", "number": "integer", "facility_id": "bigint", "path": "text",
    "element": "text", "template": "text", "name": "text", "code": "text", "code_system": "text", "outcome": "text",
    "became": "text", "resource_id": "text", "reason": "text", "detail": "text", "left_out": "text[]",
}  # fmt: skip
