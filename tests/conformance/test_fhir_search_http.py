"""Search over HTTP: pages as of one state of the store, parts of resources, leniency, compartments, what scopes leave, audit."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from fhir.resources.R4B import get_fhir_model_class

from hoso.core.accounts.credentials import issue_token
from hoso.core.database.prepared import rows_of
from hoso.engines.records.actions import RecordBatch, Stored
from hoso.engines.records.fhir.search import across, includes
from hoso.engines.records.resource_types import NUMBERS
from hoso.web.fhir import paging
from tests.conformance import fhir_world
from tests.intaking import Intake, as_service, rows, sign_in, undone

BASE = "/fhir/r4"
FACILITY = fhir_world.FACILITIES[0]
Found = list[tuple[str, str]]


@dataclass(frozen=True)
class House:
    client: Client
    account: Any

    def get(self, address: str, **headers: str) -> Any:
        return self.client.get(f"{BASE}/{address}", headers=headers)

    def bundle(self, address: str, **headers: str) -> dict[str, Any]:
        answer = self.get(address, **headers)
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        get_fhir_model_class("Bundle").model_validate(found)
        return found

    def keys(self, address: str, mode: str = "match") -> Found:
        return _keys(self.bundle(address), mode)

    def pages(self, address: str) -> Iterator[dict[str, Any]]:
        while address:
            bundle = self.bundle(address)
            yield bundle
            address = _next(bundle)


def _keys(bundle: dict[str, Any], mode: str = "match") -> Found:
    entries = [one for one in bundle.get("entry", []) if one["search"]["mode"] == mode]
    return [(one["resource"]["resourceType"], one["resource"].get("id", "")) for one in entries]


def _next(bundle: dict[str, Any]) -> str:
    links = {link["relation"]: link["url"] for link in bundle["link"]}
    return str(links.get("next", "").partition(f"{BASE}/")[2])


@pytest.fixture(scope="module")
def house(filled: Callable[[], Intake]) -> House:
    filled()
    fhir_world.file_world()
    account = sign_in("doctor", FACILITY)
    return House(Client(headers={"authorization": f"Bearer {issue_token(account, 'test', 1)}"}), account)


def _mine(type_name: str) -> set[str]:
    """What the doctor's facility knows, by plain SQL past the policy: no labelled ones."""
    found = rows(
        "SELECT r.id FROM records_resource r JOIN access_care_relation c ON c.person_id = r.person_id"
        " JOIN places_facility f ON f.id = c.facility_id"
        " WHERE f.code = %s AND r.type = %s AND r.sensitivity = 0 AND NOT r.deleted",
        FACILITY, NUMBERS[type_name],
    )  # fmt: skip
    return {row[0] for row in found}


def test_everybodys_and_no_one_elses(house: House) -> None:
    found = house.keys("Observation?_count=1000")
    assert {id_ for _, id_ in found} == _mine("Observation") and len(found) > 100


def test_counts_tell_of_nothing_that_is_not_shown(house: House) -> None:
    for address in ("Observation", "Observation?status=final", "Encounter?date=ge1900", "Patient?gender=male,female"):
        shown = sum(len(_keys(page)) for page in house.pages(address + ("&" if "?" in address else "?") + "_count=7"))
        joined = address + ("&" if "?" in address else "?")
        assert house.bundle(joined + "_summary=count")["total"] == shown
        assert house.bundle(joined + "_total=accurate&_count=2")["total"] == shown
        assert "entry" not in house.bundle(joined + "_count=0")


def test_by_post_as_by_get(house: House) -> None:
    answer = house.client.post(
        f"{BASE}/Observation/_search?status=final", {"_count": "1000", "category": "vital-signs"}
    )
    assert answer.status_code == 200
    assert _keys(answer.json()) == house.keys("Observation?status=final&category=vital-signs&_count=1000") != []
    assert all("_search" not in link["url"] for link in answer.json()["link"])
    assert house.client.post(f"{BASE}/Observation/x/_history").status_code == 405


def test_compartments(house: House) -> None:
    patient = house.keys("Patient")[0][1]
    assert house.keys(f"Patient/{patient}/Observation?_count=1000") == house.keys(
        f"Observation?subject={patient}&_count=1000"
    )
    encounter = house.keys(f"Patient/{patient}/Encounter")[0][1]
    assert house.keys(f"Encounter/{encounter}/Condition") == house.keys(f"Condition?encounter={encounter}")
    assert house.get(f"Observation/{patient}/Condition").status_code == 404
    refused = house.get(f"Encounter/{encounter}/Patient")
    assert (refused.status_code, _code(refused)) == (404, "HS5157")


def test_what_is_included_is_within_the_same_scope(house: House) -> None:
    labelled = {row[0] for row in rows("SELECT id FROM records_resource WHERE sensitivity <> 0")}
    found = house.bundle("Condition?_include=Condition:encounter&_include=Condition:subject&_count=1000")
    included = _keys(found, "include")
    assert {kind for kind, _ in included} == {"Encounter", "Patient"}
    referred = {one["resource"]["encounter"]["reference"].partition("/")[2] for one in found["entry"] if "encounter" in one["resource"] and one["search"]["mode"] == "match"}  # fmt: skip
    assert referred & labelled and not {id_ for _, id_ in included} & labelled
    assert {id_ for kind, id_ in included if kind == "Encounter"} == referred - labelled
    back = house.keys("Encounter?_revinclude=Condition:encounter&_count=1000", "include")
    assert {id_ for _, id_ in back} <= _mine("Condition") and back


def test_a_token_without_a_scope_for_the_included_type_gets_nothing_of_it(house: House) -> None:
    token = issue_token(house.account, "scoped", 1)
    actor_scopes = ("user/Condition.rs",)
    with patch("hoso.web.fhir.scopes.permits", _permitting(actor_scopes)):
        client = Client(headers={"authorization": f"Bearer {token}"})
        untyped = client.get(f"{BASE}/Condition?_include=Condition:subject&_count=5").json()
        assert _keys(untyped) and not _keys(untyped, "include")
        for asked in ("_include=Condition:encounter:Encounter", "_revinclude=Procedure:reason-reference", "encounter.status=finished", "_has:Procedure:reason-reference:status=completed"):  # fmt: skip
            answer = client.get(f"{BASE}/Condition?{asked}")
            assert (answer.status_code, _code(answer)) == (403, "HS2255"), asked


def _permitting(scopes: tuple[str, ...]) -> Callable[..., Any]:
    from dataclasses import replace

    from hoso.core.accounts.authorization.permits import permits

    return lambda actor, kind, interaction: permits(replace(actor, scopes=scopes), kind, interaction)


def test_too_much_to_include_is_said(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(includes, "MOST_INCLUDED", 2)
    bundle = house.bundle("Condition?_include=Condition:encounter&_count=1000")
    assert len(_keys(bundle, "include")) == 2
    told = bundle["entry"][-1]
    assert (told["search"]["mode"], told["resource"]["issue"][0]["severity"]) == ("outcome", "warning")
    assert told["resource"]["issue"][0]["details"]["coding"][0]["code"] == "HS5153"


@pytest.mark.parametrize(
    "query", ["Observation?_sort=-date", "Observation?code=8302-2", "Observation?status=final", "Observation"]
)
def test_pages_see_one_state_of_the_store(house: House, query: str) -> None:
    """What changes meanwhile is not on later pages, what does not is there once."""
    whole = house.keys(f"{query}{'&' if '?' in query else '?'}_count=1000")
    assert len(whole) > 3
    first = house.bundle(f"{query}{'&' if '?' in query else '?'}_count=2")
    shown, rest = _keys(first), whole[2:]
    assert shown == whole[:2]
    changed, last = rest[len(rest) // 2][1], shown[-1][1]
    with undone():
        _change(changed)
        _change(last)
        address, seen = _next(first), list(shown)
        while address:
            bundle = house.bundle(address)
            seen += _keys(bundle)
            address = _next(bundle)
        assert seen == [key for key in whole if key[1] != changed]


def _change(id_: str, before_commit: Callable[[], object] = lambda: None) -> None:
    """A new version, with another value, as filing writes it: in a transaction of its own, not within another."""
    with as_service() as cursor:
        cursor.execute("SELECT person_id, type, body, version, hash FROM records_resource WHERE id = %s", [id_])
        person, _, body, version, digest = cursor.fetchone()
        content = json.loads(bytes(body)) | {"effectiveDateTime": "2030-01-01"}
        draft = fhir_world._draft(1, {**content, "id": id_})
        batch = RecordBatch(cursor, timezone.now())
        filing = fhir_world._filing(person, {**content, "id": id_}, _facilities())
        batch.file(draft, filing, Stored(version, version, bytes(digest), False, 0))
        batch.write()
        before_commit()


def _facilities() -> list[int]:
    return [rows("SELECT id FROM places_facility WHERE code = %s", code)[0][0] for code in fhir_world.FACILITIES]


def test_a_page_asked_too_late_is_gone(house: House) -> None:
    address = _next(house.bundle("Observation?_count=2"))
    assert house.get(address).status_code == 200
    late = timezone.now().timestamp() + paging.PAGE_LIFE + 5
    with patch("django.core.signing.time.time", lambda: late):
        answer = house.get(address)
    assert (answer.status_code, _code(answer)) == (410, "HS5008")


def test_a_page_that_looks_at_much_and_finds_little_goes_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = house.keys("Observation?category=laboratory&_count=1000")
    monkeypatch.setattr(across, "MOST_EXAMINED", 25)
    pages = list(house.pages("Observation?category=laboratory&_count=1000"))
    assert [key for page in pages for key in _keys(page)] == whole and len(pages) > 3


def test_parts_of_resources_keep_their_digits(house: House) -> None:
    (one, *_) = house.bundle("Observation?_elements=valueQuantity&_count=1&value-quantity:missing=false&code=8302-2")[
        "entry"
    ]
    assert set(one["resource"]) == {"resourceType", "id", "meta", "status", "code", "valueQuantity"}
    assert one["resource"]["meta"]["tag"][0]["code"] == "SUBSETTED"
    body = bytes(rows("SELECT body FROM records_resource WHERE id = %s", one["resource"]["id"])[0][0])
    text = house.get(f"Observation?_elements=valueQuantity&_id={one['resource']['id']}").content
    number = body.partition(b'"value":')[2].partition(b",")[0].rstrip(b"}")
    assert b'"value":' + number in text
    summary = house.bundle("Patient?_summary=true&_count=1")["entry"][0]["resource"]
    assert "name" in summary and "extension" not in summary and "maritalStatus" not in summary
    whole = house.bundle("Patient?_count=1")["entry"][0]["resource"]
    assert "maritalStatus" in whole
    data = house.bundle("Patient?_summary=data&_count=1")["entry"][0]["resource"]
    assert "text" not in data and "maritalStatus" in data


def test_leniency_is_asked_for_and_told(house: House) -> None:
    assert house.get("Observation?colour=red").status_code == 400
    bundle = house.bundle("Observation?colour=red&status=final&_count=3", prefer="handling=lenient")
    (self_link,) = (link["url"] for link in bundle["link"] if link["relation"] == "self")
    assert "colour" not in self_link and "status=final" in self_link


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("Observation?status.x=1", "HS5155"),
        ("Observation?subject:Patient.colour=red", "HS5110"),
        ("Observation?subject:Medication.code=1", "HS5111"),
        ("Patient?_has:Observation:status:code=1", "HS5155"),
        ("Patient?_has:Observation:patient=1", "HS5110"),
        ("Encounter?part-of.part-of.part-of.part-of.part-of.part-of.status=x", "HS5156"),
        ("Observation?_include=Patient:link", "HS5112"),
        ("Observation?_include:again=Observation:subject", "HS5111"),
        ("Observation?_elements=colour", "HS5112"),
        ("Observation?_filter=x", "HS5110"),
    ],
)
def test_refusals(house: House, address: str, code: str) -> None:
    answer = house.get(address)
    assert (answer.status_code, _code(answer)) == (400, code)


def test_what_asks_too_much_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(across, "MOST_CHAINED", 3)
    monkeypatch.setattr(across, "MOST_ORDERED", 3)
    monkeypatch.setattr(across, "MOST_COUNTED", 3)
    for address, code in (
        ("Patient?_has:Observation:patient:status=final", "HS5152"), ("Observation?_sort=date", "HS5151"),
        ("Observation?_summary=count", "HS5151"),
    ):  # fmt: skip
        answer = house.get(address)
        assert (answer.status_code, _code(answer)) == (400, code)


def test_a_search_is_stopped_in_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(across, "MOST_SECONDS", 0.001)
    answer = house.get("Observation?_count=1000")
    assert (answer.status_code, _code(answer)) == (400, "HS5154")


def test_only_a_stretch_of_an_index_is_read_in_its_order(house: House) -> None:
    """Not what is included: where sorting is forbidden, the planner goes through every location rather than sort a few."""
    sorting: dict[str, str] = {}

    def noting(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        for part in ("FROM records_token t", "FROM unnest("):
            if part in sql:
                sorting[part] = rows_of("SHOW enable_sort", [])[0][0]
        return execute(sql, *rest)

    with connections["default"].execute_wrapper(noting):
        assert house.keys("Observation?code=8302-2&_include=Observation:subject", "include")
    assert sorting == {"FROM records_token t": "off", "FROM unnest(": "on"}


def test_while_the_index_is_made_searches_by_it_are_refused(house: House) -> None:
    with undone():
        with as_service() as cursor:
            cursor.execute("UPDATE records_index_state SET complete = false")
        answer = house.get("Observation?code=8302-2")
        assert (answer.status_code, _code(answer)) == (503, "HS5150")
        patient = house.keys("Patient")[0][1]
        assert house.keys(f"Observation?patient={patient}")


def test_each_person_shown_has_an_event(house: House) -> None:
    with connections["owner"].cursor() as cursor:
        before = _events(cursor)
    shown = house.keys("Patient?_count=1000")
    with connections["owner"].cursor() as cursor:
        added = _events(cursor) - before
    assert len(added) == len(shown) and len({person for _, person in added}) == len(shown) > 1


def _events(cursor: Any) -> set[tuple[int, int]]:
    cursor.execute("SELECT id, person_id FROM audit_event WHERE action = 'search' AND person_id IS NOT NULL")
    return set(cursor.fetchall())


def _code(answer: Any) -> str:
    return str(answer.json()["issue"][0]["details"]["coding"][0]["code"])
