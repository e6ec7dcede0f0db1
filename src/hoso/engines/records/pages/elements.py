"""Small readings of FHIR elements that several pages need."""

from datetime import datetime
from decimal import Decimal
from html import unescape
from typing import Any

Element = dict[str, Any]
EXTENSION = "https://hoso.vn/fhir/StructureDefinition/"


def extension(resource: Element, name: str) -> Any:
    """The value of one of the house's extensions; None where there is none."""
    for one in resource.get("extension", ()):
        if one["url"] == EXTENSION + name:
            return next((value for key, value in one.items() if key.startswith("value")), None)
    return None


def words(resource: Element, name: str) -> str:
    value = extension(resource, name)
    return "" if value is None else str(value)


def number(value: Any) -> Decimal | None:
    """A JSON number as a decimal, by its shortest text."""
    return None if value is None else Decimal(str(value))


def moment(text: str | None) -> datetime | None:
    """A FHIR dateTime; a day alone is its beginning in Vietnamese time."""
    if not text:
        return None
    return datetime.fromisoformat(text if len(text) > 10 else f"{text}T00:00:00+07:00")


def code_of(concept: Element | None) -> str:
    coding = (concept or {}).get("coding") or [{}]
    return str(coding[0].get("code", ""))


def licence_of(reference: Element | None) -> str:
    return str(((reference or {}).get("identifier") or {}).get("value", ""))


def sections(div: str) -> str:
    """The text of a generated narrative; it was escaped text in one div."""
    return unescape(div.partition(">")[2].rpartition("</div>")[0])
