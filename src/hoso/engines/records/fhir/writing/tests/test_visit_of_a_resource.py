"""The visit that a resource names, with and without a search parameter for it."""

from typing import Any

import pytest

from hoso.engines.records.fhir.writing.happened import encounter_of

VISIT: dict[str, Any] = {"reference": "Encounter/v-1"}


@pytest.mark.parametrize(
    ("type_name", "content", "visit"),
    [
        ("Observation", {"encounter": VISIT}, "v-1"),
        ("Immunization", {"encounter": VISIT}, "v-1"),  # R4 names no parameter for it
        ("AllergyIntolerance", {"encounter": {"reference": "https://x.vn/fhir/Encounter/v-2"}}, "v-2"),
        ("MedicationStatement", {"context": {"reference": "EpisodeOfCare/e"}}, None),
        ("Immunization", {"encounter": {"display": "lần khám cũ"}}, None),
        ("Patient", {}, None),
    ],
)
def test_the_visit_is_found(type_name: str, content: dict[str, Any], visit: str | None) -> None:
    assert encounter_of(type_name, "own", {"resourceType": type_name, **content}) == visit


def test_a_visit_is_its_own() -> None:
    assert encounter_of("Encounter", "own", {"partOf": VISIT}) == "own"
