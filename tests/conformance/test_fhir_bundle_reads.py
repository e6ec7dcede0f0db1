"""Reads inside bundles: each is that read, with its own right, scopes and audit event; nothing else is done by GET."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from django.db import connections
from django.test import Client

from hoso.core.accounts.credentials import issue_token
from tests.conformance.bulk import exporter
from tests.conformance.fhir_writing import BASE, Software, code_of, observation, patient, software
from tests.intaking import Intake, one, sign_in


@pytest.fixture(scope="module")
def writer(filled: Callable[[], Intake]) -> Iterator[Software]:
    filled()
    yield software()


@pytest.fixture(scope="module")
def visit(writer: Software) -> str:
    """The id of a patient known to the facility 01007."""
    from hoso.core.places.facilities import ensure_facility

    ensure_facility("01007", "Bệnh viện Bảy")
    person = str(writer.created(patient())["id"])
    writer.created(
        {
            "resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"},
            "subject": {"reference": f"Patient/{person}"}, "period": {"start": "2025-03-01", "end": "2025-03-02"},
            "serviceProvider": {"identifier": {"system": "https://hoso.vn/fhir/sid/ma-cskcb", "value": "01007"}},
        }
    )  # fmt: skip
    writer.created(observation(person))
    return person


def _both() -> Software:
    """Software that may read at the facility and write."""
    from datetime import date

    from hoso.core.accounts.machines import as_operator
    from hoso.core.accounts.models import Assignment

    account = sign_in("doctor", "01007")
    with as_operator():
        Assignment.objects.create(account=account, role="intake_officer", valid_from=date(2020, 1, 1))
    return Software(Client(headers={"authorization": f"Bearer {issue_token(account, 'test', 1)}"}))


def _bundle(kind: str, *entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def _get(url: str, **more: str) -> dict[str, Any]:
    return {"request": {"method": "GET", "url": url, **more}}


def _new(name: str) -> dict[str, Any]:
    return {"resource": patient(name), "request": {"method": "POST", "url": "Patient"}}


def _events() -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event WHERE action IN ('read', 'search')")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("kind", ["batch", "transaction"])
def test_a_reader_reads_much_at_once(visit: str, kind: str) -> None:
    reader, before = software("doctor", "01007"), _events()
    answer = reader.post("", _bundle(kind, _get(f"Patient/{visit}"), _get(f"Observation?patient={visit}")))
    assert answer.status_code == 200, answer.content
    first, second = answer.json()["entry"]
    assert first["resource"]["id"] == visit and first["response"] == {"status": "200 OK", "etag": 'W/"1"'}
    assert second["resource"]["type"] == "searchset" and second["resource"]["total"] == 1
    alone = reader.get(f"Patient/{visit}").content
    assert alone in answer.content  # byte for byte
    assert _events() == before + 3  # two in the bundle, one alone


def test_a_refused_read_stands_alone_in_a_batch(visit: str) -> None:
    reader = software("doctor", "01007")
    urls = [
        "Patient/none",
        f"Patient/{visit}",
        "Patient?colour=red",
        "Nothing/1",
        "$export",
        "../../sign-in/",
        "_bulk/import/x",
        "",
    ]
    answer = reader.post("", _bundle("batch", *map(_get, urls)))
    told = answer.json()["entry"]
    assert [each["response"]["status"][:3] for each in told] == ["404", "200", "400", "404", "400", "404", "404", "400"]
    assert told[0]["response"]["outcome"]["issue"][0]["details"]["coding"][0]["code"] == "HS5001"
    not_modified = reader.post("", _bundle("batch", _get(f"Patient/{visit}", ifNoneMatch='W/"1"')))
    assert not_modified.json()["entry"] == [{"response": {"status": "304 Not Modified", "etag": 'W/"1"'}}]


def test_what_may_not_be_read_alone_is_not_read_in_a_bundle(visit: str, writer: Software) -> None:
    stranger = software("doctor", "01999")
    answer = stranger.post("", _bundle("batch", _get(f"Patient/{visit}"), _get(f"Observation?patient={visit}")))
    first, second = answer.json()["entry"]
    assert first["response"]["status"].startswith("404") and second["resource"].get("entry") is None
    assert code_of(writer.post("", _bundle("batch", _get(f"Patient/{visit}")))) == "HS2001"
    narrow = Software(exporter("doctor", "01007", scopes=["user/Patient.rs"]))
    answer = narrow.post("", _bundle("batch", _get(f"Patient/{visit}"), _get(f"Observation?patient={visit}")))
    assert [each["response"]["status"][:3] for each in answer.json()["entry"]] == ["200", "403"]
    session = Client()
    session.force_login(sign_in("doctor", "01007"))
    sent = session.post(
        BASE, orjson.dumps(_bundle("batch", _get(f"Patient/{visit}"))), content_type="application/fhir+json"
    )
    assert sent.status_code == 401


def test_reads_come_after_writes_and_a_refused_one_undoes_a_transaction(visit: str) -> None:
    both = _both()
    answer = both.post("", _bundle("transaction", _get(f"Patient/{visit}"), _new("Bùi Thị Kèm")))
    assert answer.status_code == 200, answer.content
    assert [each["response"]["status"][:3] for each in answer.json()["entry"]] == ["200", "201"]
    before = one("SELECT count(*) FROM records_resource"), one("SELECT count(*) FROM changes_change")
    refused = both.post("", _bundle("transaction", _new("Bùi Thị Mất"), _get("Patient/none")))
    assert refused.status_code == 404 and code_of(refused) == "HS5001"
    assert before == (one("SELECT count(*) FROM records_resource"), one("SELECT count(*) FROM changes_change"))
    batch = both.post("", _bundle("batch", _new("Bùi Thị Còn"), _get("Patient/none")))
    assert [each["response"]["status"][:3] for each in batch.json()["entry"]] == ["201", "404"]


def test_a_bundle_reads_so_much_and_no_more(visit: str) -> None:
    answer = software("doctor", "01007").post("", _bundle("batch", *[_get("Patient/none")] * 201))
    assert (answer.status_code, code_of(answer)) == (413, "HS5131")
