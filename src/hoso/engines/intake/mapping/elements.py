"""The FHIR pieces every mapping uses: codings, references, decimals kept as they were written."""

import re
from typing import Any

import orjson

from hoso.engines.intake.moments import fhir_time
from hoso.engines.intake.sent import Values

ICD10 = "http://hl7.org/fhir/sid/icd-10"
UCUM_OR_LOCAL = "https://hoso.vn/fhir/CodeSystem/unit"
CODE_SYSTEM = "https://hoso.vn/fhir/CodeSystem/"
EXTENSION = "https://hoso.vn/fhir/StructureDefinition/"
IDENTIFIER = "https://hoso.vn/fhir/sid/"
DATA_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"

Element = dict[str, Any]
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?\Z")


def first(values: Values, *names: str) -> str:
    """The first of these fields that says something: names changed between decisions."""
    for name in names:
        if value := values.get(name):
            return value
    return ""


def decimal(text: str) -> orjson.Fragment | None:
    """The number with the digits it was sent with (10.000 stays 10.000); None when it is no number."""
    text = text.strip()
    if text[:1] == "0" or text[:2] == "-0":
        text = re.sub(r"^(-?)0+(?=\d)", r"\1", text)
    return orjson.Fragment(text) if _NUMBER.match(text) else None


def concept(system: str, code: str, text: str = "") -> Element:
    """A CodeableConcept of one code and the words that were sent."""
    element: Element = {}
    if code:
        element["coding"] = [{"system": system, "code": code}]
    if text:
        element["text"] = text
    return element


def local(name: str, code: str, text: str = "") -> Element:
    """A CodeableConcept from one of the exchange decisions' own code lists."""
    return concept(CODE_SYSTEM + name, code, text)


def known(coded: Element) -> Element:
    """The CodeableConcept, or one that says it is unknown: for elements that R4 requires."""
    return coded or {"extension": [{"url": DATA_ABSENT, "valueCode": "unknown"}]}


def quantity(number: str, unit: str) -> Element | None:
    value = decimal(number)
    if value is None:
        return None
    return {"value": value, "unit": unit} if unit else {"value": value}


def money(number: str) -> Element | None:
    value = decimal(number)
    return None if value is None else {"value": value, "currency": "VND"}


def facility(code: str) -> Element:
    return {"type": "Organization", "identifier": {"system": IDENTIFIER + "ma-cskcb", "value": code}}


def practitioner(code: str) -> Element | None:
    """A reference to a practitioner by licence number; only the first of a list."""
    number = code.split(";")[0].strip()
    if not number:
        return None
    return {"type": "Practitioner", "identifier": {"system": IDENTIFIER + "giay-phep-hanh-nghe", "value": number}}


def time(text: str) -> str | None:
    return fhir_time(text.split(";")[0].strip())


def note(text: str) -> list[Element]:
    return [{"text": text}] if text else []


def without_empty(resource: Element) -> Element:
    """The resource without elements that say nothing: FHIR forbids empty ones."""
    return {name: value for name, value in resource.items() if value or value is False or value == 0}


def split_codes(text: str) -> list[str]:
    """The codes of a list field; `;` separates, some software writes a comma."""
    return [code.strip() for code in text.replace(",", ";").split(";") if code.strip()]
