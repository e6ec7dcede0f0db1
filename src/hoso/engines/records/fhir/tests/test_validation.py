"""Each thing the validation looks at has a resource that trips it and one that does not."""

import json
from typing import Any

import pytest

from hoso.core.errors import codes
from hoso.engines.records.fhir.tests.test_paths import synthea
from hoso.engines.records.fhir.validation import validate

OBSERVATION = {"resourceType": "Observation", "status": "final", "code": {"text": "HbA1c"}}
PATIENT = {"resourceType": "Patient"}


def _issues(resource: Any) -> list[tuple[str, str]]:
    return [(one.error, one.expression) for one in validate(json.dumps(resource).encode())]


def test_records_of_others_have_no_issue() -> None:
    assert len(synthea()) > 1500
    assert [found for one in synthea() if (found := _issues(one))] == []


@pytest.mark.parametrize(
    ("wrong", "right", "issue"),
    [
        ({**PATIENT, "colour": 1}, PATIENT, ("HS5102", "Patient.colour")),
        ({**PATIENT, "name": {"family": "Lê"}}, {**PATIENT, "name": [{"family": "Lê"}]}, ("HS5102", "Patient.name")),
        ({**PATIENT, "birthDate": "2026-13-01"}, {**PATIENT, "birthDate": "2026-12"}, ("HS5102", "Patient.birthDate")),
        ({**PATIENT, "active": "true"}, {**PATIENT, "active": True}, ("HS5102", "Patient.active")),
        ({**OBSERVATION, "code": None}, OBSERVATION, ("HS5102", "Observation.code")),
        ({**PATIENT, "id": "a b"}, {**PATIENT, "id": "a-b.1"}, ("HS5103", "Patient.id")),
        ({**PATIENT, "gender": "nam"}, {**PATIENT, "gender": "male"}, ("HS5104", "Patient.gender")),
        ({**PATIENT, "contact": [{"gender": "x"}]}, {**PATIENT, "contact": [{"gender": "female"}]},
         ("HS5104", "Patient.contact[0].gender")),
        ({**PATIENT, "identifier": [{"use": "x"}]}, {**PATIENT, "identifier": [{"use": "official"}]},
         ("HS5104", "Patient.identifier[0].use")),
        ({**PATIENT, "contained": [{**OBSERVATION, "status": "x"}]}, {**PATIENT, "contained": [OBSERVATION]},
         ("HS5104", "Patient.contained[0].status")),
        ({**PATIENT, "managingOrganization": {"reference": "Patient/1"}},
         {**PATIENT, "managingOrganization": {"reference": "Organization/1"}},
         ("HS5105", "Patient.managingOrganization")),
    ],
)  # fmt: skip
def test_one_thing_wrong(wrong: dict[str, Any], right: dict[str, Any], issue: tuple[str, str]) -> None:
    assert issue in _issues(wrong)
    assert _issues(right) == []
    assert issue[0] in codes()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"resourceType":"Nope"}', b"<Patient/>", b"\xff\xfe", b'"Patient"']
)
def test_what_is_no_resource(body: bytes) -> None:
    assert [one.error for one in validate(body)] == ["HS5101"]


def test_items_within_items_are_looked_at() -> None:
    inner = {"linkId": "2", "type": "bogus"}
    form = {
        "resourceType": "Questionnaire",
        "status": "active",
        "item": [{"linkId": "1", "type": "group", "item": [inner]}],
    }
    assert _issues(form) == [("HS5104", "Questionnaire.item[0].item[0].type")]
