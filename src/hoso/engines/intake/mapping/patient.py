"""A person's facts to their FHIR Patient; built anew when a visit brought something new."""

from datetime import date, datetime, time

from hoso.engines.intake.mapping.elements import EXTENSION, IDENTIFIER, Element, without_empty
from hoso.engines.intake.moments import VIETNAM
from hoso.engines.people.known_person import KnownPerson, NumberSpan
from hoso.engines.records.drafts import Draft, to_bytes
from hoso.engines.records.fhir.search.index_rows import index_rows

GENDER = {1: "male", 2: "female", 3: "unknown"}
SYSTEMS = {
    "personal_number": IDENTIFIER + "so-dinh-danh-ca-nhan",
    "insurance_number": IDENTIFIER + "ma-so-bhxh",
    "card": IDENTIFIER + "bhyt",
    "hoso_number": IDENTIFIER + "so-hoso",
    "passport": IDENTIFIER + "ho-chieu",
    "facility_number": IDENTIFIER + "ma-bn",
}


def patient_draft(person: KnownPerson, facility_codes: dict[int, str]) -> Draft:
    """The Patient of a person as known now, without numbers that a withheld visit alone told; `facility_codes` names the
    issuers of facilities' own numbers."""
    spans = {(kind, value): span for (kind, value, _), span in person.spans.items()}
    identifiers = sorted(
        (kind, facility_codes.get(issuer, "") if issuer else "", value)
        for (kind, value, issuer), sensitivity in {**person.joined_numbers, **person.numbers}.items()
        if not sensitivity and kind in SYSTEMS
    )
    content = without_empty(
        {
            "identifier": [_identifier(kind, issuer, value, spans) for kind, issuer, value in identifiers],
            "active": not person.joined_to,
            "name": [_name(person.name)] if person.name else None,
            "telecom": [{"system": "phone", "value": person.phone}] if person.phone else None,
            "gender": GENDER[person.sex],
            "birthDate": birth_date(person),
            "address": [{"text": person.address, "country": "VN"}] if person.address else None,
            "link": _links(person),
            "extension": [{"url": EXTENSION + "identity-under-review", "valueBoolean": True}]
            if person.provisional
            else None,
        }
    )
    body = to_bytes({"resourceType": "Patient", **content})
    return Draft("Patient", person.patient_id, 1, 1, _undated(person), 0, body, index_rows("Patient", content))


def _undated(person: KnownPerson) -> datetime:
    """What stands in a Patient's row for the moment at which things happen, and orders persons in answers: the birth. The day
    of the newest visit would tell of one that the reader may not see."""
    return datetime.combine(person.birth.day or date(1900, 1, 1), time(), VIETNAM)


def _links(person: KnownPerson) -> list[Element]:
    """The Patient to use instead of this one, or those who were joined to it (R4, Patient.link)."""
    others = [("replaced-by", person.joined_to.patient_id)] if person.joined_to else []
    others += [("replaces", one) for one in person.joined_patients]
    return [{"other": {"reference": f"Patient/{id_}"}, "type": kind} for kind, id_ in others]


def _identifier(kind: str, issuer: str, value: str, spans: dict[tuple[str, str], NumberSpan]) -> Element:
    """One that was replaced or taken back is `old`, with the day before which it held."""
    told: Element = {"system": _system(kind, issuer), "value": value}
    if span := spans.get((kind, value)):
        start, end = (day.isoformat() if day else None for day in span)
        told |= without_empty({"use": "old" if end else None, "period": without_empty({"start": start, "end": end})})
    return told


def _system(kind: str, issuer: str) -> str:
    return f"{SYSTEMS[kind]}/{issuer}" if issuer else SYSTEMS[kind]


def _name(name: str) -> Element:
    family, _, given = name.partition(" ")
    return without_empty({"use": "official", "text": name, "family": family, "given": given.split()})


def birth_date(person: KnownPerson) -> str | None:
    """As precise as it is known: yyyy, yyyy-mm or yyyy-mm-dd."""
    day, precision = person.birth.day, person.birth.precision
    if day is None or precision == 0:
        return None
    return day.isoformat()[: {1: 4, 2: 7}.get(precision, 10)]
