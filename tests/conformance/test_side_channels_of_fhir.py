"""What is withheld leaves no trace in what FHIR answers beyond one type of one person: included and chained resources,
everything of a person, histories, searches over all persons, and the refusals of all of these.

The pairs are those of test_side_channels.py; the comparison takes every id for the same, so ids are looked at apart.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.intaking import Intake, undone
from tests.side_channels import NOBODYS_ID, UUID_TEXT, Human, Twins, assert_alike
from tests.withheld import CASES, withheld_twins

INCLUDING = [
    "Patient?_id=%s&_revinclude=Encounter:subject", "Patient?_id=%s&_revinclude=Observation:subject",
    "Patient?_id=%s&_revinclude=Condition:subject&_revinclude=Flag:subject&_revinclude=Claim:patient",
    "Patient?_id=%s&_revinclude=MedicationRequest:subject&_summary=count", "Encounter?patient=%s&_include=Encounter:subject",
    "Observation?patient=%s&_include=Observation:encounter", "Condition?patient=%s&_include=Condition:encounter",
    "Claim?patient=%s&_include=Claim:encounter&_include=Claim:patient", "Encounter?patient=%s&_revinclude=Observation:encounter",
    "Encounter?patient=%s&_revinclude=Condition:encounter&_revinclude=MedicationRequest:encounter",
    "Encounter?patient=%s&_revinclude:iterate=Condition:encounter&_include=Encounter:diagnosis",
]  # fmt: skip
CHAINED = [
    "Observation?patient=%s&encounter.date=ge2025-04-01", "Condition?patient=%s&encounter.status=finished",
    "Condition?patient=%s&encounter.date=ge2025-04-01&_summary=count", "MedicationRequest?patient=%s&encounter.class=AMB",
    "Patient?_id=%s&_has:Condition:subject:code=B20", "Patient?_id=%s&_has:Condition:subject:code=T74.1",
    "Patient?_id=%s&_has:Encounter:subject:date=ge2025-04-01", "Patient?_id=%s&_has:Observation:subject:date=ge2025-04-01",
    "Encounter?patient=%s&_has:Condition:encounter:code=B20,T74.1", "Patient?_id=%s&_has:Flag:subject:date=ge2020-01-01",
]  # fmt: skip
WHOLE = [
    "Patient/%s/$everything", "Patient/%s/$everything?_count=3", "Patient/%s/$everything?start=2025-04-01",
    "Patient/%s/$everything?_type=Condition,Flag,Claim", "Patient/%s/$everything?_since=2020-01-01T00:00:00Z",
    "Patient/%s/Condition", "Patient/%s/Encounter?_summary=count", "Patient/%s/Observation?_elements=status",
]  # fmt: skip
REFUSED = [
    "Patient/%s/$everything?_type=Nonsense", "Encounter?patient=%s&_include=Encounter:nonsense",
    "Condition?patient=%s&code:nonsense=B20", "Observation?patient=%s&encounter.nonsense=1", "Encounter?patient=%s&_sort=nonsense",
    "Encounter?patient=%s&date=gestern", "Patient/%s/_history/none",
]  # fmt: skip
ACROSS = [
    "Condition?code=B20", "Condition?code=B20,Z21,T74.1", "Encounter?date=ge2025-04-01", "Encounter?date=ge2025-04-01&_summary=count",
    "Condition?_security=https://hoso.vn/fhir/CodeSystem/sensitivity|hiv", "Flag?date=ge2020-01-01", "Observation?date=ge2025-04-01",
    "Observation?date=ge2025-04-01&_summary=count", "MedicationRequest?authoredon=ge2025-04-01", "Claim?created=ge2025-04-05",
    "Patient?_has:Condition:subject:code=B20,T74.1", "Patient?_has:Encounter:subject:date=ge2025-04-01&_summary=count",
    "Encounter?identifier=SYN.HIDDEN", "Encounter?_sort=-date&_count=50", "Encounter?_lastUpdated=ge2020-01-01&_total=accurate",
]  # fmt: skip


@pytest.fixture(scope="module", params=CASES)
def twins(request: pytest.FixtureRequest, filled: Callable[[], Intake]) -> Iterator[Twins]:
    intake = filled()
    with undone():
        yield withheld_twins(request.param, intake)


def _hidden_ids(twins: Twins) -> set[str]:
    return {id_ for _, id_ in twins.hidden}


def _page(twins: Twins, address: str) -> tuple[int, str]:
    answer = twins.client.get(address if address.startswith("http") else f"/fhir/r4/{address}")
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("asked", INCLUDING + CHAINED + WHOLE)
def test_of_one_person(asked: str, twins: Twins) -> None:
    answers = twins.answers(lambda human: f"/fhir/r4/{asked % human.patient_id}")
    assert answers[0][0] == 200, answers[0][1][:300]
    assert_alike([(status, _without_places(page)) for status, page in answers])
    assert not _hidden_ids(twins) & set(UUID_TEXT.findall(_page(twins, asked % twins.withheld.patient_id)[1]))


def _without_places(page: str) -> str:
    """Links to further pages without the signed word that says where they begin: it differs between any two answers."""
    return re.sub(r'("url": ?"[^"]*[?&](?:_page|page|_getpages)=)[^"&]*', r"\1PLACE", page)


@pytest.mark.parametrize("asked", REFUSED)
def test_refusals(asked: str, twins: Twins) -> None:
    answers = twins.answers(lambda human: f"/fhir/r4/{asked % human.patient_id}")
    assert answers[0][0] in (400, 404, 422), answers[0]
    assert_alike(answers)


@pytest.mark.parametrize("asked", ACROSS)
def test_over_all_persons(asked: str, twins: Twins) -> None:
    """Whatever is found is found of both alike, and nothing that is withheld is named or counted."""
    status, page = _page(twins, asked)
    if status != 200:
        assert (status, "HS51" in page) == (400, True), page[:300]  # not to be asked without a person
        return
    assert not _hidden_ids(twins) & set(UUID_TEXT.findall(page))
    bundle = json.loads(page)
    of_each = {human: _named(bundle, human) for human in twins.both}
    assert of_each[twins.withheld] == of_each[twins.plain]
    if "_summary=count" in asked or "_total" in asked:
        assert bundle["total"] % 2 == 0, "as many of the one as of the other"


def _named(bundle: dict[str, Any], human: Human) -> int:
    return sum(human.patient_id in json.dumps(entry) for entry in bundle.get("entry", []))


@pytest.mark.parametrize(
    "address", ["_history", "Encounter/_history", "Condition/_history", "Patient/_history", "Flag/_history"]
)
def test_histories_of_types_and_of_the_house(address: str, twins: Twins) -> None:
    """Followed to their end: whole pages but the last, so that no gap tells of what is left out; both persons alike."""
    entries, size, where = [], 4, f"{address}?_count=4"
    while where:
        status, page = _page(twins, where)
        assert status == 200
        bundle = json.loads(page)
        assert "total" not in bundle
        links = {one["relation"]: one["url"] for one in bundle["link"]}
        found = bundle.get("entry", [])
        assert len(found) == size or "next" not in links
        entries += found
        where = links.get("next", "")
    assert not _hidden_ids(twins) & set(UUID_TEXT.findall(json.dumps(entries)))
    whole = {"entry": entries}
    assert _named(whole, twins.withheld) == _named(whole, twins.plain)


def test_parts_of_what_is_withheld_are_as_parts_of_nothing(twins: Twins) -> None:
    for type_name, id_ in twins.hidden:
        for tail in ("Encounter/{}/Observation", "Observation?encounter={}", "Condition?encounter=Encounter/{}", "Encounter?_id={}",
                     "Observation?_id={}", "Condition?_id={}&_include=Condition:encounter", "Encounter/{}?_summary=true"):  # fmt: skip
            hidden, nothing = (_page(twins, tail.format(one)) for one in (id_, NOBODYS_ID))
            assert (hidden[0], UUID_TEXT.sub("ID", hidden[1])) == (nothing[0], UUID_TEXT.sub("ID", nothing[1])), (
                type_name,
                tail,
            )
