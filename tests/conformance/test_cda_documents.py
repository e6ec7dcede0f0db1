"""Whole C-CDA documents in, by `$process-cda` and as packages: every entry mapped or reported, codes as a second reader
has them, versions, hostile documents, sensitive content."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hoso.core.terminology import systems
from hoso.engines.intake.actions import receive
from hoso.engines.intake.cda.packed import take_packed_document
from hoso.engines.intake.enclosed import take_enclosed_documents
from hoso.engines.intake.jobs import intake_service
from hoso.engines.intake.packages import load_package, process_package
from tests.cda_documents import problem, small_document
from tests.claim_packages import package, sample_3176
from tests.conformance.cda_slow_reader import SlowEntry, entries_of, section_titles
from tests.conformance.fhir_writing import Software, code_of, counts, software
from tests.hostile.corpus import zipped
from tests.intaking import Intake, as_service, asker, last_package, one, rows, undone

FOLDER = Path(__file__).parent / "cda"
DOCUMENTS = sorted(FOLDER.glob("*.xml"))
XML = "application/xml"
Part = dict[str, Any]
# What FHIR says in words of its own: statuses, categories, classes.
OWN_WORDS = ("http://terminology.hl7.org/CodeSystem/condition-", "http://terminology.hl7.org/CodeSystem/allergyintolerance-",
             "http://terminology.hl7.org/CodeSystem/observation-category", "http://terminology.hl7.org/CodeSystem/v3-NullFlavor")  # fmt: skip


@pytest.fixture(scope="module")
def answers(filled: Callable[[], Intake]) -> Iterator[dict[str, Any]]:
    """The answer to each document, sent by software of the whole house."""
    filled()
    sender = software()
    found: dict[str, Any] = {"sender": sender, "reader": software("doctor", "01007")}
    for path in DOCUMENTS:
        answer = sender.send("POST", "$process-cda", path.read_bytes(), XML)
        assert answer.status_code == 201, (path.name, answer.content[:2000])
        found[path.name] = answer.json()
    with as_service() as cursor:
        cursor.execute(
            "INSERT INTO access_care_relation (person_id, source_person_id, facility_id, kind, first_day, last_day, package_id)"
            " SELECT person_id, source_person_id, (SELECT id FROM places_facility WHERE code = '01007'), 'visit', '2000-01-01', '2030-01-01', 0"
            " FROM people_person"
        )
    yield found


def named(part: Part, name: str) -> Any:
    """The value of one named parameter of an answer or of a part of it; its parts where it has no value."""
    return next((_value(each) for each in _inside(part) if each["name"] == name), None)


def all_named(part: Part, name: str) -> list[Part]:
    return [each for each in _inside(part) if each["name"] == name]


def _inside(part: Part) -> list[Part]:
    return list(part.get("parameter") or part.get("part", []))


def _value(part: Part) -> Any:
    return next((value for key, value in part.items() if key.startswith("value")), part)


def told_entries(answer: Part) -> dict[str, Part]:
    found = [entry for section in all_named(answer, "section") for entry in all_named(section, "entry")]
    return {named(one, "path"): one for one in found}


def codings(node: Any) -> set[tuple[str, str]]:
    """Every coding anywhere in a resource."""
    if isinstance(node, list):
        return {pair for one in node for pair in codings(one)}
    if not isinstance(node, dict):
        return set()
    own = {(node["system"], node["code"])} if {"system", "code"} <= node.keys() and "value" not in node else set()
    return own | {pair for one in node.values() for pair in codings(one)}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_entry_is_mapped_or_reported(answers: dict[str, Any], path: Path) -> None:
    slow, answer = entries_of(path), answers[path.name]
    told = told_entries(answer)
    assert sorted(told) == sorted(one.path for one in slow)
    mapped = sum(named(one, "outcome") == "mapped" for one in told.values())
    reported = [one for one in told.values() if named(one, "outcome") != "mapped"]
    assert all(named(one, "reason") for one in reported)
    assert (named(answer, "entries"), named(answer, "mapped")) == (len(slow), mapped)
    assert mapped + len(reported) == len(slow) and mapped >= 0.8 * len(slow)
    print(f"\n{path.stem}: {len(slow)} entries = {mapped} mapped + {len(reported)} reported")
    for section, title in zip(all_named(answer, "section"), section_titles(path), strict=True):
        number = named(section, "number")
        inside = [one for one in slow if one.section == number]
        assert named(section, "entries") == len(inside), title
        assert named(section, "entries") == named(section, "mapped") + named(section, "notMapped"), title
        print(f"  {title:50} {len(inside):4} {named(section, 'mapped'):4} {named(section, 'notMapped'):4}")


def _resource(answers: dict[str, Any], entry: Part) -> Any:
    answer = answers["reader"].get(named(entry, "resource")["reference"])
    assert answer.status_code == 200
    return json.loads(answer.content)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_coded_values_are_those_a_second_reader_has(answers: dict[str, Any], path: Path) -> None:
    told = told_entries(answers[path.name])
    of_resource: dict[str, set[tuple[str, str]]] = {}
    resources: dict[str, Any] = {}
    compared = 0
    for entry in entries_of(path):
        if named(told[entry.path], "outcome") != "mapped":
            continue
        where = named(told[entry.path], "resource")["reference"]
        resources.setdefault(where, _resource(answers, told[entry.path]))
        of_resource.setdefault(where, set()).update(entry.codes)
        assert entry.codes <= codings(resources[where]), (entry.path, where)
        compared += len(entry.codes)
    for where, resource in resources.items():  # and nothing that the document does not say
        foreign = {
            pair for pair in codings(resource) if not pair[0].startswith((*OWN_WORDS, "http://unitsofmeasure.org"))
        }
        assert foreign <= of_resource[where], where
    assert compared > 20
    print(f"\n{path.stem}: {compared} coded values of {len(resources)} resources")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_what_is_negated_does_not_stand_as_true(answers: dict[str, Any], path: Path) -> None:
    told = told_entries(answers[path.name])
    for entry in entries_of(path):
        if entry.negated and named(told[entry.path], "outcome") == "mapped":
            resource = _resource(answers, told[entry.path])
            says = (resource.get("status"), "refuted" in json.dumps(resource.get("verificationStatus", {})))
            assert says[0] in ("not-done", "not-taken") or says[1] or resource.get("doNotPerform"), entry


def _sections(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every section, those inside of others too."""
    for section in node.get("section", []):
        yield section
        yield from _sections(section)


def test_the_document_and_the_words_of_its_sections_are_kept(answers: dict[str, Any]) -> None:
    for path in DOCUMENTS:
        answer, reader = answers[path.name], answers["reader"]
        document = reader.get(named(answer, "document")["reference"]).json()
        assert base64.b64decode(document["content"][0]["attachment"]["data"]) == path.read_bytes()
        patient = named(answer, "patient")["reference"]
        assert document["subject"]["reference"] == patient
        kind = document["type"]["coding"][0]["code"]
        found = reader.get(f"Composition?patient={patient}&type={kind}").json()["entry"]
        composition = found[0]["resource"]
        sections = list(_sections(composition))
        assert len(found) == 1 and len(sections) == len(section_titles(path))
        kept = [section for section in all_named(answer, "section") if named(section, "narrative") == "kept"]
        assert len(kept) == sum("text" in one for one in sections) > 0


def test_sent_again_nothing_is_new(answers: dict[str, Any]) -> None:
    with undone():
        before = counts()
        answer = answers["sender"].send("POST", "$process-cda", DOCUMENTS[0].read_bytes(), XML)
        assert answer.status_code == 200 and named(answer.json(), "state") == "unchanged"
        assert counts() == before
        assert named(answer.json(), "mapped") == named(answers[DOCUMENTS[0].name], "mapped")


def _version(number: int, content: bytes = b"") -> bytes:
    content = content or DOCUMENTS[0].read_bytes()
    return content.replace(b'<versionNumber value="1"/>', b'<versionNumber value="%d"/>' % number)


def test_a_newer_version_replaces_and_an_older_late_one_is_history(answers: dict[str, Any]) -> None:
    sender, reader = answers["sender"], answers["reader"]
    with undone():
        first = told_entries(answers[DOCUMENTS[0].name])
        gone = next(one for one in first.values() if named(one, "element") == "Procedure")
        text = _version(3).decode()
        start = text.index("<entry", text.index("PROCEDURES</title>"))
        end = text.index("</entry>", start) + len("</entry>")
        newer = sender.send("POST", "$process-cda", (text[:start] + text[end:]).encode(), XML)
        assert newer.status_code == 201, newer.content
        assert named(newer.json(), "entries") == len(first) - 1
        assert reader.get(named(gone, "resource")["reference"]).status_code == 410
        same = {
            path: named(entry, "resource") for path, entry in told_entries(newer.json()).items() if "section[1]" in path
        }
        assert same == {path: named(entry, "resource") for path, entry in first.items() if "section[1]/" in path}
        old = reader.get(named(answers[DOCUMENTS[0].name], "document")["reference"]).json()
        now = reader.get(named(newer.json(), "document")["reference"]).json()
        assert (old["status"], now["status"], now["relatesTo"][0]["code"]) == ("superseded", "current", "replaces")
        before = one("SELECT count(*) FROM records_resource WHERE NOT deleted")
        late = sender.send("POST", "$process-cda", _version(2), XML)
        assert named(late.json(), "state") == "history" and named(late.json(), "mapped") == 0
        assert reader.get(named(late.json(), "document")["reference"]).json()["status"] == "superseded"
        assert one("SELECT count(*) FROM records_resource WHERE NOT deleted") == before + 1
        other = sender.send("POST", "$process-cda", _version(3) + b"<!-- other -->", XML)
        assert (other.status_code, code_of(other)) == (409, "HS5194")


def test_a_person_is_known_by_keeper_and_number_and_by_a_number_of_the_house(answers: dict[str, Any]) -> None:
    by_name = {name: named(answer, "patient")["reference"] for name, answer in answers.items() if name.endswith(".xml")}
    assert len(set(by_name.values())) == 5  # the discharge summary and the operative note are of one person
    assert len({name for name in by_name if "Discharge" in name or "Operative" in name}) == 2
    number = "079185000123"
    mark = f'<id root="2.16.840.1.113883.4.873" extension="https://hoso.vn/fhir/sid/so-dinh-danh-ca-nhan|{number}"/>'
    with undone():
        sender: Software = answers["sender"]
        made = sender.created({
            "resourceType": "Patient", "name": [{"text": "Isabella Jones"}], "birthDate": "1950-12-19", "gender": "female",
            "identifier": [{"system": "https://hoso.vn/fhir/sid/so-dinh-danh-ca-nhan", "value": number}],
        })  # fmt: skip
        content = _version(1).replace(b"</patientRole>", b"</patientRole>").replace(
            b'<id extension="98765432" root="1.3.6.1.4.1.16517.1"/>', mark.encode()
        )  # fmt: skip
        answer = sender.send("POST", "$process-cda", content.replace(b"sTT988", b"other-set"), XML)
        assert answer.status_code == 201, answer.content
        wanted = "SELECT person_id FROM records_location WHERE id = %s"
        document = named(answer.json(), "document")["reference"].partition("/")[2]
        assert one(wanted, document) == one(wanted, made["id"])


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"<a/>", 400, "HS5190"),
        (b"not xml", 422, "HS3002"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><ClinicalDocument xmlns="urn:hl7-org:v3">&x;</ClinicalDocument>', 422, "HS3001"),
        (b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>', 422, "HS5192"),
        (b'<ClinicalDocument xmlns="urn:hl7-org:v3">' + b"<section>" * 150 + b"</section>" * 150 + b"</ClinicalDocument>", 413, "HS5191"),
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused(answers: dict[str, Any], content: bytes, status: int, code: str) -> None:
    answer = answers["sender"].send("POST", "$process-cda", content, XML)
    assert (answer.status_code, code_of(answer)) == (status, code), answer.content


def test_only_software_that_may_write_sends_documents(answers: dict[str, Any]) -> None:
    assert software("doctor").send("POST", "$process-cda", DOCUMENTS[0].read_bytes(), XML).status_code == 403
    answer = answers["sender"].send("POST", "$process-cda", b"{}", "application/fhir+json")
    assert (answer.status_code, code_of(answer)) == (415, "HS5140")


def test_what_the_record_may_not_hold_is_withheld_and_counted(answers: dict[str, Any]) -> None:
    """A problem coded as HIV disease: neither it nor the words of any section reach the record."""
    sections = problem("B20", "Bệnh HIV", "a") + problem("I10", "Tăng huyết áp", "b")
    with undone():
        answer = answers["sender"].send("POST", "$process-cda", small_document("079185000777", sections=sections), XML)
        assert answer.status_code == 201, answer.content
        told = answer.json()
        assert (named(told, "entries"), named(told, "mapped"), named(told, "withheld")) == (2, 1, 1)
        assert "B20" not in answer.content.decode() and "HIV" not in answer.content.decode()
        assert {named(section, "narrative") for section in all_named(told, "section")} == {"withheld"}
        bodies = rows(
            "SELECT convert_from(body, 'utf8') FROM records_resource r JOIN people_person p USING (person_id) WHERE p.patient_id = %s",
            named(told, "patient")["reference"][8:],
        )
        whole = "".join(body for (body,) in bodies)
        assert "I10" in whole and "B20" not in whole and "HIV" not in whole and '"data"' not in whole
    with undone():  # without it everything is kept
        answer = answers["sender"].send(
            "POST", "$process-cda", small_document("079185000777", sections=problem("I10", "Tăng huyết áp")), XML
        )
        assert {named(section, "narrative") for section in all_named(answer.json(), "section")} == {"kept"}


def test_the_facility_that_sends_a_document_sees_the_record(
    filled: Callable[[], Intake], answers: dict[str, Any]
) -> None:
    """As a package of its own, or as the keeper that names itself by its code."""
    by_code = (
        DOCUMENTS[0].read_bytes()
        .replace(b'<id extension="321CX" root="1.1.1.1.1.1.1.1.3"/>', b'<id root="2.16.840.1.113883.4.873" extension="https://hoso.vn/fhir/sid/ma-cskcb|01008"/>')
    )  # fmt: skip
    with undone():
        doctor, other = software("doctor", "01008"), software("doctor", "01009")
        answer = answers["sender"].send("POST", "$process-cda", by_code, XML)
        assert answer.status_code == 201, answer.content
        wanted = named(answer.json(), "document")["reference"]
        assert (doctor.get(wanted).status_code, other.get(wanted).status_code) == (200, 404)
    with undone():
        officer = asker("facility_records_officer", "01009").actor
        package = receive(officer, "benh-an.xml", [DOCUMENTS[0].read_bytes()], "upload").id
        process_package(package, intake_service("test"))
        ((state, document_id),) = rows("SELECT state, document_id FROM cda_document WHERE package_id = %s", package)
        other = software("doctor", "01009")
        assert (state, other.get(f"DocumentReference/{document_id}").status_code) == ("filed", 200)


def test_the_intake_knows_a_document_by_its_root(filled: Callable[[], Intake], answers: dict[str, Any]) -> None:
    with undone():
        before = counts()
        account = filled().send(DOCUMENTS[0].read_bytes())
        assert (account.packages, account.refused, account.documents) == (1, 0, 1)
        assert account.entries_in == account.entries_mapped == 18 and account.balances
        assert rows("SELECT state FROM cda_document WHERE package_id = %s", last_package()) == [("unchanged",)]
        assert counts() == before
        refused = filled().send(_version(1) + b"<!-- other content of one version -->")
        assert refused.refused == 1 and refused.documents == 0


def test_documents_among_the_files_of_a_zip_are_taken_in_as_single_ones_are(
    filled: Callable[[], Intake], answers: dict[str, Any]
) -> None:
    with undone():
        first, second = (path.read_bytes() for path in DOCUMENTS[:2])
        sent = zipped(("b.xml", package(sample_3176())), ("a.xml", first), ("c/d.xml", second), ("e.xml", b"<x/>"))
        account = filled().send(sent, "goi.zip")
        assert (account.packages, account.documents, account.received, account.refused) == (3, 2, 2, 0)
        assert account.quarantined == 1  # e.xml, which is neither
        zip_id = one("SELECT id FROM intake_package WHERE file_name = 'goi.zip'")
        parts = rows("SELECT file_name, state, part FROM intake_package WHERE part_of = %s ORDER BY part", zip_id)
        assert parts == [("goi.zip/a.xml", "done", 1), ("goi.zip/c/d.xml", "done", 3)]
        assert rows("SELECT remarks->-1->>'code' FROM intake_package WHERE id = %s", zip_id) == [("HS5250",)]


def test_a_zip_of_documents_alone_is_no_empty_package_and_is_worked_through_once(
    filled: Callable[[], Intake], answers: dict[str, Any]
) -> None:
    """Killed between its documents and its end, it enters none a second time."""
    with undone():
        officer, service = asker("facility_records_officer", "01009").actor, intake_service("test")
        sent = zipped(("a.xml", DOCUMENTS[0].read_bytes()), ("b.xml", b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>"))
        number = receive(officer, "goi.zip", [sent], "upload").id
        found = load_package(number, service)
        for _ in range(2):
            taken = take_enclosed_documents(number, found.sha256, found.file_name, service, lambda one: process_package(one, service))  # fmt: skip
            assert taken == 2
        process_package(number, service)
        assert rows("SELECT state, visits_total FROM intake_package WHERE id = %s", number) == [("done", 0)]
        assert rows(
            "SELECT file_name, state, received_by, may_send_for IS NOT NULL FROM intake_package WHERE part_of = %s ORDER BY part",
            number,
        ) == [
            ("goi.zip/a.xml", "done", officer.account_id, True),
            ("goi.zip/b.xml", "refused", officer.account_id, True),
        ]


def test_systems_agree_with_those_of_the_house() -> None:
    assert ("http://hl7.org/fhir/sid/icd-10", "icd10-vn") == (systems.ICD10_VN.url, systems.ICD10_VN.name)


def test_the_second_reader_sees_every_entry_once() -> None:
    for path in DOCUMENTS:
        found: list[SlowEntry] = entries_of(path)
        assert len({one.path for one in found}) == len(found) > 10


def test_a_kill_between_document_and_package_files_nothing_twice(
    filled: Callable[[], Intake], answers: dict[str, Any]
) -> None:
    """The document is in with its commit; whoever ends the package finds it."""
    with undone():
        officer, service = asker("facility_records_officer", "01009").actor, intake_service("test")
        package = receive(officer, "benh-an.xml", [DOCUMENTS[0].read_bytes()], "upload").id
        take_packed_document(load_package(package, service), service)
        before = counts()
        process_package(package, service)
        process_package(package, service)
        assert counts() == before
        assert rows("SELECT state FROM intake_package WHERE id = %s", package) == [("done",)]
        assert rows("SELECT state, entries FROM cda_document WHERE package_id = %s", package) == [("filed", 18)]
