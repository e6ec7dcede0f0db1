"""Reading the accounts of CDA documents. Each runs inside `access.reading.read`."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection

from hoso.core.access.policy import Scope
from hoso.engines.intake.cda.account import EntryAccount, SectionAccount
from hoso.engines.intake.cda.rules import rules


@dataclass(frozen=True)
class DocumentAccount:
    """One document as it arrived; of an unchanged one the sections are those of the document it is the same as."""

    id: int
    title: str
    type_code: str
    version: int
    made_at: datetime
    state: str  # filed, superseded, history, unchanged
    patient_id: str
    document_id: str
    entries: int
    mapped: int
    withheld: int
    not_mapped: int
    sections: tuple[SectionAccount, ...] = ()

    @property
    def reported(self) -> list[tuple[SectionAccount, EntryAccount]]:
        """Every entry that did not become part of a resource, with its section."""
        return [(section, one) for section in self.sections for one in section.entries if one.outcome != "mapped"]


def document_of_package(scope: Scope, package_id: int) -> DocumentAccount | None:
    return _document("d.package_id = %s", package_id, scope.facilities("d"))


def document(scope: Scope, number: int) -> DocumentAccount | None:
    return _document("d.id = %s", number, scope.facilities("d"))


def reason_of(one: EntryAccount) -> dict[str, str]:
    """Why an entry was not mapped, in Vietnamese and English."""
    if one.reason == "withheld":
        return {"vi": "giữ kín theo nhãn nhạy cảm", "en": "withheld for its sensitivity label"}
    return dict(rules().reasons[one.reason])


_COLUMNS = (
    "d.id, d.title, d.type_code, d.version, d.made_at, d.state, d.patient_id, d.document_id, d.entries, d.mapped,"
    " d.withheld, d.not_mapped, coalesce(d.same_as, d.id)"
)


def _document(condition: str, value: int, allowed: str) -> DocumentAccount | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM cda_document d WHERE {condition} AND {allowed}", [value])
        row = cursor.fetchone()
    if row is None:
        return None
    *told, sections_of = row
    account = DocumentAccount(*told)
    return replace(account, sections=_sections(sections_of))


def _sections(number: int) -> tuple[SectionAccount, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, code, title, narrative FROM cda_section WHERE document_id = %s ORDER BY number", [number]
        )
        found = {row[0]: SectionAccount(*row) for row in cursor.fetchall()}
        cursor.execute(
            "SELECT section, path, element, template, name, code, code_system, outcome, became, resource_id, reason, detail,"
            " left_out FROM cda_entry WHERE document_id = %s ORDER BY section, number",
            [number],
        )
        for section, *told in cursor.fetchall():
            found[section].entries.append(EntryAccount(*told))
    return tuple(found.values())
