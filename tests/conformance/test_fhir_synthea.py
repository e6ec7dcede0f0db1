"""Synthea's bundles go in by the FHIR API: every entry, and a second time without a trace."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from tests.conformance.fhir_writing import Software, counts, software, synthea
from tests.intaking import Intake, asker, rows


@pytest.fixture(scope="module")
def loaded(filled: Callable[[], Intake]) -> Iterator[tuple[Software, dict[str, list[dict[str, Any]]]]]:
    filled()
    writer = software()
    yield writer, {name: _sent(writer, body) for name, body in synthea()}


def _sent(writer: Software, body: bytes) -> list[dict[str, Any]]:
    answer = writer.post("", body)
    assert answer.status_code == 200, answer.content[:2000]
    entries: list[dict[str, Any]] = answer.json()["entry"]
    return entries


def _statuses(entries: list[dict[str, Any]]) -> set[str]:
    return {entry["response"]["status"] for entry in entries}


def test_every_entry_is_filed_and_the_second_time_nothing_is(loaded: Any) -> None:
    writer, first = loaded
    assert {name: _statuses(entries) for name, entries in first.items()} == {name: {"201"} for name in first}
    before = counts()
    for name, body in synthea():
        again = _sent(writer, body)
        assert _statuses(again) == {"200"}, name
        places = [[entry["response"]["location"] for entry in entries] for entries in (first[name], again)]
        assert places[0] == places[1]
    assert counts() == before


def test_the_bytes_are_those_sent_but_for_references(loaded: Any) -> None:
    """Taken off id and meta, and with every reference made blank, stored and sent are byte for byte the same."""
    import re

    from hoso.engines.records.fhir.writing.members import without

    _, answers = loaded
    blank = re.compile(rb'("reference"\s*:\s*)"[^"]*"')
    stored = {f"{row[0]}": bytes(row[1]) for row in rows("SELECT id, body FROM records_resource")}
    looked_at = 0
    for name, body in synthea():
        import msgspec

        bundle = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        entries = msgspec.json.decode(bundle["entry"], type=list[dict[str, msgspec.Raw]])
        for entry, answer in zip(entries, answers[name], strict=True):
            id_ = answer["response"]["location"].split("/")[-3]
            sent = without(bytes(entry["resource"]), frozenset({"id", "meta"}))[0]
            assert blank.sub(rb"\1", stored[id_]) == blank.sub(rb"\1", sent)
            looked_at += 1
    assert looked_at > 1500


def test_references_lead_to_what_was_filed(loaded: Any) -> None:
    known = {f"{kind}/{id_}" for kind, id_ in _filed()}
    looked_at = 0
    for (body,) in rows("SELECT body FROM records_resource"):
        for reference in _references(orjson.loads(bytes(body))):
            if reference.startswith("#"):
                continue
            assert reference in known, reference
            looked_at += 1
    assert looked_at > 2000


def test_what_is_of_the_patient_is_in_the_patients_record(loaded: Any) -> None:
    from hoso.engines.records.resource_types import NUMBERS

    shared = ("Organization", "Location", "Practitioner", "PractitionerRole")
    nobodys = {row[0] for row in rows("SELECT DISTINCT type FROM records_resource WHERE person_id = 0")}
    assert nobodys == {NUMBERS[name] for name in shared}
    patients = [name for name, _ in synthea() if not name.startswith("0-")]
    assert len(rows("SELECT DISTINCT person_id FROM records_resource WHERE person_id <> 0")) == len(patients)


def test_the_staffs_pages_show_it(loaded: Any) -> None:
    """What foreign software filed is read by the same pages as what came in packages."""
    officer = asker("intake_service")
    for (person,) in rows("SELECT person_id FROM people_person"):
        timeline = officer.timeline(person)
        assert timeline.visits
        for visit in timeline.visits:
            assert officer.visit(person, visit.encounter) is not None


def _filed() -> list[tuple[str, str]]:
    from hoso.engines.records.resource_types import name_of

    return [(name_of(row[0]), row[1]) for row in rows("SELECT type, id FROM records_location")]


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _references(one)
    elif isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield node["reference"]
        for one in node.values():
            yield from _references(one)
