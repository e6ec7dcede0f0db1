"""`Patient/$merge` over HTTP: previewed, done, undone at the desk; what it does not take."""

from typing import Any

import orjson
import pytest
from django.test import Client

from hoso.core.accounts.credentials import issue_token
from hoso.engines.intake.joining import part_persons
from tests.claim_packages import sample_3176
from tests.intaking import Intake, one, person_of, rows, sign_in
from tests.joining import officer


def patient_of(ma_lk: str) -> str:
    return str(one("SELECT patient_id FROM people_person WHERE person_id = %s", person_of(ma_lk)))


def merge(client: Client, source: str, target: str, *more: dict[str, Any]) -> Any:
    parts = [
        {"name": "source-patient", "valueReference": {"reference": f"Patient/{source}"}},
        {"name": "target-patient", "valueReference": {"reference": f"http://testserver/fhir/r4/Patient/{target}"}}, *more,
    ]  # fmt: skip
    body = orjson.dumps({"resourceType": "Parameters", "parameter": parts})
    return client.post("/fhir/r4/Patient/$merge", body, content_type="application/fhir+json")


def software(role: str) -> Client:
    return Client(headers={"authorization": f"Bearer {issue_token(sign_in(role), 'test', 1)}"})


@pytest.fixture
def two(intake: Intake) -> tuple[str, str]:
    claim = sample_3176()
    intake.file(claim, claim.with_(MA_LK="SYN.2", SO_CCCD="079085000004", MA_THE_BHYT="", MA_BN="SYN-4"))
    return patient_of("SYN.2"), patient_of(claim.ma_lk)


def test_a_preview_shows_the_result_and_changes_nothing(two: tuple[str, str]) -> None:
    client = software("intake_officer")
    answer = merge(client, *two, {"name": "preview", "valueBoolean": True})
    assert answer.status_code == 200, answer.content
    told = {part["name"]: part["resource"] for part in answer.json()["parameter"]}
    assert told["result"]["id"] == two[1] and _replaces(told["result"]) == [two[0]]
    assert (
        told["input"]["resourceType"] == "Parameters" and "xem trước" in told["outcome"]["issue"][0]["details"]["text"]
    )
    assert one("SELECT count(*) FROM people_join") == 0
    assert one("SELECT count(*) FROM people_person WHERE merged_into IS NOT NULL") == 0


def test_two_are_joined_and_parted_again(two: tuple[str, str]) -> None:
    client = software("intake_officer")
    answer = merge(client, *two, {"name": "result-patient", "resource": {"resourceType": "Patient", "id": two[1]}})
    assert answer.status_code == 200, answer.content
    assert _replaces(answer.json()["parameter"][2]["resource"]) == [two[0]]
    assert merge(client, *two).json()["issue"][0]["details"]["coding"][0]["code"] == "HS6030"  # they are one by now
    part_persons(officer(), int(one("SELECT max(id) FROM people_join")), "nhầm")
    assert merge(client, *two, {"name": "preview", "valueBoolean": True}).status_code == 200


def _replaces(patient: dict[str, Any]) -> list[str]:
    return [
        link["other"]["reference"].removeprefix("Patient/")
        for link in patient.get("link", [])
        if link["type"] == "replaces"
    ]


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ({"name": "source-patient-identifier", "valueIdentifier": {"value": "1"}}, "HS5112"),
        ({"name": "source-patient-identifier", "valueIdentifier": {"system": "http://x", "value": "1"}}, "HS6230"),
        ({"name": "source-patient", "valueReference": {"reference": "Patient/x"}}, "HS5112"),
        ({"name": "strange", "valueString": "x"}, "HS6210"),
        ({"name": "result-patient", "resource": {"resourceType": "Patient", "id": "x"}}, "HS6210"),
        ({"name": "preview", "valueBoolean": "yes"}, "HS5112"), ({"name": "source-patient"}, "HS5112"),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_said(two: tuple[str, str], part: dict[str, Any], code: str) -> None:
    answer = merge(software("intake_officer"), *two, part)
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == code
    assert one("SELECT count(*) FROM people_join") == 0


SID = "https://hoso.vn/fhir/sid/"


def identified(client: Client, side: dict[str, list[tuple[str, str]]], *more: dict[str, Any]) -> Any:
    parts = [
        {"name": f"{name}-patient-identifier", "valueIdentifier": {"system": system, "value": value}}
        for name, told in side.items()
        for system, value in told
    ]
    body = orjson.dumps({"resourceType": "Parameters", "parameter": [*parts, *more]})
    return client.post("/fhir/r4/Patient/$merge", body, content_type="application/fhir+json")


def _code(answer: Any) -> str:
    return str(answer.json()["issue"][0]["details"]["coding"][0]["code"])


def _numbers(patient_id: str) -> list[tuple[str, str]]:
    kinds = {"personal_number": "so-dinh-danh-ca-nhan", "card": "bhyt"}
    found = rows(
        "SELECT i.kind, i.value FROM people_identifier i JOIN people_person p ON p.person_id = i.source_person_id"
        " WHERE p.patient_id = %s AND i.kind = ANY (%s) ORDER BY i.kind DESC", patient_id, list(kinds),
    )  # fmt: skip
    return [(SID + kinds[kind], value) for kind, value in found]


def test_two_are_joined_by_their_identifiers_and_the_joined_one_is_not_meant_again(two: tuple[str, str]) -> None:
    client = software("intake_officer")
    source, target = _numbers(two[0]), _numbers(two[1])
    assert len(target) > 1  # several of one side have to fit one Patient together
    preview = identified(client, {"source": source, "target": target}, {"name": "preview", "valueBoolean": True})
    assert preview.status_code == 200, preview.content
    answer = identified(client, {"source": source, "target": target})
    assert _replaces(answer.json()["parameter"][2]["resource"]) == [two[0]]
    assert _code(identified(client, {"source": source, "target": target})) == "HS6030"  # both name the one of now


def test_identifiers_that_fit_nobody_two_or_another_than_the_reference_are_refused(two: tuple[str, str]) -> None:
    client = software("intake_officer")
    source, target = _numbers(two[0]), _numbers(two[1])
    assert _code(identified(client, {"source": [*source, *target], "target": target})) == "HS6230"
    assert _code(identified(client, {"source": source, "target": [(SID + "bhyt", "DN4790000000000")]})) == "HS6230"
    reference = {"name": "source-patient", "valueReference": {"reference": f"Patient/{two[1]}"}}
    assert _code(identified(client, {"source": source, "target": target}, reference)) == "HS6231"
    assert _code(identified(client, {"source": source})) == "HS5112"
    assert one("SELECT count(*) FROM people_join") == 0


def test_identifiers_of_whom_the_asker_may_not_see_fit_nobody(two: tuple[str, str]) -> None:
    far = Client(headers={"authorization": f"Bearer {issue_token(sign_in('intake_officer', '79999'), 'test', 1)}"})
    assert _code(identified(far, {"source": _numbers(two[0]), "target": _numbers(two[1])})) == "HS6230"


def test_who_may_not_decide_merges_nobody_and_nobody_unknown_is_merged(two: tuple[str, str]) -> None:
    assert merge(software("doctor"), *two).status_code == 403
    assert merge(software("intake_officer"), "nobody", two[1]).status_code == 404
    assert one("SELECT count(*) FROM people_join") == 0
