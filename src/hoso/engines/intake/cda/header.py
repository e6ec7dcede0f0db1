"""The head of a document: what it is, whose, of which series and version, and the visit it is about."""

from dataclasses import dataclass
from typing import Any

from hoso.core.errors import HosoError
from hoso.engines.intake.cda.moments import day, moment
from hoso.engines.intake.cda.narrative import words
from hoso.engines.intake.cda.rules import code_maps
from hoso.engines.intake.cda.values import Seen, concept, identifier, party, period
from hoso.engines.records.drafts import uuid8_at
from hoso.engines.records.fhir.writing.belonging import FACILITY_SYSTEM

MOST_VERSION = 2**31 - 1
_KEEPER = "custodian/assignedCustodian/representedCustodianOrganization"
_USES = {"HP": "home", "H": "home", "HV": "home", "WP": "work", "MC": "mobile", "TMP": "temp"}


@dataclass(frozen=True)
class Header:
    """`keeper` is the organisation that holds the document (custodian), `patient_key` the number it gave the person,
    `sender` the facility that sent it here: nobody's documents replace another's. `series` names the document through its versions; `replaces` are documents it says it replaces."""

    id: str
    set_id: str
    version: int
    type_code: str
    title: str
    made_at: str
    keeper: str
    patient_key: str
    replaces: tuple[str, ...]
    sender: int

    @property
    def series(self) -> str:
        """Whose, what and which: documents were seen that use one set id for several kinds, or several persons."""
        return "|".join((str(self.sender), self.keeper, self.patient_key, self.type_code, self.set_id or self.id))

    @property
    def patient_id(self) -> str:
        """The person by sender, keeper, and the number that keeper gave (ADR 86)."""
        return uuid8_at(0, "cda patient", str(self.sender), self.keeper, self.patient_key)


def read_header(root: Any, sender: int = 0) -> Header:
    """Raises HosoError HS5192 where the document does not say what it is or whose."""
    version = root.find("versionNumber")
    text = version.get("value", "1") if version is not None else "1"
    number = int(text) if text.isdecimal() and len(text) < 10 else 1
    code, title = root.find("code"), root.find("title")
    header = Header(
        _key(root.find("id")), _key(root.find("setId")), number, code.get("code", "") if code is not None else "",
        words(title) if title is not None else "", moment(_value(root, "effectiveTime")),
        _key(root.find(f"{_KEEPER}/id")),
        _first_key(root.findall("recordTarget/patientRole/id")),
        tuple(key for one in root.findall("relatedDocument[@typeCode='RPLC']/parentDocument/id") if (key := _key(one))),
        sender,
    )  # fmt: skip
    for name, said in (
        ("id", header.id), ("effectiveTime", header.made_at), ("code", header.type_code),
        ("recordTarget/patientRole/id", header.patient_key),
    ):  # fmt: skip
        if not said:
            raise HosoError("HS5192", element=f"ClinicalDocument/{name}")
    if len(root.findall("recordTarget")) > 1:
        raise HosoError("HS5193")
    return header


def patient_of(root: Any, header: Header) -> dict[str, Any]:
    """The person as the document describes them."""
    role = root.find("recordTarget/patientRole")
    person, seen = role.find("patient"), Seen({})
    body: dict[str, Any] = {"resourceType": "Patient"}
    body["identifier"] = [found for one in role.findall("id") if (found := identifier(one, seen))]
    if person is not None:
        body["name"] = [made for one in person.findall("name") if (made := _name(one))]
        gender = person.find("administrativeGenderCode")
        if gender is not None and (said := code_maps()["gender"].get(gender.get("code", ""))):
            body["gender"] = said
        if born := day(_value(person, "birthTime")):
            body["birthDate"] = born
        marital = person.find("maritalStatusCode")
        if marital is not None and (status := concept(marital, seen)):
            body["maritalStatus"] = status
    body["telecom"] = [made for one in role.findall("telecom") if (made := _telecom(one))]
    body["address"] = [made for one in role.findall("addr") if (made := _address(one))]
    return {key: value for key, value in body.items() if value}


def visit_of(root: Any, header: Header) -> tuple[str, dict[str, Any]] | None:
    """(id, Encounter) of the visit the document is about; None where it names none."""
    found = root.find("componentOf/encompassingEncounter")
    if found is None:
        return None
    seen = Seen({})
    number, code = found.find("id"), found.find("code")
    body: dict[str, Any] = {
        "resourceType": "Encounter",
        "status": "finished" if _value(found, "effectiveTime/high") else "unknown",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "code": "UNK"},
        "subject": {"reference": f"Patient/{header.patient_id}"},
    }
    if number is not None and (said := identifier(number, seen)):
        body["identifier"] = [said]
    if code is not None and (kind := concept(code, seen)):
        body["type"] = [kind]
    times = found.find("effectiveTime")
    if times is not None and (span := period(times, seen)):
        body["period"] = span
    place = found.find("location/healthCareFacility")
    if place is not None and (at := _provider(place, seen)):
        body["serviceProvider"] = at
    return uuid8_at(
        0, "cda visit", str(header.sender), header.keeper, header.patient_key, _key(number) or header.series
    ), body


def _provider(place: Any, seen: Seen) -> dict[str, Any] | None:
    organisation = place.find("serviceProviderOrganization")
    return party(organisation if organisation is not None else place, seen)


def care_of(root: Any, header: Header) -> dict[str, str]:
    """The Period of the care a document tells of: of its visit, of the service it documents, else the day it was made."""
    for path in ("componentOf/encompassingEncounter/effectiveTime", "documentationOf/serviceEvent/effectiveTime"):
        found = root.find(path)
        if found is not None and (span := period(found, Seen({}))) and "start" in span:
            return {"end": header.made_at, **span}
    return {"start": header.made_at, "end": header.made_at}


def keeper_of(root: Any) -> dict[str, Any] | None:
    found = root.find(_KEEPER)
    return party(found, Seen({})) if found is not None else None


def keeper_code(root: Any) -> str:
    """The facility's code, where the keeper names itself by it (an id of root 2.16.840.1.113883.4.873)."""
    found = [identifier(one, Seen({})) for one in root.findall(f"{_KEEPER}/id")]
    return next((one["value"] for one in found if one and one["system"] == FACILITY_SYSTEM), "")


def authors_of(root: Any) -> list[dict[str, Any]]:
    return [made for one in root.findall("author/assignedAuthor") if (made := party(one, Seen({})))]


def _key(element: Any) -> str:
    """An id as one text; empty for none."""
    if element is None or not element.get("root", "").strip():
        return ""
    return f"{element.get('root').strip().lower()}^{element.get('extension', '').strip()}"


def _first_key(elements: list[Any]) -> str:
    return next((key for one in elements if (key := _key(one))), "")


def _value(element: Any, path: str) -> str | None:
    found = element.find(path)
    return found.get("value") if found is not None else None


def _name(element: Any) -> dict[str, Any] | None:
    family = " ".join(words(one) for one in element.findall("family"))
    given = [text for one in element.findall("given") if (text := words(one))]
    if not family and not given:
        text = words(element)
        return {"text": text} if text else None
    made: dict[str, Any] = {"family": family, "given": given}
    if element.get("use") == "L":
        made["use"] = "official"
    for key in ("prefix", "suffix"):
        made[key] = [text for one in element.findall(key) if (text := words(one))]
    return {key: value for key, value in made.items() if value}


def _telecom(element: Any) -> dict[str, str] | None:
    scheme, _, value = element.get("value", "").partition(":")
    if not value:
        return None
    made = {"value": value.strip(), "system": {"tel": "phone", "mailto": "email", "fax": "fax"}.get(scheme, "other")}
    use = _USES.get(element.get("use", ""))
    return {**made, **({"use": use} if use else {})}


def _address(element: Any) -> dict[str, Any] | None:
    made: dict[str, Any] = {"line": [text for one in element.findall("streetAddressLine") if (text := words(one))]}
    for key, name in (
        ("city", "city"),
        ("county", "district"),
        ("state", "state"),
        ("postalCode", "postalCode"),
        ("country", "country"),
    ):
        found = element.find(key)
        if found is not None and (text := words(found)):
            made[name] = text
    use = _USES.get(element.get("use", ""))
    if use and use != "mobile":
        made["use"] = use
    return {key: value for key, value in made.items() if value} or None
