"""Compiled paths give what a FHIRPath engine of others gives, on records of others."""

import gzip
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hoso.engines.records.fhir import definitions, fhirpath
from hoso.engines.records.fhir.paths import NotCompiled, finder, first_members, referred_type

BUNDLES = Path(__file__).parents[6] / "tests" / "conformance" / "fhir" / "synthea"


@cache
def synthea() -> list[dict[str, Any]]:
    found = []
    for path in sorted(BUNDLES.glob("*.json.gz")):
        found += [entry["resource"] for entry in json.loads(gzip.decompress(path.read_bytes()))["entry"]]
    return found


def test_every_expression_but_one_compiles() -> None:
    left, compiled = [], 0
    for type_name in definitions.resource_types():
        for code, parameter in definitions.search_parameters(type_name).items():
            try:
                finder(type_name, parameter.expression)
                compiled += 1
            except NotCompiled:
                left.append((type_name, code))
    assert left == [("Patient", "deceased")]
    assert compiled > 2500


def test_the_one_left_is_answered_by_the_engine() -> None:
    expression = definitions.search_parameters("Patient")["deceased"].expression
    assert fhirpath.evaluate(expression, {"resourceType": "Patient", "deceasedBoolean": True}) == [True]
    assert fhirpath.evaluate(expression, {"resourceType": "Patient", "deceasedBoolean": False}) == [False]


def _plain(expression: str) -> bool:
    return "resolve()" not in expression  # the engine resolves no reference


def _for_engine(expression: str, type_name: str) -> str:
    """The engine knows no FHIR type: it is told the resource's own name and the JSON key of a choice."""
    expression = re.sub(r"\bResource\.", f"{type_name}.", expression)
    return re.sub(r"\(([\w.]+) as (\w)(\w*)\)", lambda m: f"{m[1]}{m[2].upper()}{m[3]}", expression)


def test_values_equal_those_of_a_fhirpath_engine() -> None:
    compared = 0
    for resource in synthea()[::7]:
        type_name = resource["resourceType"]
        for code, parameter in definitions.search_parameters(type_name).items():
            if not _plain(parameter.expression) or (type_name, code) == ("Patient", "deceased"):
                continue
            ours = [value for _, value in finder(type_name, parameter.expression)(resource)]
            theirs = fhirpath.evaluate(_for_engine(parameter.expression, type_name), resource)
            # A union drops equal values, a list of paths does not; the order of a union is not defined.
            texts = [{json.dumps(one, sort_keys=True) for one in values} for values in (ours, theirs)]
            assert texts[0] == texts[1], (type_name, code)
            compared += bool(theirs)
    assert compared > 1000


@pytest.mark.parametrize(
    ("type_name", "expression", "resource", "found"),
    [
        ("Observation", "(Observation.value as Quantity)", {"valueQuantity": {"value": 1}}, [("Quantity", {"value": 1})]),
        ("Observation", "(Observation.value as Quantity)", {"valueString": "x"}, []),
        ("Observation", "Observation.effective", {"effectivePeriod": {"start": "2026"}}, [("Period", {"start": "2026"})]),
        ("Observation", "Observation.effective", {"effectiveDateTime": "2026"}, [("dateTime", "2026")]),
        ("Observation", "Observation.subject.where(resolve() is Patient)", {"subject": {"reference": "Group/1"}}, []),
        ("Bundle", "Bundle.entry[0].resource", {"entry": [{"resource": {"id": "a"}}, {"resource": {"id": "b"}}]},
         [("Resource", {"id": "a"})]),
        ("Patient", "Patient.name.given", {"name": [{"given": [None, "Lan"]}, {}]}, [("string", "Lan")]),
    ],
)  # fmt: skip
def test_shapes(type_name: str, expression: str, resource: dict[str, Any], found: list[Any]) -> None:
    assert finder(type_name, expression)(resource) == found


@pytest.mark.parametrize(
    "expression", ["Patient.nothing", "Patient.name.first()", "Patient.name & 'x'", "(Patient.gender as Age)"]
)
def test_what_is_no_path_is_refused(expression: str) -> None:
    with pytest.raises(NotCompiled):
        finder("Patient", expression)


@pytest.mark.parametrize(
    ("reference", "type_name"),
    [
        ({"reference": "Patient/1"}, "Patient"),
        ({"reference": "https://example.org/fhir/Patient/1/_history/2"}, "Patient"),
        ({"reference": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "type": "Patient"}, "Patient"),
        ({"reference": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}, ""),
        ({"reference": "#p1"}, ""),
        ({"identifier": {"value": "1"}}, ""),
    ],
)
def test_the_type_a_reference_names(reference: dict[str, Any], type_name: str) -> None:
    assert referred_type(reference) == type_name


def test_where_a_path_finds_something_one_of_its_first_members_is_there() -> None:
    seen = 0
    for resource in synthea():
        for parameter in definitions.search_parameters(resource["resourceType"]).values():
            try:
                first = first_members(parameter.type_name, parameter.expression)
            except NotCompiled:  # no path, or the resource itself: the root of a composite
                continue
            found = finder(parameter.type_name, parameter.expression)(resource)
            seen += bool(found)
            assert not found or not first.isdisjoint(resource), (parameter.code, first)
    assert seen > 5000


def test_first_members_are_those_of_every_alternative_and_spelling() -> None:
    found = first_members("Observation", "Observation.value.as(Quantity) | Observation.component.code")
    assert {"valueQuantity", "valueString", "component"} <= found
    assert "code" not in found
