"""Odd requests to every FHIR address, made by schemathesis: none ends in a 5xx, and each refusal is an OperationOutcome.

In short here; `make fuzz-fhir` sends 10,000 (FHIR_REQUESTS); another FHIR_SEED sends others.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode

from hoso.core.accounts.credentials import issue_token
from tests.conformance.conftest import filled
from tests.conformance.fhir_writing import BASE, Software, observation, patient, software
from tests.hostile.fhir_description import description
from tests.intaking import Intake, sign_in

__all__ = ["filled"]
REQUESTS = int(os.environ.get("FHIR_REQUESTS", "400"))
SEED = int(os.environ.get("FHIR_SEED", "0"))
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def writer(filled: Callable[[], Intake]) -> Iterator[Software]:
    filled()
    yield software()


def _known(writer: Software) -> dict[str, list[str]]:
    person = str(writer.created(patient())["id"])
    return {"Patient": [person], "Observation": [str(writer.created(observation(person))["id"]) for _ in range(3)]}


def test_no_request_ends_in_a_server_error(writer: Software) -> None:
    schema = schemathesis.openapi.from_dict(description(_known(writer)))
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
    reader = Client(headers={"authorization": f"Bearer {issue_token(sign_in('doctor', '01000'), 'test', 1)}"})
    clients = {"read": reader, "write": writer.client}
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
    client = clients["read" if method == "GET" else "write"]
    return client.generic(method, address, _bytes(case.body), content_type=case.media_type or "application/fhir+json", headers=headers)  # fmt: skip


def _bytes(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
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
