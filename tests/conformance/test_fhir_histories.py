"""The history of a type and of the service: every version once, newest first, and nobody else's."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from tests.conformance.fhir_writing import BASE, Software, code_of, observation, patient, software
from tests.intaking import Intake, rows


@pytest.fixture(scope="module")
def readers(filled: Callable[[], Intake]) -> Iterator[tuple[Software, Software]]:
    """(a doctor of the facility the visits are at, one of another); the writer made, changed and deleted things."""
    filled()
    from hoso.core.places.facilities import ensure_facility

    ensure_facility("01007", "Bệnh viện Bảy")
    writer = software()
    person = writer.created(patient())["id"]
    writer.created(
        {
            "resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"},
            "subject": {"reference": f"Patient/{person}"}, "period": {"start": "2025-03-01", "end": "2025-03-02"},
            "serviceProvider": {"identifier": {"system": "https://hoso.vn/fhir/sid/ma-cskcb", "value": "01007"}},
        }
    )  # fmt: skip
    for number in range(4):
        made = writer.created(observation(person, valueInteger=number))
        writer.put(f"Observation/{made['id']}", observation(person, id=made["id"], valueString="later"))
        if number == 0:
            writer.delete(f"Observation/{made['id']}")
    writer.created({"resourceType": "Organization", "name": "Trạm"})
    yield software("doctor", "01007"), software("doctor", "01999")


def _versions(reader: Software, address: str) -> list[tuple[str, str]]:
    seen = []
    while address:
        answer = reader.get(address)
        assert answer.status_code == 200, answer.content
        bundle = answer.json()
        get_fhir_model_class("Bundle").model_validate(bundle)
        seen += [
            (entry["fullUrl"].rpartition("/r4/")[2], entry["response"]["etag"]) for entry in bundle.get("entry", [])
        ]
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        address = links.get("next", "").partition(f"{BASE}/")[2]
    return seen


def _stored(condition: str) -> set[tuple[str, str]]:
    from hoso.engines.records.resource_types import name_of

    found: list[tuple[Any, ...]] = []
    for table in ("records_resource", "records_resource_version"):
        found += rows(f"SELECT type, id, version FROM {table} WHERE {condition}")
    return {(f"{name_of(number)}/{id_}", f'W/"{version}"') for number, id_, version in found}


@pytest.mark.parametrize("count", [2, 3, 500])
def test_every_version_of_a_type_once(readers: tuple[Software, Software], count: int) -> None:
    seen = _versions(readers[0], f"Observation/_history?_count={count}")
    assert len(seen) == len(set(seen)) == 9
    assert set(seen) == _stored("type = 96")


def test_of_everything(readers: tuple[Software, Software]) -> None:
    assert set(_versions(readers[0], "_history?_count=4")) == _stored("true")


def test_nobody_elses(readers: tuple[Software, Software]) -> None:
    assert _versions(readers[1], "Observation/_history") == []
    assert set(_versions(readers[1], "_history")) == _stored("person_id = 0")


def test_since_and_what_is_refused(readers: tuple[Software, Software]) -> None:
    assert _versions(readers[0], "Observation/_history?_since=2999-01-01") == []
    for address, code in (
        ("Observation/_history?_since=never", "HS5112"),
        ("_history?_count=0", "HS5112"),
        ("_history?colour=red", "HS5110"),
        ("Nothing/_history", "HS5115"),
    ):
        assert code_of(readers[0].get(address)) == code
    assert code_of(readers[0].get("_history?_page=forged")) == "HS5008"
