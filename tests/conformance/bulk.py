"""Bulk exports and imports in tests: ordered over HTTP, the jobs done here and now, files read."""

from typing import Any
from uuid import UUID

import orjson
from django.test import Client

from hoso.core.accounts.credentials import issue_token
from hoso.engines.records.bulk.jobs import go_on
from tests.conformance.fhir_writing import BASE, FHIR_JSON
from tests.intaking import sign_in

ASYNC = {"prefer": "respond-async"}
WHY = {**ASYNC, "x-reason": "test"}


def exporter(role: str = "bulk_exporter", facility: str | None = None, scopes: list[str] | None = None) -> Client:
    token = issue_token(sign_in(role, facility), "test", 1, scopes or [])
    return Client(headers={"authorization": f"Bearer {token}"})


def path_in(address: str) -> str:
    return address.partition("testserver")[2]


def ordered(client: Client, address: str = "$export") -> str:
    """The address at which to ask what became of it."""
    answer = client.get(f"{BASE}/{address}", headers=WHY)
    assert answer.status_code == 202, answer.content
    return path_in(answer["Content-Location"])


def done(address: str) -> None:
    """Do the jobs of an order here and now."""
    assert not go_on(UUID(address.rpartition("/")[2]), seconds=600)


def manifest(client: Client, address: str) -> dict[str, Any]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def content_of(answer: Any) -> bytes:
    """What streams."""
    return b"".join(answer.streaming_content)


def lines(client: Client, told: dict[str, Any]) -> dict[str, list[bytes]]:
    """Type -> its lines, over all files."""
    found: dict[str, list[bytes]] = {}
    for one in told["output"]:
        answer = client.get(path_in(one["url"]))
        assert answer.status_code == 200 and answer["Content-Type"] == "application/fhir+ndjson"
        content = content_of(answer).split(b"\n")
        assert content.pop() == b"" and len(content) == one["count"]
        found.setdefault(one["type"], []).extend(content)
    return found


def exported(client: Client, address: str = "$export") -> dict[str, list[bytes]]:
    """An export from order to files."""
    where = ordered(client, address)
    done(where)
    return lines(client, manifest(client, where))


def ids(found: list[bytes]) -> set[str]:
    return {orjson.loads(line)["id"] for line in found}


def parameters(*given: tuple[str, Any]) -> bytes:
    """A Parameters resource; a list stands for parts."""
    made = []
    for name, value in given:
        if isinstance(value, list):
            made.append({"name": name, "part": [{"name": key, "valueString": text} for key, text in value]})
        else:
            made.append({"name": name, "valueString": value})
    return orjson.dumps({"resourceType": "Parameters", "parameter": made})


def posted(client: Client, address: str, body: bytes, **headers: str) -> Any:
    return client.post(f"{BASE}/{address}", body, content_type=FHIR_JSON, headers={**WHY, **headers})
