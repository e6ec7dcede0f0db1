"""Odd requests to every FHIR address, made by schemathesis: none ends in a 5xx, and each refusal is an OperationOutcome.

In short here; `make fuzz-fhir` sends 10,000 (FHIR_REQUESTS); another FHIR_SEED sends others.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
import pytest
import schemathesis
from django.test import Client
from django.urls import resolve
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode

from hoso.core.accounts.credentials import issue_token
from hoso.engines.records.resource_types import NUMBERS
from hoso.web.fhir.urls import urlpatterns
from hoso.web.routes import Declaration
from tests.claim_packages import sample_3176
from tests.conformance.bulk import done, exporter, ordered, parameters, path_in, posted
from tests.conformance.conftest import filled
from tests.conformance.fhir_writing import BASE, Software, observation, patient, software
from tests.hostile.cda_changes import changed
from tests.hostile.fhir_description import description
from tests.hostile.fhir_operations import FORM
from tests.hostile.fhir_operations import operations as operations_beside
from tests.intaking import Intake, one, sign_in

__all__ = ["filled"]
REQUESTS = int(os.environ.get("FHIR_REQUESTS", "400"))
SEED = int(os.environ.get("FHIR_SEED", "0"))
CDA = "application/xml"
EXAMPLES = {"order": str(UUID(int=7)), "number": "1", "version": "1", "account": "1", "type": "Patient", "member": "Observation"}  # fmt: skip
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def writer(filled: Callable[[], Intake]) -> Iterator[Software]:
    filled().file(sample_3176())  # papers, visits, results of a doctor's facility
    yield software()


def _known(writer: Software, exporting: Client, folder: Path) -> dict[str, list[str]]:
    """Ids of what is there: resources by type, the house's code lists, an export and an import that are done."""
    person = str(writer.created(patient())["id"])
    paper = str(one("SELECT id FROM records_resource WHERE type = %s LIMIT 1", NUMBERS["Composition"]))
    export = ordered(exporting)
    done(export)
    (folder / "o.ndjson").write_bytes(b"{not json\n" + orjson.dumps(observation(person)) + b"\n")
    line = ("input", [("type", "Observation"), ("url", "file:o.ndjson")])
    taken = posted(writer.client, "$import", parameters(("inputFormat", "application/fhir+ndjson"), line))
    assert taken.status_code == 202, taken.content
    import_ = path_in(taken["Content-Location"])
    done(import_)
    none = str(UUID(int=7))
    return {
        "Patient": [person], "Observation": [str(writer.created(observation(person))["id"]) for _ in range(3)],
        "Composition": [paper], "Group": [], "lists": ["icd10", "services"], "none": [none],
        "export": [export.rpartition("/")[2], none], "import": [import_.rpartition("/")[2], none],
    }  # fmt: skip


def test_every_route_is_described(writer: Software) -> None:
    """A new FHIR address without odd requests to it fails here."""
    known = {key: ["x"] for key in ("Patient", "Observation", "Composition", "Group", "lists")}
    known |= {key: [EXAMPLES["order"]] for key in ("export", "import", "none")}
    paths = description(known)["paths"] | operations_beside(known)
    asked: set[str] = set()
    for path, methods in paths.items():
        filled_in = re.sub(r"\{(\w+)\}", lambda found: EXAMPLES.get(found[1], "x"), path)
        view: Any = resolve(f"{BASE}{filled_in}").func
        for method in methods:
            found = getattr(view, "declarations", {}).get(method.upper()) or view.declaration
            asked.add(found.name)
    assert {found.name for found in _declared()} == asked


def _declared() -> Iterator[Declaration]:
    for pattern in urlpatterns:
        view: Any = pattern.callback
        yield from getattr(view, "declarations", {}).values() or [view.declaration]


def test_no_request_ends_in_a_server_error(writer: Software, tmp_path: Path, settings: Any) -> None:
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_IMPORT_FOLDER": tmp_path}
    exporting = exporter()
    known = _known(writer, exporting, tmp_path)
    described = description(known)
    described["paths"] |= operations_beside(known)
    schema = schemathesis.openapi.from_dict(described)
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
    reader = Client(headers={"authorization": f"Bearer {issue_token(sign_in('doctor', '01000'), 'test', 1)}"})
    clients = {"read": reader, "write": writer.client, "export": exporting}
    for client in clients.values():
        client.raise_request_exception = False
    each = max(2, REQUESTS // len(operations) // 2)
    statuses: Counter[int] = Counter()
    bad: list[str] = []
    for number, operation in enumerate(operations):
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _fuzz(operation, mode, each, number, clients, statuses, bad)
    print(f"{sum(statuses.values())} requests to {len(operations)} operations: {dict(sorted(statuses.items()))}")
    assert bad == []
    assert sum(statuses.values()) >= REQUESTS * 0.8
    assert statuses[200] + statuses[201] > 0 and statuses[400] > 0 and statuses[422] > 0


def _fuzz(
    operation: Any, mode: GenerationMode, most: int, number: int, clients: dict[str, Client], statuses: Counter[int],
    bad: list[str],
) -> None:  # fmt: skip
    @seed(number + 1000 * SEED)
    @settings(
        max_examples=most, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        answer = _answer(clients, case)
        statuses[answer.status_code] += 1
        complaint = _complaint(answer)
        if complaint:
            bad.append(f"{complaint}: {case.method} {case.formatted_path} {dict(case.query or {})} {case.body!r}"[:600])

    send()


def _answer(clients: dict[str, Client], case: Any) -> Any:
    method = str(case.method).upper()
    address = f"{BASE}{case.formatted_path}" + (f"?{urlencode(case.query, doseq=True)}" if case.query else "")
    headers = {
        name: str(value).encode("ascii", "ignore").decode().replace("\n", "").replace("\r", "")
        for name, value in (case.headers or {}).items() if name.lower() not in ("authorization", "content-type")
    }  # fmt: skip
    client = clients[case.operation.definition.raw.get("x-asker") or ("read" if method == "GET" else "write")]
    kind = case.media_type or "application/fhir+json"
    body = changed(case.body) if kind == CDA and isinstance(case.body, int) else _bytes(case.body, kind)
    return client.generic(method, address, body, content_type=kind, headers=headers)


def _bytes(body: Any, kind: str) -> bytes:
    if isinstance(body, bytes):
        return body
    if kind == FORM and isinstance(body, dict):
        return urlencode(body, errors="replace").encode()
    try:
        return json.dumps(body).encode("utf-8", "surrogatepass")
    except TypeError:  # no body
        return b""


def _complaint(answer: Any) -> str:
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.content[:200]!r}"
    if answer.status_code >= 400 and answer["Content-Type"].startswith("application/fhir+json"):
        content = json.loads(answer.content)
        if content["resourceType"] != "OperationOutcome":
            return f"{answer.status_code} without an outcome"
    return ""
