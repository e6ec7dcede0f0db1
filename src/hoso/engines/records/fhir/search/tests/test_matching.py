"""Each kind of parameter with a value that fits and one that does not (FHIR R4 section 3.1.1)."""

from typing import Any

import pytest

from hoso.core.errors import HosoError
from hoso.engines.records.fhir.search.matching import matcher
from hoso.engines.records.fhir.search.query import parse_query

LOINC = "http://loinc.org"
OBSERVATION = {
    "resourceType": "Observation", "id": "o1", "status": "final",
    "code": {"coding": [{"system": LOINC, "code": "4548-4", "display": "HbA1c"}], "text": "HbA1c máu"},
    "subject": {"reference": "Patient/p1"}, "effectiveDateTime": "2026-05-29T16:07:00+07:00",
    "valueQuantity": {"value": 6.4, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"},
}  # fmt: skip
PRESSURE = {
    "resourceType": "Observation", "status": "final", "code": {"text": "Huyết áp"},
    "component": [
        {"code": {"coding": [{"system": LOINC, "code": "8480-6"}]}, "valueQuantity": {"value": 120}},
        {"code": {"coding": [{"system": LOINC, "code": "8462-4"}]}, "valueQuantity": {"value": 80}},
    ],
}  # fmt: skip
PATIENT = {
    "resourceType": "Patient", "id": "p1", "active": True, "birthDate": "1975-12-17", "gender": "female",
    "name": [{"text": "Trương Thị Như", "family": "Trương", "given": ["Thị", "Như"]}],
    "identifier": [{"system": "https://hoso.vn/id/personal-number", "value": "080175900023"}],
    "telecom": [{"system": "phone", "value": "0900000022"}],
    "address": [{"city": "Tây Ninh", "line": ["Ấp 8"]}],
    "managingOrganization": {"identifier": {"system": "s", "value": "80901"}},
}  # fmt: skip
ENCOUNTER = {
    "resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"},
    "period": {"start": "2026-05-01T08:00:00+07:00", "end": "2026-05-05T10:00:00+07:00"},
}  # fmt: skip


def _fits(resource: dict[str, Any], asked: str) -> bool:
    pairs = [tuple(one.split("=", 1)) for one in asked.split("&")]
    return matcher(parse_query(resource["resourceType"], pairs))(resource)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("resource", "fitting", "not_fitting"),
    [
        (OBSERVATION, "code=4548-4", "code=4548-5"),
        (OBSERVATION, f"code={LOINC}|4548-4", "code=http://snomed.info/sct|4548-4"),
        (OBSERVATION, f"code={LOINC}|", "code=|4548-4"),
        (OBSERVATION, "code=x,4548-4", "code=x,y"),
        (OBSERVATION, "code:not=x", "code:not=4548-4"),
        (OBSERVATION, "code:text=hba1c mau", "code:text=glucose"),
        (OBSERVATION, "status=final", "status=preliminary"),
        (PATIENT, "active=true", "active=false"),
        (PATIENT, "gender:missing=false", "gender:missing=true"),
        (PATIENT, "identifier=https://hoso.vn/id/personal-number|080175900023", "identifier=other|080175900023"),
        (PATIENT, "phone=0900000022", "email=0900000022"),
        (PATIENT, "name=truong", "name=nhung"),
        (PATIENT, "given=nhu", "family=nhu"),
        (PATIENT, "name:exact=Trương", "name:exact=Truong"),
        (PATIENT, "name:contains=rươn", "name:contains=xyz"),
        (PATIENT, "address=tay ninh", "address=ninh"),
        (PATIENT, "birthdate=1975", "birthdate=1976"),
        (PATIENT, "birthdate=lt1976-01-01", "birthdate=gt1975-12-17"),
        (PATIENT, "birthdate=ge1975-12-17", "birthdate=sa1975-12-17"),
        (PATIENT, "organization:identifier=s|80901", "organization:identifier=s|80902"),
        (PATIENT, "deceased=false", "deceased=true"),
        (OBSERVATION, "subject=Patient/p1", "subject=Patient/p2"),
        (OBSERVATION, "subject=p1", "subject=p2"),
        (OBSERVATION, "subject:Patient=p1", "subject:Group=p1"),
        (OBSERVATION, "patient=p1", "patient=p"),
        (OBSERVATION, "date=2026-05-29", "date=2026-05-30"),
        (OBSERVATION, "date=2026-05-29T09:07:00Z", "date=2026-05-29T16:07:00Z"),
        (OBSERVATION, "date=ge2026-05-29&date=lt2026-05-30", "date=ge2026-05-29&date=lt2026-05-29"),
        (ENCOUNTER, "date=2026-05", "date=2026-05-03"),
        (ENCOUNTER, "date=ge2026-05-03", "date=sa2026-05-03"),
        (ENCOUNTER, "date=eb2026-06", "date=eb2026-05-02"),
        (OBSERVATION, "value-quantity=6.4", "value-quantity=6.5"),
        (OBSERVATION, "value-quantity=6", "value-quantity=6.0"),
        (OBSERVATION, "value-quantity=gt6.3", "value-quantity=gt6.4"),
        (OBSERVATION, "value-quantity=6.4|http://unitsofmeasure.org|%", "value-quantity=6.4|http://unitsofmeasure.org|g"),
        (OBSERVATION, "value-quantity=ap6", "value-quantity=ap5"),
        (OBSERVATION, "value-quantity=sa6.3", "value-quantity=sa6.4"),
        (OBSERVATION, "value-quantity=eb6.5", "value-quantity=eb6.4"),
        ({**OBSERVATION, "valueQuantity": {"value": 6.5}}, "value-quantity=7", "value-quantity=6"),
        (OBSERVATION, f"code-value-quantity={LOINC}|4548-4$gt6", f"code-value-quantity={LOINC}|4548-4$gt7"),
        (PRESSURE, f"component-code-value-quantity={LOINC}|8480-6$gt100",
         f"component-code-value-quantity={LOINC}|8462-4$gt100"),
        (PRESSURE, "combo-code-value-quantity=8480-6$120", "combo-code-value-quantity=8480-6$80"),
        (PATIENT, "_id=p1", "_id=p2"),
    ],
)  # fmt: skip
def test_one_that_fits_and_one_that_does_not(resource: dict[str, Any], fitting: str, not_fitting: str) -> None:
    assert _fits(resource, fitting)
    assert not _fits(resource, not_fitting)


@pytest.mark.parametrize("asked", ["date=yesterday", "date=2026-13", "value-quantity=much", "value-quantity=1|2"])
def test_values_that_cannot_be_read_are_refused(asked: str) -> None:
    with pytest.raises(HosoError) as refused:
        _fits(OBSERVATION, asked)
    assert refused.value.code == "HS5112"


def test_every_composite_of_r4_can_be_asked() -> None:
    from hoso.engines.records.fhir.definitions import resource_types, search_parameters

    example = {"token": "a|b", "string": "x", "date": "2020", "quantity": "1", "reference": "Patient/1", "number": "1"}
    asked = 0
    for type_name in resource_types():
        known = search_parameters(type_name)
        for code, parameter in known.items():
            if parameter.kind == "composite":
                value = "$".join(example[known[part].kind] for part, _ in parameter.components)
                assert not matcher(parse_query(type_name, [(code, value)]))({"resourceType": type_name})
                asked += 1
    assert asked == 72
