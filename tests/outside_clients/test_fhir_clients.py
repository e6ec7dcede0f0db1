"""FHIR clients of others, unmodified, against a served house: they read the record and walk through its pages."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fhirclient.client import FHIRClient
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome, ResourceNotFound

from hoso.cli.tests.test_serve import Served
from hoso.core.accounts.credentials import issue_token
from tests.claim_packages import package, sample_3176
from tests.conformance.test_practitioners import csv_of, take
from tests.database import Database
from tests.intaking import Intake, one, person_of, rows, sign_in
from tests.outside_clients.test_insurer_client import START_SECONDS, wait_for

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "fhir.md"


@dataclass(frozen=True)
class Record:
    base: str
    token: str
    patient: str
    observations: int
    writer: str  # the token of software that may write


@pytest.fixture
def record(own_database: Database) -> Iterator[Record]:
    """A served house with one visit, and a doctor's token."""
    claim = sample_3176()
    Intake(own_database.home / "sent").send(package(claim))
    person = person_of(claim.ma_lk)
    patient = one("SELECT patient_id FROM people_person WHERE person_id = %s", person)
    count = len(_observations(person))
    token = issue_token(sign_in("doctor", "01000"), "client", 1)
    writer = issue_token(sign_in("intake_service"), "client", 1)
    server = Served(own_database)
    try:
        wait_for(server.is_up, START_SECONDS)
        yield Record(f"http://127.0.0.1:{server.port}/fhir/r4", token, patient, count, writer)
    finally:
        server.process.kill()
        server.process.wait()


def _observations(person: int) -> list[Any]:
    from hoso.engines.records.resource_types import NUMBERS

    return rows("SELECT id FROM records_resource WHERE person_id = %s AND type = %s", person, NUMBERS["Observation"])


def test_fhirpy_finds_the_practitioner_whom_a_visit_names(record: Record) -> None:
    """The logical reference of a line, as it was sent, leads to the register's Practitioner and to where they practise."""
    client = SyncFHIRClient(record.base, authorization=f"Bearer {record.token}")
    lines = client.resources("MedicationRequest").search(patient=record.patient).fetch_all()
    named = next(each["requester"]["identifier"] for each in lines if "requester" in each)
    take(
        csv_of(
            {"name": "Nguyễn Thị Mai", "licence": named["value"], "facility_code": "01000", "role": "Bác sĩ điều trị"}
        )
    )
    (found,) = client.resources("Practitioner").search(identifier=f"{named['system']}|{named['value']}").fetch()
    assert (found["name"][0]["text"], found["active"]) == ("Nguyễn Thị Mai", True)
    (role,) = client.resources("PractitionerRole").search(practitioner=found.to_reference().reference).fetch()
    assert role["practitioner"].to_resource().id == found.id
    assert role["organization"]["identifier"]["value"] == "01000"
    found["active"] = False
    writer = SyncFHIRClient(record.base, authorization=f"Bearer {record.writer}")
    with pytest.raises(OperationOutcome, match="HS6216"):
        writer.resource("Practitioner", **found).save()


def test_fhirpy(record: Record) -> None:
    client = SyncFHIRClient(record.base, authorization=f"Bearer {record.token}")
    patient = client.reference("Patient", record.patient).to_resource()
    assert patient.id == record.patient and patient["name"][0]["text"]
    search = client.resources("Observation").search(patient=record.patient).limit(1)
    found = search.fetch_all()
    assert len({each.id for each in found}) == len(found) == record.observations > 1
    family = patient["name"][0]["family"]
    assert record.patient in {each.id for each in client.resources("Patient").search(name=family).fetch()}
    code = found[0]["code"]["coding"][0]["code"]
    coded = client.resources("Observation").search(code=code).include("Observation", "subject").fetch_raw()
    modes = [(entry["resource"]["resourceType"], entry["search"]["mode"]) for entry in coded["entry"]]
    assert ("Observation", "match") in modes and ("Patient", "include") in modes
    chained = client.resources("Encounter").search(subject__Patient__family=family).fetch()
    assert {each["subject"]["reference"] for each in chained} == {f"Patient/{record.patient}"}
    assert client.resources("Observation").search(status="final").count() >= 1
    with pytest.raises(OperationOutcome, match="HS5110"):
        client.resources("Observation").search(patient=record.patient, colour="red").fetch()
    with pytest.raises(ResourceNotFound):
        client.reference("Patient", "nobody").to_resource()


def test_fhirclient(record: Record) -> None:
    smart = FHIRClient(settings={"app_id": "test", "api_base": record.base})
    smart.server.session.headers["Authorization"] = f"Bearer {record.token}"
    patient = Patient.read(record.patient, smart.server)
    assert patient.id == record.patient and patient.birthDate is not None
    found = Observation.where({"subject": f"Patient/{record.patient}"}).perform_resources(smart.server)
    assert len(found) == record.observations
    assert {each.subject.reference for each in found} == {f"Patient/{record.patient}"}


def test_fhirpy_writes(record: Record) -> None:
    client = SyncFHIRClient(record.base, authorization=f"Bearer {record.writer}")
    patient = client.resource("Patient", name=[{"text": "Hoàng Thị Khách"}], birthDate="1990-02-03")
    patient.save()
    assert patient.id and patient["meta"]["versionId"] == "1"
    result = client.resource(
        "Observation", status="final", code={"text": "x"}, subject=patient.to_reference(), valueString="a"
    )
    result.save()
    result["valueString"] = "b"
    result.save()
    assert result["meta"]["versionId"] == "2"
    result.delete()  # type: ignore[no-untyped-call]
    with pytest.raises(OperationOutcome, match="HS5127"):
        client.resource("Observation", status="final", code={"text": "x"}).save()


def test_fhirclient_writes(record: Record) -> None:
    smart = FHIRClient(settings={"app_id": "test", "api_base": record.base})
    smart.server.session.headers["Authorization"] = f"Bearer {record.writer}"
    patient = Patient({"name": [{"text": "Ngô Thị Khách"}], "gender": "female"})
    created = patient.create(smart.server)
    assert created and created["meta"]["versionId"] == "1"
    patient.id = created["id"]
    patient.gender = "other"
    assert patient.update(smart.server)["meta"]["versionId"] == "2"
    result = Observation(
        {"status": "final", "code": {"text": "x"}, "subject": {"reference": f"Patient/{created['id']}"}}
    )
    result.id = result.create(smart.server)["id"]
    assert result.delete(smart.server) is None


def test_fhirclient_across_persons(record: Record) -> None:
    smart = FHIRClient(settings={"app_id": "test", "api_base": record.base})
    smart.server.session.headers["Authorization"] = f"Bearer {record.token}"
    found = Observation.where({"status": "final", "_count": "2"}).perform_resources_iter(smart.server)
    assert len({each.id for each in found}) == record.observations
    with_patients = Observation.where({"_include": "Observation:subject"}).perform(smart.server)
    assert {entry.resource.resource_type for entry in with_patients.entry} == {"Observation", "Patient"}


def test_the_guides_examples(record: Record) -> None:
    lines = [
        line for block in re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL) for line in block.splitlines()
    ]
    assert len(lines) == 28
    known = {
        "BASE": record.base,
        "TOKEN": record.token,
        "PATIENT": record.patient,
        "WRITER": record.writer,
        "PATH": "/usr/bin:/bin",
    }
    outputs = [subprocess.run(["sh", "-c", line], env=known, capture_output=True, check=True).stdout for line in lines]
    answers = [json.loads(output) for output in outputs if output]  # a PDF goes nowhere
    assert len(answers) == len(lines) - 1
    kinds = [(each["resourceType"], each.get("total", 1) > 0) for each in answers]
    assert kinds == [
        ("CapabilityStatement", True),
        ("Bundle", True),
        ("Patient", True),
        *[("Bundle", True)] * 8,
        ("Parameters", True),
        ("ValueSet", True),
        *[("Parameters", True)] * 3,
        ("Bundle", True),
        ("CodeSystem", True),
        *[("Bundle", True)] * 2,
        *[("OperationOutcome", True)] * 2,
        ("Patient", True),
        *[("Observation", True)] * 2,
        ("Bundle", True),
        ("Parameters", True),
    ]
    assert answers[-3]["meta"]["versionId"] == "2" and answers[-3]["status"] == "corrected"
    assert [entry["response"]["status"] for entry in answers[-2]["entry"]] == ["201", "201"]
    told = {
        one["name"]: next(iter(value for key, value in one.items() if key.startswith("value")), None)
        for one in answers[-1]["parameter"]
    }
    assert (told["state"], told["entries"], told["mapped"]) == ("filed", 1, 1)
    assert [issue["severity"] for issue in answers[-7]["issue"]] == ["error"]


def test_the_guides_bulk_examples(own_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "import"
    folder.mkdir()
    monkeypatch.setenv("HOSO_IMPORT_FOLDER", str(folder))
    Intake(own_database.home / "sent").send(package(sample_3176()))
    exporter = issue_token(sign_in("bulk_exporter"), "client", 1)
    writer = issue_token(sign_in("intake_service"), "client", 1)
    server = Served(own_database)
    blocks = re.findall(r"```bash\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    try:
        wait_for(server.is_up, START_SECONDS)
        known = {
            "BASE": f"http://127.0.0.1:{server.port}/fhir/r4", "EXPORTER": exporter, "WRITER": writer, "FOLDER": str(folder),
            "PATH": "/usr/bin:/bin",
        }  # fmt: skip
        for block in blocks:
            subprocess.run(["bash", "-euc", block], env=known, cwd=tmp_path, check=True, timeout=120)
    finally:
        server.process.kill()
        server.process.wait()
    assert len(blocks) == 2
    manifest, imported = (json.loads((tmp_path / name).read_text()) for name in ("manifest.json", "imported.json"))
    assert {one["type"] for one in manifest["output"]} == {"Patient", "Observation"}
    lines = [json.loads(line) for line in (tmp_path / "one-file.ndjson").read_text().splitlines()]
    assert len(lines) == manifest["output"][-1]["count"]
    assert imported["keepsVersionsAndDates"] is True and imported["error"] == [] and imported["output"][0]["count"] == 1
    assert one("SELECT version FROM records_resource WHERE id = 'imported-1'") == 4
