"""Index rows: what a resource is found by, and that every parameter either keeps rows or says how it is answered."""

from datetime import datetime
from typing import Any

import pytest

from hoso.engines.records.fhir.definitions import resource_types, search_parameters
from hoso.engines.records.fhir.paths import referred_type
from hoso.engines.records.fhir.search.index_rows import has_rows, index_rows, row_hash
from hoso.engines.records.fhir.search.left_out import PERSON, WALK, left_out
from hoso.engines.records.fhir.search.values import values_of
from hoso.engines.records.fhir.tests.test_paths import synthea

OBSERVATION = {
    "resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/1"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]}, "effectiveDateTime": "2026-05-29",
}  # fmt: skip


def _rows(type_name: str, **content: Any) -> dict[int, datetime | None]:
    return dict(index_rows(type_name, {"resourceType": type_name, **content}))


def test_an_observation_keeps_two_rows() -> None:
    rows = dict(index_rows("Observation", OBSERVATION))
    day = datetime.fromisoformat("2026-05-29T00:00:00+07:00")
    assert rows == {
        row_hash("Observation", "code", "code", "4548-4"): None,
        row_hash("Observation", "date", "day"): day,
    }


def test_a_long_span_is_kept_apart() -> None:
    rows = _rows("Encounter", period={"start": "2026-05-01", "end": "2026-05-05"})
    assert row_hash("Encounter", "date", "long") in rows and row_hash("Encounter", "date", "day") not in rows
    assert row_hash("Encounter", "date", "long") in _rows("Encounter", period={"start": "2026-05-01T08:00:00+07:00"})


def test_texts_are_found_by_their_beginning_without_accents() -> None:
    rows = _rows("Organization", name="Trạm Y tế xã Tân Biên")
    assert row_hash("Organization", "name", "begins", "tram y") in rows
    assert row_hash("Organization", "name", "begins", "tra") in rows


def test_references_by_id_and_by_identifier() -> None:
    rows = _rows("Encounter", serviceProvider={"reference": "http://x/Organization/9/_history/2"})
    assert row_hash("Encounter", "service-provider", "id", "9") in rows
    rows = _rows("Encounter", serviceProvider={"identifier": {"system": "s", "value": "80901"}})
    assert row_hash("Encounter", "service-provider", "identifier", "80901") in rows


def test_hashes_tell_types_parameters_kinds_and_values_apart() -> None:
    asked = (
        ("A", "c", "k", "1"),
        ("B", "c", "k", "1"),
        ("A", "d", "k", "1"),
        ("A", "c", "l", "1"),
        ("A", "c", "k", "2"),
    )
    hashes = {row_hash(*one) for one in asked}
    assert len(hashes) == len(asked)
    assert all(-(2**63) <= one < 2**63 for one in hashes)


def test_what_is_left_out_is_a_parameter_and_says_how_it_is_answered() -> None:
    left = 0
    for type_name in resource_types():
        known = search_parameters(type_name)
        for code, answer in left_out(type_name).items():
            assert code in known, (type_name, code)
            if answer == (PERSON,):
                assert known[code].kind == "reference", (type_name, code)
            elif answer != (WALK,):
                assert all(has_rows(type_name, other) for other in answer), (type_name, code)
            left += 1
    assert left > 50


@pytest.mark.parametrize("resource", synthea()[::40], ids=lambda one: one["resourceType"])
def test_every_value_of_a_parameter_with_rows_has_one(resource: dict[str, Any]) -> None:
    """By the definitions: where the path finds a value that can be asked for, a row of the parameter is there."""
    type_name = resource["resourceType"]
    hashes = {hash_ for hash_, _ in index_rows(type_name, resource)}
    for code, parameter in search_parameters(type_name).items():
        if not has_rows(type_name, code) or parameter.kind not in ("date", "reference"):
            continue
        for kind, value in values_of(parameter)(resource):
            if parameter.kind == "date":
                assert hashes & {row_hash(type_name, code, one) for one in ("day", "long")}, code
            elif kind == "Reference" and referred_type(value):
                assert row_hash(type_name, code, "id", value["reference"].rpartition("/")[2]) in hashes, code
