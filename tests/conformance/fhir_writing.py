"""Writing by FHIR in tests: as software with a token, and what the store then holds."""

import gzip
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.test import Client

from hoso.core.accounts.credentials import issue_token
from tests.intaking import one, sign_in

BASE = "/fhir/r4"
FHIR_JSON = "application/fhir+json"
SYNTHEA = Path(__file__).parent / "fhir" / "synthea"
COUNTED = (
    "changes_change", "records_resource", "records_resource_version", "records_token", "records_location",
    "people_person", "people_identifier",
)  # fmt: skip


def synthea() -> list[tuple[str, bytes]]:
    """(name, bundle): the two batches that the rest refers to, then the patients; those of the folder SYNTHEA where set."""
    if not (folder := os.environ.get("SYNTHEA")):
        return [(path.name, gzip.decompress(path.read_bytes())) for path in sorted(SYNTHEA.glob("*.json.gz"))]
    found = [(path.name, path.read_bytes()) for path in sorted(Path(folder).glob("*.json"))]
    if not found:
        pytest.skip(f"SKIPPED ALOUD: no bundles in {folder}")
    return found


def counts() -> dict[str, int]:
    return {table: int(one(f"SELECT count(*) FROM {table}")) for table in COUNTED}


@dataclass(frozen=True)
class Software:
    """Somebody's software: it writes, and reads as it is allowed to."""

    client: Client

    def send(self, method: str, address: str, body: Any = b"", kind: str = FHIR_JSON, **headers: str) -> Any:
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        where = f"{BASE}/{address}" if address else BASE
        return self.client.generic(method, where, content, content_type=kind, headers=headers)

    def post(self, address: str, body: Any, **headers: str) -> Any:
        return self.send("POST", address, body, **headers)

    def put(self, address: str, body: Any, **headers: str) -> Any:
        return self.send("PUT", address, body, **headers)

    def delete(self, address: str, **headers: str) -> Any:
        return self.send("DELETE", address, **headers)

    def get(self, address: str) -> Any:
        return self.client.get(f"{BASE}/{address}")

    def created(self, resource: dict[str, Any], **headers: str) -> dict[str, Any]:
        answer = self.post(resource["resourceType"], resource, **headers)
        assert answer.status_code == 201, answer.content
        found: dict[str, Any] = answer.json()
        return found


def software(role: str = "intake_service", facility: str | None = None) -> Software:
    return Software(Client(headers={"authorization": f"Bearer {issue_token(sign_in(role, facility), 'test', 1)}"}))


def code_of(answer: Any) -> str:
    """The catalogue's code of an OperationOutcome."""
    found = answer.json()
    assert found["resourceType"] == "OperationOutcome", found
    return str(found["issue"][0]["details"]["coding"][0]["code"])


def patient(name: str = "Trần Thị Thử", **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "name": [{"text": name}], "gender": "female", "birthDate": "1980-01-02", **more}


def observation(patient_id: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "status": "final", "code": {"text": "Bạch cầu"},
        "subject": {"reference": f"Patient/{patient_id}"}, "effectiveDateTime": "2025-03-01", **more,
    }  # fmt: skip
