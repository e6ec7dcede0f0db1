"""FHIR's interactions over what the intake filed: asked as software asks, with a token."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from fhir.resources.R4B import get_fhir_model_class

from hoso.core.accounts.credentials import issue_token
from tests.claim_packages import sample_3176
from tests.intaking import Intake, one, person_of, sign_in

BASE = "/fhir/r4"


@dataclass(frozen=True)
class House:
    client: Client
    stranger: Client
    patient: str
    encounter: str

    def get(self, address: str, **headers: str) -> Any:
        return self.client.get(f"{BASE}/{address}", headers=headers)

    def ids(self, address: str) -> list[str]:
        answer = self.get(address)
        assert answer.status_code == 200, answer.content
        bundle = answer.json()
        get_fhir_model_class("Bundle").model_validate(bundle)
        return [entry["resource"]["id"] for entry in bundle.get("entry", [])]


@pytest.fixture(scope="module")
def house(filled: Callable[[], Intake]) -> Iterator[House]:
    claim = sample_3176()
    intake = filled()
    intake.file(claim)
    intake.file(claim.with_(NGAYLAP="20990101", CHAN_DOAN_RV="Chẩn đoán đã sửa"))
    patient = one("SELECT patient_id FROM people_person WHERE person_id = %s", person_of(claim.ma_lk))
    encounter = one("SELECT encounter FROM intake_visit WHERE ma_lk = %s LIMIT 1", claim.ma_lk)
    yield House(_client("doctor", "01000"), _client("station_nurse", "99999"), patient, encounter)


def _client(role: str, facility: str) -> Client:
    return Client(headers={"authorization": f"Bearer {issue_token(sign_in(role, facility), 'test', 1)}"})


def test_the_statement_is_valid_and_names_what_is_served(house: House) -> None:
    statement = Client().get(f"{BASE}/metadata").json()
    get_fhir_model_class("CapabilityStatement").model_validate(statement)
    served = {one["type"]: one for one in statement["rest"][0]["resource"]}
    assert {"Patient", "Encounter", "Observation"} <= set(served)
    assert "code" in {one["name"] for one in served["Observation"]["searchParam"]}


def test_read_gives_the_stored_bytes_with_id_and_meta(house: House) -> None:
    answer = house.get(f"Patient/{house.patient}")
    assert answer["Content-Type"].startswith("application/fhir+json")
    content = answer.json()
    assert (content["resourceType"], content["id"]) == ("Patient", house.patient)
    assert answer["ETag"] == f'W/"{content["meta"]["versionId"]}"'
    body = bytes(one("SELECT body FROM records_resource WHERE id = %s", house.patient))
    assert answer.content.endswith(body[len(b'{"resourceType":"Patient"') :])


def test_what_did_not_change_is_not_sent_again(house: House) -> None:
    first = house.get(f"Patient/{house.patient}")
    again = house.get(f"Patient/{house.patient}", if_none_match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_versions(house: House) -> None:
    bundle = house.get(f"Encounter/{house.encounter}/_history").json()
    get_fhir_model_class("Bundle").model_validate(bundle)
    numbers = [entry["resource"]["meta"]["versionId"] for entry in bundle["entry"]]
    assert numbers == sorted(numbers, reverse=True) and len(numbers) >= 2
    for number, entry in zip(numbers, bundle["entry"], strict=True):
        assert house.get(f"Encounter/{house.encounter}/_history/{number}").json() == entry["resource"]
    assert house.get(f"Encounter/{house.encounter}/_history/999").status_code == 404


def test_search_in_a_record(house: House) -> None:
    everything = house.ids(f"Observation?patient={house.patient}&_count=1000")
    assert len(everything) >= 3
    contents = [house.get(f"Observation/{one}").json() for one in everything]
    code = contents[0]["code"]["coding"][0]["code"]
    wanted = {one["id"] for one in contents if any(c["code"] == code for c in one["code"]["coding"])}
    assert set(house.ids(f"Observation?patient={house.patient}&code={code}&_count=1000")) == wanted
    assert house.ids(f"Observation?subject=Patient/{house.patient}&code=none") == []
    assert house.ids(f"Encounter?patient={house.patient}&date=ge1990") == [house.encounter]


def test_patients_by_name_and_number(house: House) -> None:
    patient = house.get(f"Patient/{house.patient}").json()
    identifier = patient["identifier"][0]
    assert house.ids(f"Patient?identifier={identifier['system']}|{identifier['value']}") == [house.patient]
    assert house.ids(f"Patient?identifier=other|{identifier['value']}") == []
    assert house.patient in house.ids(f"Patient?name={patient['name'][0]['family']}")
    assert house.ids(f"Patient?_id={house.patient}&birthdate={patient['birthDate']}") == [house.patient]


def test_pages_hold_everything_once(house: House) -> None:
    whole = house.ids(f"Observation?patient={house.patient}&_count=1000")
    address, seen = f"Observation?patient={house.patient}&_count=2", []
    while address:
        bundle = house.get(address).json()
        seen += [entry["resource"]["id"] for entry in bundle["entry"]]
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        address = links.get("next", "").partition(f"{BASE}/")[2]
    assert seen == whole and len(set(seen)) == len(seen)


def test_an_old_or_forged_page_is_gone(house: House) -> None:
    answer = house.get(f"Observation?patient={house.patient}&_page=forged")
    assert answer.status_code == 410 and _code(answer) == "HS5008"


def test_order(house: House) -> None:
    address = f"Observation?patient={house.patient}&_count=1000"
    newest = [
        house.get(f"Observation/{one}").json().get("effectiveDateTime", "")
        for one in house.ids(f"{address}&_sort=-date")
    ]
    oldest = [
        house.get(f"Observation/{one}").json().get("effectiveDateTime", "")
        for one in house.ids(f"{address}&_sort=date")
    ]
    assert sorted(oldest) == oldest and sorted(newest, reverse=True) == newest


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("Observation?patient=x&colour=red", 400, "HS5110"),
        ("Observation?patient=x&_include=Observation:colour", 400, "HS5112"),
        ("Observation?status.name=x", 400, "HS5155"),
        ("Patient/x/Location", 404, "HS5157"),
        ("Observation?patient=x&date=never", 400, "HS5112"),
        ("Nothing", 404, "HS5115"),
        ("Patient/nobody", 404, "HS5001"),
        ("Patient?name=x&_format=xml", 406, "HS5114"),
    ],
)
def test_refusals_are_coded_outcomes(house: House, address: str, status: int, code: str) -> None:
    patient = house.patient if "=x&date" in address else "x"
    answer = house.get(address.replace("patient=x", f"patient={patient}"))
    assert (answer.status_code, _code(answer)) == (status, code)
    get_fhir_model_class("OperationOutcome").model_validate(answer.json())


def test_what_is_no_interaction_is_refused(house: House) -> None:
    answer = house.client.put(f"{BASE}/Patient/{house.patient}/_history", b"{}", "application/fhir+json")
    assert (answer.status_code, _code(answer), answer["Allow"]) == (405, "HS5116", "GET")


def test_who_may_not_see_the_person_learns_nothing(house: House) -> None:
    known = house.stranger.get(f"{BASE}/Patient/{house.patient}")
    unknown = house.stranger.get(f"{BASE}/Patient/00000000-0000-8000-8000-000000000000")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (404, unknown.content)
    assert house.stranger.get(f"{BASE}/Observation?patient={house.patient}").json()["total"] == 0
    assert Client().get(f"{BASE}/Patient/{house.patient}").status_code == 401


def _code(answer: Any) -> str:
    return str(answer.json()["issue"][0]["details"]["coding"][0]["code"])
