"""Create, update, patch and delete by FHIR: versions, conditions, whose it is, and what is refused."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conformance.fhir_writing import Software, code_of, counts, observation, patient, software
from tests.intaking import Intake, one, rows

CCCD = "https://hoso.vn/fhir/sid/so-dinh-danh-ca-nhan"


@pytest.fixture(scope="module")
def writer(filled: Callable[[], Intake]) -> Iterator[Software]:
    filled()
    yield software()


@pytest.fixture(scope="module")
def person(writer: Software) -> str:
    return str(writer.created(patient())["id"])


def _body(id_: str) -> bytes:
    return bytes(one("SELECT body FROM records_resource WHERE id = %s", id_))


def test_what_is_sent_is_served_byte_for_byte(writer: Software, person: str) -> None:
    sent = (
        b'{\n  "resourceType" : "Observation",\n  "id": "ignored", "meta":{"profile":["https://x.vn/p"],"versionId":"9"},\n'
        b'  "valueQuantity":{"value":1.10,"unit":"g/L"},"status":"final",\n  "code":{"text":"\\u00e1"},'
        b'"subject":{"reference":"Patient/%s"}\n}' % person.encode()
    )
    answer = writer.post("Observation", sent)
    assert (answer.status_code, answer["ETag"]) == (201, 'W/"1"')
    made = answer.json()
    assert answer["Location"].endswith(f"/fhir/r4/Observation/{made['id']}/_history/1")
    assert made["id"] != "ignored" and made["meta"]["profile"] == ["https://x.vn/p"]
    behind = sent.partition(b'"versionId":"9"},')[2].lstrip()
    assert answer.content.endswith(behind)
    assert b'"value":1.10' in _body(made["id"]) and b"versionId" not in _body(made["id"])


def test_update_makes_a_version_and_the_same_again_none(writer: Software, person: str) -> None:
    made = writer.created(observation(person))
    address = f"Observation/{made['id']}"
    changed = {**observation(person), "id": made["id"], "valueString": "mới"}
    answer = writer.put(address, changed)
    assert (answer.status_code, answer["ETag"]) == (200, 'W/"2"')
    before = counts()
    again = writer.put(address, changed)
    assert (again.status_code, again["ETag"]) == (200, 'W/"2"')
    assert counts() == before
    versions = rows("SELECT version FROM records_resource_version WHERE id = %s", made["id"])
    assert versions == [(1,)]


def test_update_creates_under_the_clients_id(writer: Software, person: str) -> None:
    content = {**observation(person), "id": "my.own-id"}
    assert writer.put("Observation/my.own-id", content).status_code == 201
    assert writer.put("Observation/my.own-id", {**content, "id": "other"}).status_code == 400
    assert code_of(writer.put("Observation/my.own-id", observation(person))) == "HS5122"
    assert writer.put("Observation/bad_id", {**content, "id": "bad_id"}).status_code == 422


def test_delete_is_a_version_and_the_resource_can_come_back(writer: Software, person: str) -> None:
    made = writer.created(observation(person))
    address = f"Observation/{made['id']}"
    answer = writer.delete(address)
    assert (answer.status_code, answer["ETag"], answer.content) == (204, 'W/"2"', b"")
    assert writer.delete(address).status_code == 204
    assert writer.delete("Observation/never-there").status_code == 204
    assert one("SELECT version FROM records_resource WHERE id = %s AND deleted", made["id"]) == 2
    back = writer.put(address, {**observation(person), "id": made["id"]})
    assert (back.status_code, back["ETag"]) == (201, 'W/"3"')


def test_a_version_that_is_not_current_is_not_written_over(writer: Software, person: str) -> None:
    made = writer.created(observation(person))
    address, content = f"Observation/{made['id']}", {**observation(person), "id": made["id"], "valueString": "x"}
    assert writer.put(address, content, if_match='W/"1"').status_code == 200
    for answer in (
        writer.put(address, {**content, "valueString": "y"}, if_match='W/"1"'),
        writer.delete(address, if_match='W/"7"'),
        writer.put("Observation/none-yet", {**content, "id": "none-yet"}, if_match='W/"1"'),
        writer.put(address, content, if_match="nonsense"),
    ):
        assert (answer.status_code, code_of(answer)) == (412, "HS5123")
    assert code_of(writer.put(address, content, if_none_match="*")) == "HS5136"


def test_conditional_create_update_and_delete(writer: Software, person: str) -> None:
    numbered = {**observation(person), "identifier": [{"system": "https://lab.vn", "value": "L-1"}]}
    found = {"if_none_exist": "identifier=https://lab.vn|L-1"}
    made = writer.created(numbered, **found)
    before = counts()
    again = writer.post("Observation", {**numbered, "valueString": "not looked at"}, **found)
    assert (again.status_code, again.json()["id"]) == (200, made["id"])
    assert counts() == before
    address = "Observation?identifier=https://lab.vn|L-1"
    assert writer.put(address, {**numbered, "valueString": "v2"}).json()["meta"]["versionId"] == "2"
    elsewhere = {**numbered, "identifier": [{"system": "https://other.vn", "value": "L-1"}]}
    assert writer.put("Observation?identifier=https://other.vn|L-1", elsewhere).status_code == 201
    twice = writer.put("Observation?identifier=L-1", numbered)
    assert (twice.status_code, code_of(twice)) == (412, "HS5124")
    assert writer.delete("Observation?identifier=https://lab.vn|L-1").status_code == 204
    assert writer.delete("Observation?identifier=https://lab.vn|L-1").status_code == 204
    assert code_of(writer.delete("Observation?date=2020")) == "HS5125"
    assert code_of(writer.delete("Observation")) == "HS5125"
    assert code_of(writer.delete("Observation?colour=red")) == "HS5110"


def test_a_parameter_that_would_be_ignored_is_refused(writer: Software, person: str) -> None:
    assert code_of(writer.post("Observation?_id=x", observation(person))) == "HS5110"
    assert code_of(writer.delete("Observation/x?cascade=true")) == "HS5110"
    assert writer.post("Observation?_format=json", observation(person)).status_code == 201


@pytest.mark.parametrize("address", ["Observation?_id=%00", "Observation?patient=x%00", "Observation?subject=%00y"])
def test_a_byte_that_no_text_holds_is_refused(writer: Software, address: str) -> None:
    assert code_of(software("doctor", "01000").get(address)) == "HS5112"
    assert code_of(writer.delete(address)) == "HS5112"
    assert code_of(writer.delete("Observation/%00")) == "HS5001"
    assert code_of(software("doctor", "01000").get("Observation/%00")) == "HS5001"


def test_what_is_preferred_comes_back(writer: Software, person: str) -> None:
    for wanted, content in (("minimal", b""), ("OperationOutcome", b"informational"), ("representation", b"subject")):
        answer = writer.post("Observation", observation(person), prefer=f"return={wanted}")
        assert answer.status_code == 201 and content in answer.content and answer["Location"]
    assert code_of(writer.post("Observation", observation(person), prefer="return=all")) == "HS5142"


@pytest.mark.parametrize(
    ("address", "content", "status", "code"),
    [
        ("Observation", b"{", 422, "HS5101"),
        ("Observation", b"[1]", 422, "HS5101"),
        ("Observation", {"resourceType": "Observation", "status": "final", "colour": 1}, 422, "HS5102"),
        ("Observation", {"resourceType": "Observation", "status": "sure", "code": {"text": "x"}}, 422, "HS5104"),
        ("Patient", {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}, 400, "HS5121"),
        ("Observation", {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}, 422, "HS5127"),
        ("Observation", observation("nobody"), 422, "HS5129"),
        ("Nothing", {}, 404, "HS5115"),
        ("AuditEvent", {}, 405, "HS5134"),
    ],
)
def test_what_cannot_be_filed_is_a_coded_outcome(
    writer: Software, address: str, content: Any, status: int, code: str
) -> None:
    before = counts()
    answer = writer.post(address, content)
    assert (answer.status_code, code_of(answer)) == (status, code), answer.content
    assert counts() == before


def test_an_issue_says_where(writer: Software) -> None:
    issue = writer.post("Patient", {**patient(), "gender": "f"}).json()["issue"][0]
    assert issue["expression"] == ["Patient.gender"] and issue["code"] == "code-invalid"


def test_only_software_writes_and_only_with_the_permission(writer: Software, person: str) -> None:
    from django.test import Client

    from tests.conformance.fhir_writing import BASE, FHIR_JSON
    from tests.intaking import sign_in

    assert software("doctor", "01000").post("Observation", observation(person)).status_code == 403
    browser = Client()
    browser.force_login(sign_in("intake_officer"))
    answer = browser.post(f"{BASE}/Observation", observation(person), content_type=FHIR_JSON)
    assert answer.status_code == 401
    assert writer.send("POST", "Observation", b"<x/>", kind="application/fhir+xml").status_code == 415


def test_a_patient_is_found_by_number_and_contradictions_are_kept_apart(writer: Software) -> None:
    number = {"identifier": [{"system": CCCD, "value": "001180000077"}]}
    first = writer.created(patient("Nguyễn Văn Một", **number))
    second = writer.created(patient("Nguyễn Văn Một", **number))
    other = writer.created({**patient("Lê Hoàng Khác Hẳn", **number), "gender": "male", "birthDate": "1950-01-01"})
    persons = dict(rows("SELECT id, person_id FROM records_location WHERE id = ANY (%s)", [first["id"], second["id"], other["id"]]))  # fmt: skip
    assert persons[first["id"]] == persons[second["id"]] != persons[other["id"]]
    assert one("SELECT provisional FROM people_person WHERE person_id = %s", persons[other["id"]])
    by_number = {**observation(""), "subject": {"identifier": {"system": CCCD, "value": "001180000077"}}}
    made = writer.created(by_number)
    assert one("SELECT person_id FROM records_resource WHERE id = %s", made["id"]) == persons[first["id"]]


def test_a_changed_patient_changes_what_is_known_of_the_person(writer: Software) -> None:
    made = writer.created(patient("Phạm Thị Cũ"))
    assert writer.put(f"Patient/{made['id']}", {**patient("Phạm Thị Mới"), "id": made["id"]}).status_code == 200
    assert one("SELECT name FROM people_person WHERE patient_id = %s", made["id"]) == "Phạm Thị Mới"


def test_a_resource_stays_in_the_record_it_is_in(writer: Software, person: str) -> None:
    other = str(writer.created(patient("Võ Thị Khác"))["id"])
    made = writer.created(observation(person))
    answer = writer.put(f"Observation/{made['id']}", {**observation(other), "id": made["id"]})
    assert (answer.status_code, code_of(answer)) == (409, "HS5130")
    group = {
        "resourceType": "Group", "type": "person", "actual": True,
        "member": [{"entity": {"reference": f"Patient/{one}"}} for one in (person, other)],
    }  # fmt: skip
    assert code_of(writer.post("Group", group)) == "HS5128"


def test_what_is_about_nobody_is_shared_and_what_names_a_patient_is_not(writer: Software, person: str) -> None:
    made = writer.created({"resourceType": "Organization", "name": "Bệnh viện Thử", "active": True})
    assert software("doctor", "01000").get(f"Organization/{made['id']}").json()["name"] == "Bệnh viện Thử"
    task = writer.created(
        {"resourceType": "Task", "status": "requested", "intent": "order", "for": {"reference": f"Patient/{person}"}}
    )
    assert one("SELECT person_id FROM records_resource WHERE id = %s", task["id"]) != 0
    assert software("doctor", "01000").get(f"Task/{task['id']}").status_code == 404
    secret = writer.created({"resourceType": "Organization", "name": "Phòng khám HIV"})
    assert software("doctor", "01000").get(f"Organization/{secret['id']}").status_code == 404


def test_labels_are_set_on_arrival_and_served(writer: Software, person: str) -> None:
    made = writer.created({**observation(person), "code": {"text": "HIV Ag/Ab"}})
    labels = {one["code"] for one in made["meta"]["security"]}
    assert labels == {"hiv"}
    asked = writer.created(
        observation(person, meta={"security": [
            {"system": "https://hoso.vn/fhir/CodeSystem/sensitivity", "code": "psychiatry"}, {"system": "x", "code": "R"},
        ]})
    )  # fmt: skip
    assert [one["code"] for one in asked["meta"]["security"]] == ["R", "psychiatry"]
    again = writer.put(f"Observation/{asked['id']}", asked)
    assert again["ETag"] == 'W/"1"'


def test_a_visit_opens_the_record_to_the_facility_it_is_at(writer: Software, person: str) -> None:
    from hoso.core.places.facilities import ensure_facility

    ensure_facility("01007", "Bệnh viện Bảy")
    doctor = software("doctor", "01007")
    assert doctor.get(f"Patient/{person}").status_code == 404
    visit = {
        "resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"},
        "subject": {"reference": f"Patient/{person}"}, "period": {"start": "2025-03-01", "end": "2025-03-02"},
        "serviceProvider": {"identifier": {"system": "https://hoso.vn/fhir/sid/ma-cskcb", "value": "01007"}},
    }  # fmt: skip
    writer.created(visit)
    assert doctor.get(f"Patient/{person}").status_code == 200


def test_each_write_is_one_change_and_one_event(writer: Software, person: str) -> None:
    from django.db import connections

    whose = one("SELECT person_id FROM records_location WHERE id = %s", person)
    made = writer.created(observation(person))
    payload = rows("SELECT payload FROM changes_change WHERE topic = 'resources.written' ORDER BY id DESC LIMIT 1")[0][
        0
    ]
    assert str(made["id"]) in str(payload)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT person_id, action, object, found, purpose FROM audit_event ORDER BY id DESC LIMIT 1")
        assert cursor.fetchone() == (whose, "create", "Observation", 1, "record_keeping")


def test_meta_is_read_added_to_and_taken_from(writer: Software) -> None:
    reader = software("doctor", "01007")
    person = writer.created(patient("Đỗ Thị Nhãn"))["id"]
    visit = writer.created({
        "resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}, "subject": {"reference": f"Patient/{person}"},
        "serviceProvider": {"identifier": {"system": "https://hoso.vn/fhir/sid/ma-cskcb", "value": "01007"}},
    })  # fmt: skip
    address = f"Encounter/{visit['id']}"
    tag, other = {"system": "urn:test", "code": "a"}, {"system": "urn:test", "code": "b"}
    label = {"system": "https://hoso.vn/fhir/CodeSystem/sensitivity", "code": "mental_health"}

    def changed(operation: str, **meta: Any) -> Any:
        given = {"name": "meta", "valueMeta": meta}
        return writer.post(f"{address}/{operation}", {"resourceType": "Parameters", "parameter": [given]})

    def told(answer: Any) -> Any:
        assert answer.status_code == 200, answer.content
        return answer.json()["parameter"][0]["valueMeta"]

    first = told(changed("$meta-add", tag=[tag, other]))
    assert (first["tag"], first["versionId"]) == ([tag, other], "2")
    assert told(changed("$meta-add", tag=[tag]))["versionId"] == "2"  # the same again is nothing
    assert told(changed("$meta-delete", tag=[other]))["tag"] == [tag]
    assert told(reader.get(f"{address}/$meta"))["tag"] == [tag]
    assert code_of(changed("$meta-delete", security=[label])) == "HS5204"
    assert code_of(writer.post(f"{address}/$meta-add", {"resourceType": "Parameters"})) == "HS5202"
    assert code_of(reader.get("Encounter/nobody/$meta")) == "HS5001"
