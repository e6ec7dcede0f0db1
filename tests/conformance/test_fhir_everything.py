"""`Patient/$everything`: the whole record once over all pages, what it refers to, and nothing that may not be seen."""

from typing import Any

import pytest

from hoso.engines.records.fhir.everything import record_types
from hoso.engines.records.resource_types import name_of
from tests.conformance.test_fhir_search_http import FACILITY, House, _code, _keys, _mine, house
from tests.intaking import rows

__all__ = ["house"]  # the fixture


def _patient(house: House) -> str:
    return house.keys("Patient?_sort=_id")[0][1]


def _record(patient: str) -> set[tuple[str, str]]:
    """By plain SQL: unlabelled resources of that person."""
    found = rows(
        "SELECT type, id FROM records_resource WHERE sensitivity = 0 AND NOT deleted AND person_id ="
        " (SELECT person_id FROM records_location WHERE id = %s)", patient,
    )  # fmt: skip
    return {(name_of(number), id_) for number, id_ in found}


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The world's persons stand in the record store alone."""
    from hoso.engines.people import queries

    def person(scope: Any, patient_id: str) -> int | None:
        found = rows("SELECT person_id FROM records_location WHERE id = %s", patient_id)
        return found[0][0] if found and patient_id in _mine("Patient") else None

    monkeypatch.setattr(queries, "person_id_of", person)


@pytest.mark.usefixtures("known")
def test_the_whole_record_once(house: House) -> None:
    patient = _patient(house)
    pages = list(house.pages(f"Patient/{patient}/$everything?_count=40"))
    found = [key for page in pages for key in _keys(page)]
    assert len(pages) > 3 and len(set(found)) == len(found) and set(found) == _record(patient)
    included = {key for page in pages for key in _keys(page, "include")}
    assert {kind for kind, _ in included} >= {"Organization", "Practitioner"}
    assert not {kind for kind, _ in included} & record_types()


@pytest.mark.usefixtures("known")
def test_a_part_of_it(house: House) -> None:
    patient = _patient(house)
    some = house.keys(f"Patient/{patient}/$everything?_type=Encounter,Immunization")
    assert set(some) == {key for key in _record(patient) if key[0] in ("Encounter", "Immunization")} != set()
    assert house.keys(f"Patient/{patient}/$everything?_since=2999") == []
    assert set(house.keys(f"Patient/{patient}/$everything?_since=2000")) == _record(patient)
    early = house.keys(f"Patient/{patient}/$everything?_type=Observation&end=2015")
    late = house.keys(f"Patient/{patient}/$everything?_type=Observation&start=2016-01-01")
    whole = house.keys(f"Patient/{patient}/$everything?_type=Observation")
    assert not set(early) & set(late) and set(early) | set(late) <= set(whole)


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [("_type=Organization", 400, "HS5112"), ("_since=x", 400, "HS5112"), ("_count=0", 400, "HS5112"), ("colour=red", 400, "HS5110")],
)  # fmt: skip
def test_refusals(house: House, asked: str, status: int, code: str) -> None:
    answer = house.get(f"Patient/{_patient(house)}/$everything?{asked}")
    assert (answer.status_code, _code(answer)) == (status, code)


@pytest.mark.usefixtures("known")
def test_whom_the_asker_may_not_see_is_like_nobody(house: House) -> None:
    other = rows(
        "SELECT r.id FROM records_resource r JOIN access_care_relation c USING (person_id) JOIN places_facility f"
        " ON f.id = c.facility_id WHERE r.type = 103 AND f.code <> %s", FACILITY,
    )[0][0]  # fmt: skip
    hidden, nobody = (house.get(f"Patient/{one}/$everything") for one in (other, "nobody"))
    assert hidden.status_code == nobody.status_code == 404 and hidden.content == nobody.content
