"""Patches: JSON Patch and FHIRPath Patch, what they change and what they leave."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hoso.engines.records.fhir.writing.fhirpath_patch import apply_fhirpath_patch
from tests.conformance.fhir_writing import Software, code_of, observation, patient, software
from tests.intaking import Intake, one

JSON_PATCH = "application/json-patch+json"


@pytest.fixture(scope="module")
def writer(filled: Callable[[], Intake]) -> Iterator[Software]:
    filled()
    yield software()


@pytest.fixture
def address(writer: Software) -> str:
    person = writer.created(patient())["id"]
    sent = writer.created({**observation(person), "valueQuantity": {"value": 1, "unit": "g"}})
    return f"Observation/{sent['id']}"


def operation(kind: str, path: str, **parts: Any) -> dict[str, Any]:
    given = [{"name": "type", "valueCode": kind}, {"name": "path", "valueString": path}]
    given += [{"name": name, **value} for name, value in parts.items()]
    return {"name": "operation", "part": given}


def parameters(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": list(operations)}


def test_json_patch(writer: Software, address: str) -> None:
    body = b'[{"op": "replace", "path": "/valueQuantity/value", "value": 2.50}, {"op": "add", "path": "/note", "value": [{"text": "x"}]}]'
    answer = writer.send("PATCH", address, body, JSON_PATCH, if_match='W/"1"')
    assert (answer.status_code, answer["ETag"]) == (200, 'W/"2"')
    assert b'"value":2.50' in bytes(one("SELECT body FROM records_resource WHERE id = %s", address.partition("/")[2]))
    found = writer.send("PATCH", f"Observation?_id={address.partition('/')[2]}", b'[{"op": "remove", "path": "/note"}]', JSON_PATCH)  # fmt: skip
    assert "note" not in found.json()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{}", 422, "HS5135"),
        (b"[", 422, "HS5135"),
        (b'[{"op": "remove", "path": "/nothing"}]', 422, "HS5135"),
        (b'[{"op": "test", "path": "/status", "value": "amended"}]', 422, "HS5135"),
        (b'[{"op": "replace", "path": "/id", "value": "other"}]', 422, "HS5135"),
        (b'[{"op": "replace", "path": "", "value": 1}]', 422, "HS5135"),
        (b'[{"op": "replace", "path": "/status", "value": "perhaps"}]', 422, "HS5104"),
        (b'[{"op": "replace", "path": "/subject/reference", "value": "Patient/nobody"}]', 422, "HS5129"),
    ],
)
def test_a_patch_that_does_not_fit_changes_nothing(writer: Software, address: str, body: bytes, status: int, code: str) -> None:  # fmt: skip
    answer = writer.send("PATCH", address, body, JSON_PATCH)
    assert (answer.status_code, code_of(answer)) == (status, code)
    assert one("SELECT version FROM records_resource WHERE id = %s", address.partition("/")[2]) == 1


def test_fhirpath_patch(writer: Software, address: str) -> None:
    answer = writer.send(
        "PATCH", address,
        parameters(
            operation("replace", "Observation.status", value={"valueCode": "amended"}),
            operation("add", "Observation", name={"valueString": "note"}, value={"valueAnnotation": {"text": "y"}}),
        ),
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    assert (answer.json()["status"], answer.json()["note"]) == ("amended", [{"text": "y"}])


def test_what_is_not_there_or_gone_is_not_patched(writer: Software, address: str) -> None:
    assert writer.send("PATCH", "Observation/none", b"[]", JSON_PATCH).status_code == 404
    writer.delete(address)
    assert writer.send("PATCH", address, b"[]", JSON_PATCH).status_code == 410


PERSON: dict[str, Any] = {
    "resourceType": "Patient",
    "name": [{"family": "A", "given": ["B", "C"]}, {"family": "D"}],
    "active": True,
}


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([operation("add", "Patient", name={"valueString": "gender"}, value={"valueCode": "male"})], {"gender": "male"}),
        ([operation("delete", "Patient.active")], {"active": None}),
        ([operation("delete", "Patient.name[1]")], {"name": PERSON["name"][:1]}),
        ([operation("delete", "Patient.name.where(family = 'A')")], {"name": PERSON["name"][1:]}),
        ([operation("delete", "Patient.birthDate")], {}),
        ([operation("replace", "Patient.name.last().family", value={"valueString": "E"})], {"name": [PERSON["name"][0], {"family": "E"}]}),
        ([operation("insert", "Patient.name[0].given", index={"valueInteger": 0}, value={"valueString": "Z"})],
         {"name": [{"family": "A", "given": ["Z", "B", "C"]}, {"family": "D"}]}),
        ([operation("move", "Patient.name", source={"valueInteger": 1}, destination={"valueInteger": 0})], {"name": PERSON["name"][::-1]}),
        ([operation("add", "Patient", name={"valueString": "contact"}, value={"part": [{"name": "gender", "valueCode": "male"}]})],
         {"contact": [{"gender": "male"}]}),
    ],
)  # fmt: skip
def test_operations(operations: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    import copy

    changed = apply_fhirpath_patch(copy.deepcopy(PERSON), parameters(*operations))
    wanted = {name: value for name, value in {**PERSON, **expected}.items() if value is not None}
    assert changed == wanted


@pytest.mark.parametrize(
    "bad",
    [
        operation("add", "Patient", name={"valueString": "active"}, value={"valueBoolean": False}),
        operation("add", "Patient", name={"valueString": "colour"}, value={"valueString": "red"}),
        operation("replace", "Patient.name.family", value={"valueString": "E"}),
        operation("replace", "Patient.birthDate", value={"valueDate": "2000-01-01"}),
        operation("delete", "Patient.name"),
        operation("delete", "Observation.status"),
        operation("insert", "Patient.name", index={"valueInteger": 9}, value={"valueString": "x"}),
        operation("replace", "Patient.name.select(x)", value={"valueString": "x"}),
        operation("turn", "Patient.name"),
        {"name": "operation", "part": []},
        {"name": "other"},
    ],
)
def test_operations_that_do_not_fit(bad: dict[str, Any]) -> None:
    import copy

    with pytest.raises(ValueError, match="."):
        apply_fhirpath_patch(copy.deepcopy(PERSON), parameters(bad))
