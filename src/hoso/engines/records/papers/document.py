"""A document ready to leave: as FHIR document Bundle, and as the sheet that a layout draws. Both say the same."""

from dataclasses import dataclass, field
from typing import Any

from hoso.engines.documents.layouts import layouts
from hoso.engines.documents.typst_pdf import typst_pdf

UNVERIFIED = ("Bố cục chưa đối chiếu với mẫu chính thức", "The arrangement was not compared with an official form")


@dataclass(frozen=True)
class Section:
    """One part of a sheet: words, or a table with its columns' shares of the width."""

    title: str
    english: str = ""
    text: str = ""
    columns: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    def told(self) -> dict[str, Any]:
        return {
            "title": self.title, "english": self.english, "text": self.text, "columns": self.columns,
            "widths": self.widths, "rows": self.rows,
        }  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """What a layout is given. `fields`: the parts that came from fields of an exchange table, by the field's name."""

    title: str
    date: str  # dd/mm/yyyy
    person: dict[str, str]
    facility: dict[str, str]
    department: str = ""
    synthetic: bool = False
    fields: dict[str, str] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True)
class Document:
    """One document about one person. `bundle` and `pdf` are the same bytes for the same content."""

    person_id: int
    name: str  # Composition/<id>, or Patient/<id>/$summary
    layout: str
    sheet: Sheet
    bundle: bytes

    def pdf(self, signature: str = "Chưa ký số (not signed).", language: str = "vi") -> bytes:
        """The paper; `signature` stands in its foot. Raises LayoutError for a layout that cannot be drawn."""
        layout, sheet = layouts()[self.layout], self.sheet
        data = {
            "language": language, "title": sheet.title, "date": sheet.date, "person": sheet.person,
            "facility": sheet.facility, "department": sheet.department, "synthetic": sheet.synthetic,
            "fields": sheet.fields, "sections": [one.told() for one in sheet.sections], "signature": signature,
            "note": UNVERIFIED[language == "en"] if layout.evidence == "unverified" else "",
        }  # fmt: skip
        return typst_pdf(layout.path, data)
