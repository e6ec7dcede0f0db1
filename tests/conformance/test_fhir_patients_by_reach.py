"""Patients written by software of one facility, of a place and of the whole country.

Who files must know whether a person is known, wherever: a role of writing held at one facility or place files nothing, and is
told so before anything is done. What the policy lets somebody write, the second lock of the tables (row security) must not
refuse in the middle; where it keeps a label from the writer, that is a coded refusal too.
"""

from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from hoso.core.access import policy
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import Assignment
from hoso.core.places.facilities import ensure_facility
from hoso.core.places.models import Place
from tests.claim_packages import sample_3176
from tests.conformance.bulk import parameters
from tests.conformance.conftest import intake  # noqa: F401  # the fixture
from tests.conformance.fhir_writing import Software, code_of, counts, observation, patient
from tests.hostile.cda_changes import DOCUMENTS
from tests.intaking import Intake, one, person_of, rows, sign_in

HIV = {"system": "https://hoso.vn/fhir/CodeSystem/sensitivity", "code": "hiv"}
PERSONAL = "https://hoso.vn/fhir/sid/so-dinh-danh-ca-nhan"


def at(where: dict[str, Any], role: str = "intake_service", beside: dict[str, str] | None = None) -> Software:
    """Software of an account with the role there, and perhaps another role elsewhere."""
    account = sign_in(role, **where)
    if beside:
        with as_operator():
            Assignment.objects.create(
                account=account,
                role=beside["role"],
                facility=ensure_facility(beside["facility"]),
                valid_from=date(2020, 1, 1),
            )
    return Software(Client(headers={"authorization": f"Bearer {issue_token(account, 'test', 1)}"}))


@pytest.fixture(params=["country", "country, and a doctor of one facility", "officer of the country"])
def writer(request: pytest.FixtureRequest, intake: Intake) -> Software:  # noqa: F811
    """Software with the right to write into every record; a person of facility 01000 is on file."""
    intake.file(sample_3176())
    beside = {"role": "doctor", "facility": "80901"} if "doctor" in request.param else None
    return at({}, "intake_officer" if "officer" in request.param else "intake_service", beside)


@pytest.fixture(params=["facility", "other facility", "place"])
def writer_of_a_part(request: pytest.FixtureRequest, intake: Intake) -> Software:  # noqa: F811
    """Software whose role of writing holds at one facility or place: it cannot know who is on file elsewhere."""
    intake.file(sample_3176())
    reaches: dict[str, dict[str, Any]] = {
        "facility": {"facility": "01000"},
        "other facility": {"facility": "80901"},
        "place": {"place": Place.objects.filter(valid_to=None).order_by("pk").first()},
    }
    return at(reaches[request.param])


def on_file() -> tuple[str, str]:
    """FHIR id and personal number of the person on file."""
    person = person_of(sample_3176().ma_lk)
    number = one("SELECT value FROM people_identifier WHERE kind = 'personal_number' AND person_id = %s", person)
    return str(one("SELECT patient_id FROM people_person WHERE person_id = %s", person)), str(number)


def known_again() -> dict[str, Any]:
    """A Patient that describes the person on file as the house knows them."""
    patient_id, number = on_file()
    ((name, birth, sex),) = rows(
        "SELECT name, birth_date::text, sex FROM people_person WHERE patient_id = %s", patient_id
    )
    return numbered(number, name, birthDate=birth, gender={1: "male", 2: "female"}[sex])


def numbered(number: str, name: str = "Trần Thị Thử", **more: Any) -> dict[str, Any]:
    return patient(name, identifier=[{"system": PERSONAL, "value": number}], **more)


def transaction(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def entry(resource: dict[str, Any], address: str = "", method: str = "POST", **more: Any) -> dict[str, Any]:
    return {"resource": resource, "request": {"method": method, "url": address or resource["resourceType"], **more}}


def test_an_unknown_person_is_created_and_changed(writer: Software) -> None:
    made = writer.created(numbered("001099000011"))
    changed = {**made, "telecom": [{"system": "phone", "value": "0912345678"}]}
    assert writer.put(f"Patient/{made['id']}", changed).status_code == 200
    again = writer.put(f"Patient/{made['id']}", {**changed, "gender": "male"})
    assert again.status_code == 200, again.content
    assert rows("SELECT source_person_id = person_id, details->>'phone' FROM people_statement WHERE encounter = %s", f"Patient/{made['id']}") == [(True, "0912345678")]  # fmt: skip


def test_one_without_a_number_is_created_and_changed(writer: Software) -> None:
    made = writer.created(patient("Không Có Số"))
    assert writer.put(f"Patient/{made['id']}", {**made, "birthDate": "1981"}).status_code == 200


def test_a_known_person_is_described_again(writer: Software) -> None:
    """The Patient of somebody else's package: another resource, the same person."""
    _, number = on_file()
    made = writer.created(known_again())
    person = one("SELECT person_id FROM people_identifier WHERE kind = 'personal_number' AND value = %s", number)
    assert person == one("SELECT person_id FROM people_statement WHERE encounter = %s", f"Patient/{made['id']}")
    assert (
        writer.put(
            f"Patient/{made['id']}", {**made, "telecom": [{"system": "phone", "value": "0912345679"}]}
        ).status_code
        == 200
    )


def test_with_an_id_of_its_own(writer: Software) -> None:
    own = numbered("001099000022", id="own-1")
    assert [writer.put("Patient/own-1", own).status_code for _ in range(2)] == [201, 200]
    assert writer.put("Patient/own-1", {**own, "gender": "male"}).status_code == 200


def test_by_condition(writer: Software) -> None:
    number = "001099000033"
    where = urlencode({"identifier": f"{PERSONAL}|{number}"})
    first = writer.put(f"Patient?{where}", numbered(number))
    assert first.status_code == 201, first.content
    second = writer.put(f"Patient?{where}", {**numbered(number), "gender": "male"})
    assert (second.status_code, second.json()["id"]) == (200, first.json()["id"])
    third = writer.post("Patient", numbered(number), **{"if-none-exist": where})
    assert (third.status_code, third.json()["id"]) == (200, first.json()["id"])


def test_in_a_transaction_with_and_without_a_visit(writer: Software) -> None:
    new, (_, number) = "urn:uuid:6f0d1c1e-0000-4000-8000-000000000001", on_file()
    result = {**observation("x"), "subject": {"reference": new}}
    answer = writer.post("", transaction({"fullUrl": new, **entry(numbered("001099000044"))}, entry(result)))
    assert answer.status_code == 200, answer.content
    visit = {
        "resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}, "subject": {"reference": new},
        "period": {"start": "2025-03-01T08:00:00+07:00", "end": "2025-03-01T09:00:00+07:00"},
    }  # fmt: skip
    answer = writer.post("", transaction({"fullUrl": new, **entry(known_again())}, entry(visit)))
    assert answer.status_code == 200, answer.content
    (known,) = rows("SELECT count(DISTINCT person_id) FROM people_identifier WHERE kind = 'personal_number' AND value = %s", number)  # fmt: skip
    assert known == (1,)


def test_deleted_and_brought_back(writer: Software) -> None:
    made = writer.created(numbered("001099000055"))
    address = f"Patient/{made['id']}"
    assert writer.delete(address).status_code == 204
    assert writer.put(address, made).status_code == 201


def test_a_role_held_at_one_facility_or_place_files_nothing(writer_of_a_part: Software) -> None:
    person, number = on_file()
    before = counts()
    software, known, new = writer_of_a_part, numbered(number), numbered("001099000066")
    answers = [
        software.post("Patient", new),
        software.post("Patient", known),
        software.put("Patient/own-2", {**new, "id": "own-2"}),
        software.put(f"Patient/{person}", {**known, "id": person}),
        software.put(f"Patient?identifier={PERSONAL}|{number}", known),
        software.post("Patient", new, **{"if-none-exist": f"identifier={PERSONAL}|{number}"}),
        software.delete(f"Patient/{person}"),
        software.post("", transaction(entry(new), entry(known))),
        software.post("Organization", {"resourceType": "Organization", "name": "x"}),
        software.send("POST", "$process-cda", DOCUMENTS[0].read_bytes(), "application/xml"),
        software.post("$import", an_order(), prefer="respond-async"),
    ]
    assert [(answer.status_code, code_of(answer)) for answer in answers] == [(403, "HS2412")] * len(answers)
    (refused,) = software.post("", {**transaction(entry(new)), "type": "batch"}).json()["entry"]
    assert refused["response"]["status"].startswith("403")
    assert counts() == before


def an_order() -> bytes:
    return parameters(("inputFormat", "application/fhir+ndjson"), ("input", [("type", "Patient"), ("url", "file:x")]))


def test_the_second_lock_refuses_with_a_code_where_the_first_is_open(
    intake: Intake, monkeypatch: pytest.MonkeyPatch,  # noqa: F811
) -> None:  # fmt: skip
    """With the first lock taken away, row security refuses in the middle: nothing is written, and it is no fault of the house."""
    monkeypatch.setattr(
        "hoso.engines.records.fhir.writing.turn.scope_of_writer",
        lambda actor, purpose: policy.decide(actor, "record.write", purpose),
    )
    before = counts()
    answer = at({"facility": "01000"}).post("", transaction(entry(numbered("001099000077"))))
    assert (answer.status_code, code_of(answer)) == (403, "HS2413")
    assert counts() == before


def test_what_an_officer_may_not_see_is_not_written_over(intake: Intake) -> None:  # noqa: F811
    officer, service = at({}, "intake_officer"), at({})
    person = service.created(patient("Trần Thị Nhãn"))["id"]
    made = service.created({**observation(person), "meta": {"security": [HIV]}})
    address = f"Observation/{made['id']}"
    answers = [officer.put(address, {**made, "valueInteger": 1}), officer.delete(address)]
    assert all(answer.status_code < 500 for answer in answers), [answer.content for answer in answers]
    assert service.get(address).json().get("valueInteger") is None
