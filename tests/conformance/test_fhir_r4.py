"""Every stored resource is valid FHIR R4, judged by `fhir.resources`, an implementation of others."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from hoso.engines.records.resource_types import name_of
from tests.claim_packages import package, sample_3176, sample_4210
from tests.conformance.province import packages
from tests.intaking import Intake, resources, rows

ALL_TYPES = {
    "Patient", "Coverage", "Encounter", "Condition", "MedicationRequest", "Procedure", "ServiceRequest", "ChargeItem",
    "Observation", "DiagnosticReport", "ClinicalImpression", "Composition", "Claim",
}  # fmt: skip


@pytest.fixture(scope="module")
def stored(filled: Callable[[], Intake]) -> Iterator[list[tuple[str, str, dict[str, Any]]]]:
    intake = filled()
    for content in packages():
        intake.send(content)
    found = rows("SELECT type, id, body FROM records_resource ORDER BY type, id")
    yield [(name_of(number), id_, json.loads(bytes(body))) for number, id_, body in found]


def _complaint(type_name: str, id_: str, body: dict[str, Any]) -> str:
    try:
        get_fhir_model_class(type_name).model_validate({**body, "id": id_})
    except ValueError as error:
        return f"{type_name}: {error.errors()[0]['loc']} {error.errors()[0]['msg']}"  # type: ignore[attr-defined]
    return ""


def test_every_resource_is_valid_r4(stored: list[tuple[str, str, dict[str, Any]]]) -> None:
    complaints = Counter(_complaint(*one) for one in stored)
    del complaints[""]
    assert complaints == {}
    assert len(stored) > 500


def test_every_type_that_the_packages_can_give_is_there(stored: list[tuple[str, str, dict[str, Any]]]) -> None:
    assert {type_name for type_name, _, _ in stored} == ALL_TYPES


def test_no_element_is_empty_or_blank(stored: list[tuple[str, str, dict[str, Any]]]) -> None:
    """R4: an element has a value or children; a string is not only white space."""
    empty = {(type_name, path) for type_name, _, body in stored for path in _empty(body)}
    assert empty == set()


def test_references_within_a_visit_lead_somewhere(stored: list[tuple[str, str, dict[str, Any]]]) -> None:
    known = {f"{type_name}/{id_}" for type_name, id_, _ in stored}
    named = {reference for _, _, body in stored for reference in _references(body)}
    assert named and named <= known


def test_the_oracle_sees_what_is_wrong(stored: list[tuple[str, str, dict[str, Any]]]) -> None:
    _, id_, body = next(one for one in stored if one[0] == "Encounter")
    assert "class" in _complaint("Encounter", id_, {name: value for name, value in body.items() if name != "class"})


BARE = {"4210": sample_4210(), "3176": sample_3176()}


@pytest.mark.parametrize("version", sorted(BARE))
def test_lines_that_say_next_to_nothing_are_valid_too(version: str, intake: Intake) -> None:
    """Fields that only warn when they are missing are all left out at once."""
    claim = BARE[version].copy()
    kept = {"MA_LK", "MA_BN", "HO_TEN", "NGAY_SINH", "GIOI_TINH", "NGAY_VAO"}
    for table in claim.tables.values():
        for row in table.rows:
            for name in row:
                if name not in kept:
                    row[name] = ""
    intake.send(package(claim), stated=f"qd{version}")
    assert len(resources("MedicationRequest")) > 0
    stored = rows("SELECT type, id, body FROM records_resource")
    bodies = [(name_of(number), id_, json.loads(bytes(body))) for number, id_, body in stored]
    assert [complaint for one in bodies if (complaint := _complaint(*one))] == []
    assert {(name, path) for name, _, body in bodies for path in _empty(body)} == set()


def _empty(element: Any, path: str = "") -> Iterator[str]:
    if element in ({}, [], None) or isinstance(element, str) and not element.strip():
        yield path
    if isinstance(element, dict):
        for name, value in element.items():
            yield from _empty(value, f"{path}.{name}")
    elif isinstance(element, list):
        for value in element:
            yield from _empty(value, path)


def _references(element: Any) -> Iterator[str]:
    if isinstance(element, dict):
        if isinstance(element.get("reference"), str):
            yield element["reference"]
        for value in element.values():
            yield from _references(value)
    elif isinstance(element, list):
        for value in element:
            yield from _references(value)
