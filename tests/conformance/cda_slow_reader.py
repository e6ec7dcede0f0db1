"""A second reader of CDA documents: lxml and XPath, slow and obvious, without anything of the house.

It says which entries a document holds, section by section, and which coded values stand in each.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

NS = {"c": "urn:hl7-org:v3"}
STATEMENTS = (
    "act", "observation", "procedure", "substanceAdministration", "supply", "encounter", "organizer", "observationMedia",
    "regionOfInterest",
)  # fmt: skip
# Looked up by hand in FHIR R4's list of external code systems, not taken from the definitions under test.
ADDRESSES = {
    "2.16.840.1.113883.6.1": "http://loinc.org",
    "2.16.840.1.113883.6.96": "http://snomed.info/sct",
    "2.16.840.1.113883.6.88": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "2.16.840.1.113883.12.292": "http://hl7.org/fhir/sid/cvx",
    "2.16.840.1.113883.6.90": "http://hl7.org/fhir/sid/icd-10-cm",
    "2.16.840.1.113883.6.103": "http://hl7.org/fhir/sid/icd-9-cm",
    "2.16.840.1.113883.6.104": "http://hl7.org/fhir/sid/icd-9-cm",
    "2.16.840.1.113883.6.12": "http://www.ama-assn.org/go/cpt",
    "2.16.840.1.113883.3.26.1.1": "http://ncimeta.nci.nih.gov",
    "2.16.840.1.113883.4.9": "http://fdasis.nlm.nih.gov",
}
_V3 = {
    "1": "AdministrativeGender", "4": "ActCode", "6": "ActClass", "7": "ActPriority", "8": "ActReason",
    "83": "ObservationInterpretation", "85": "orderableDrugForm", "110": "RoleClass", "111": "RoleCode",
    "112": "RouteOfAdministration",
}  # fmt: skip


@dataclass(frozen=True)
class SlowEntry:
    """One entry: the number of its section, its element, its place, and every (system, code) that is its own."""

    section: int
    element: str
    path: str
    negated: bool
    codes: frozenset[tuple[str, str]]


def entries_of(path: Path) -> list[SlowEntry]:
    root: Any = etree.parse(str(path)).getroot()
    found = []
    for number, section in enumerate(root.xpath("//c:section", namespaces=NS), start=1):
        for one in section.xpath("c:entry//*", namespaces=NS):
            if _is_statement(one) and _nearest(one, ("section",)) is section:
                found.append(
                    SlowEntry(number, _name(one), _place(one, number), one.get("negationInd") == "true", _codes(one))
                )
    return found


def section_titles(path: Path) -> list[str]:
    root: Any = etree.parse(str(path)).getroot()
    return [
        " ".join(one.xpath("string(c:title)", namespaces=NS).split())
        for one in root.xpath("//c:section", namespaces=NS)
    ]


def _codes(statement: Any) -> frozenset[tuple[str, str]]:
    """Codes below the statement and below no other inside it. What its status is, is no coded value."""
    found = set()
    for one in statement.xpath(".//*[@code and @codeSystem]"):
        if _nearest(one, STATEMENTS) is statement and _name(one) != "statusCode" and one.get("code").strip():
            found.add((_address(one.get("codeSystem")), " ".join(one.get("code").split())))
    return frozenset(found)


def _address(oid: str) -> str:
    if oid.startswith("2.16.840.1.113883.5.") and (name := _V3.get(oid.rpartition(".")[2])):
        return f"http://terminology.hl7.org/CodeSystem/v3-{name}"
    return ADDRESSES.get(oid, f"urn:oid:{oid}")


def _is_statement(element: Any) -> bool:
    return _name(element) in STATEMENTS and _name(element.getparent()) in ("entry", "entryRelationship", "component")


def _nearest(element: Any, names: tuple[str, ...]) -> Any:
    return next(
        one for one in element.iterancestors() if _name(one) in names and (names == ("section",) or _is_statement(one))
    )


def _place(statement: Any, section: int) -> str:
    steps: list[str] = []
    one = statement
    while _name(one) != "section":
        same = [each for each in one.getparent() if _name(each) == _name(one)]
        place = f"[{same.index(one) + 1}]" if _name(one) in ("entry", "entryRelationship", "component") else ""
        steps.append(f"{_name(one)}{place}")
        one = one.getparent()
    return "/".join([f"section[{section}]", *reversed(steps)])


def _name(element: Any) -> str:
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""
