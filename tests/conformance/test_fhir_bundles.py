"""Transactions and batches: all or nothing, entry by entry, references put right, limits kept."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hoso.engines.records.fhir.writing import bundles
from hoso.web.fhir import limits, writes
from tests.conformance.fhir_writing import Software, code_of, counts, observation, patient, software
from tests.intaking import Intake, one

PATIENT, VISIT, RESULT = (f"urn:uuid:00000000-0000-4000-8000-00000000000{n}" for n in range(3))


@pytest.fixture(scope="module")
def writer(filled: Callable[[], Intake]) -> Iterator[Software]:
    filled()
    yield software()


def _entry(method: str, url: str, resource: Any = None, full_url: str = "", **request: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"request": {"method": method, "url": url, **request}}
    if resource is not None:
        made["resource"] = resource
    if full_url:
        made["fullUrl"] = full_url
    return made


def _bundle(*entries: dict[str, Any], kind: str = "transaction") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def _visit(name: str = "Lý Thị Gói") -> dict[str, Any]:
    """A person, a visit of theirs and a result of it, referring to each other, the last first."""
    subject = {"reference": PATIENT}
    return _bundle(
        _entry("POST", "Observation", {**observation(""), "subject": subject, "encounter": {"reference": VISIT}}, RESULT),
        _entry(
            "POST", "Encounter",
            {"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}, "subject": subject}, VISIT,
        ),
        _entry("POST", "Patient", patient(name), PATIENT),
    )  # fmt: skip


def _locations(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return ["/".join(entry["response"]["location"].split("/")[-4:-2]) for entry in answer.json()["entry"]]


def test_entries_refer_to_each_other_in_any_order(writer: Software) -> None:
    result, visit, person = _locations(writer.post("", _visit()))
    body = json.loads(bytes(one("SELECT body FROM records_resource WHERE id = %s", result.partition("/")[2])))
    assert (body["subject"]["reference"], body["encounter"]["reference"]) == (person, visit)
    assert one("SELECT encounter FROM records_resource WHERE id = %s", result.partition("/")[2]) == visit[10:]


def test_sent_again_it_is_the_same_and_another_with_the_same_urls_is_another(writer: Software) -> None:
    first = _locations(writer.post("", _visit("Cao Thị Lại")))
    before = counts()
    again = writer.post("", _visit("Cao Thị Lại"))
    assert _locations(again) == first and counts() == before
    assert {entry["response"]["status"] for entry in again.json()["entry"]} == {"200"}
    other = _locations(writer.post("", _visit("Cao Thị Khác")))
    assert not set(other) & set(first)


def test_a_transaction_with_one_bad_entry_does_nothing(writer: Software) -> None:
    before = counts()
    for bad, code, place in (
        (_entry("POST", "Observation", observation("nobody")), "HS5129", "Bundle.entry[3]"),
        (_entry("POST", "Patient", {"resourceType": "Patient", "gender": "x"}), "HS5104", "Bundle.entry[3].resource.gender"),
        (_entry("POST", "Observation", {**observation(""), "subject": {"reference": "urn:uuid:nobody"}}), "HS5126", "Bundle.entry[3]"),
        (_entry("POST", "Task", {"resourceType": "Task", "owner": {"reference": "Practitioner?identifier=none"}}), "HS5126", "Bundle.entry[3]"),
        (_entry("PUT", "Observation/a", {**observation(""), "id": "a", "subject": {"reference": PATIENT}}, ifMatch='W/"3"'), "HS5123", "Bundle.entry[3]"),
        (_entry("HEAD", "Patient/1"), "HS5141", "Bundle.entry[3]"),
        (_entry("POST", "AuditEvent", {"resourceType": "AuditEvent"}), "HS5134", "Bundle.entry[3]"),
    ):  # fmt: skip
        content = _visit("Đỗ Thị Không")
        content["entry"].append(bad)
        answer = writer.post("", content)
        assert code_of(answer) == code, answer.content
        assert answer.json()["issue"][0]["expression"] == [place]
    assert counts() == before


def test_one_resource_stands_in_a_transaction_once(writer: Software) -> None:
    twice = [_entry("PUT", "Patient/twice", patient(id="twice")) for _ in range(2)]
    assert code_of(writer.post("", _bundle(*twice))) == "HS5138"
    same_url = [_entry("POST", "Patient", patient(name), PATIENT) for name in ("Một", "Hai")]
    assert code_of(writer.post("", _bundle(*same_url))) == "HS5138"
    condition = {"ifNoneExist": "identifier=https://x.vn|twice"}
    twice = [_entry("POST", "Patient", patient(), **condition) for _ in range(2)]
    assert code_of(writer.post("", _bundle(*twice))) == "HS5138"


def test_a_batch_is_answered_entry_by_entry(writer: Software) -> None:
    good = writer.created(patient("Bùi Thị Lô"))["id"]
    entries = [_entry("POST", "Observation", observation(good)) for _ in range(6)]
    entries[1] = _entry("POST", "Observation", observation("nobody"))
    entries[4] = _entry("POST", "Observation", {**observation(good), "status": "perhaps"})
    entries += [_entry("DELETE", "Observation/none"), _entry("PUT", "Patient/in-batch", patient(id="in-batch"))]
    entries += [_entry("PUT", "Patient/in-batch", patient("Bùi Thị Hai", id="in-batch"))]
    answer = writer.post("", _bundle(*entries, kind="batch"))
    statuses = [entry["response"]["status"] for entry in answer.json()["entry"]]
    assert statuses == ["201", "422", "201", "201", "422", "201", "204", "201", "200"]
    codes = [entry["response"]["outcome"]["issue"][0]["details"]["coding"][0]["code"] for entry in answer.json()["entry"] if entry["response"]["status"] == "422"]  # fmt: skip
    assert codes == ["HS5129", "HS5104"]


def test_every_method_in_one_transaction(writer: Software) -> None:
    person = writer.created(patient("Hồ Thị Đủ"))["id"]
    gone, changed = (writer.created(observation(person))["id"] for _ in range(2))
    patch = base64.b64encode(b'[{"op": "add", "path": "/valueString", "value": "v"}]').decode()
    answer = writer.post(
        "",
        _bundle(
            _entry("DELETE", f"Observation/{gone}"),
            _entry("PATCH", f"Observation/{changed}", {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": patch}),
            _entry("PUT", "Observation/all-methods", {**observation(person), "id": "all-methods"}),
            _entry("POST", "Observation", observation(person)),
        ),
        prefer="return=representation",
    )  # fmt: skip
    entries = answer.json()["entry"]
    assert [entry["response"]["status"] for entry in entries] == ["204", "200", "201", "201"]
    assert entries[1]["resource"]["valueString"] == "v" and "resource" not in entries[0]


def test_a_batch_of_nothing_and_one_of_refusals_are_answered(writer: Software) -> None:
    assert writer.post("", _bundle(kind="batch")).json() == {"resourceType": "Bundle", "type": "batch-response"}
    assert writer.post("", _bundle()).json() == {"resourceType": "Bundle", "type": "transaction-response"}
    refused = writer.post("", _bundle(_entry("POST", "Observation", observation("nobody")), kind="batch"))
    assert [entry["response"]["status"] for entry in refused.json()["entry"]] == ["422"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "HS5120"),
        ({"resourceType": "Patient"}, "HS5120"),
        (_bundle(kind="collection"), "HS5120"),
        (_bundle({"resource": patient()}), "HS5120"),
        (_bundle(_entry("POST", "Patient/1", patient())), "HS5120"),
        (_bundle(_entry("PUT", "Patient", patient())), "HS5120"),
        (_bundle(_entry("POST", "Patient")), "HS5120"),
    ],
)
def test_what_is_no_such_bundle_is_refused(writer: Software, content: Any, code: str) -> None:
    answer = writer.post("", content)
    assert (answer.status_code, code_of(answer)) == (400, code)


def test_too_much_is_refused(writer: Software, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "MOST_ENTRIES", 2)
    answer = writer.post("", _visit())
    assert (answer.status_code, code_of(answer)) == (413, "HS5131")
    monkeypatch.setattr(writes, "MOST_OF_ONE", 100)
    answer = writer.post("Patient", patient("x" * 200))
    assert (answer.status_code, code_of(answer)) == (413, "HS5131")


def test_too_many_writers_are_told_when_to_come_back(writer: Software, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PATIENCE_SECONDS", 0.01)
    for _ in range(limits.WRITERS):
        limits._writers.acquire()
    try:
        answer = writer.post("Patient", patient())
        assert (answer.status_code, code_of(answer), answer["Retry-After"]) == (429, "HS5132", "5")
    finally:
        for _ in range(limits.WRITERS):
            limits._writers.release()
