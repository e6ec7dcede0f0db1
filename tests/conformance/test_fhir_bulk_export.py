"""Bulk Data `$export`: everything that may be exported, once, as it was at one moment; nothing else, to nobody else."""

from collections import Counter
from collections.abc import Callable, Iterator
from uuid import UUID

import orjson
import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from hoso.core.access.labels import mask_of
from hoso.engines.records.bulk.exporting import files, steps
from hoso.engines.records.bulk.exporting.files import exports_folder
from hoso.engines.records.bulk.jobs import resume
from hoso.engines.records.fhir.everything import record_types
from hoso.engines.records.resource_types import name_of
from tests.claim_packages import sample_3176
from tests.conformance.bulk import (
    ASYNC,
    WHY,
    done,
    exported,
    exporter,
    ids,
    lines,
    manifest,
    ordered,
    parameters,
    posted,
)
from tests.conformance.fhir_writing import BASE, Software, code_of, observation, patient, software
from tests.intaking import Intake, one, rows, sign_in

HIDDEN = ("hiv", "addiction", "prostitution", "fetal_sex")


@pytest.fixture(scope="module")
def writer(filled: Callable[[], Intake]) -> Iterator[Software]:
    claim = sample_3176()
    filled().file(claim, claim.with_(MA_LK="SYN.2", HO_TEN="LÊ VĂN HÙNG", GIOI_TINH="1"))
    made = software()
    person = made.created(patient())["id"]
    made.created({"resourceType": "Organization", "name": "Trạm Một"})
    made.created(observation(person, code={"text": "Xét nghiệm HIV", "coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "B20"}]}))  # fmt: skip
    pretty = orjson.dumps(observation(person, valueString="dòng\nhai"), option=orjson.OPT_INDENT_2)
    assert made.send("POST", "Observation", pretty).status_code == 201
    yield made


def _visible() -> dict[tuple[str, str], int]:
    """(type, id) -> person of everything without a label that the exporter never sees: the slow second answer."""
    hidden = mask_of(HIDDEN)
    return {
        (name_of(number), id_): person
        for number, id_, person in rows(
            "SELECT type, id, person_id FROM records_resource WHERE NOT deleted AND sensitivity & %s = 0", hidden
        )
    }


def _keys(found: dict[str, list[bytes]]) -> Counter[tuple[str, str]]:
    return Counter((name, orjson.loads(line)["id"]) for name, each in found.items() for line in each)


def _events(about: str) -> list[tuple[int | None, int, str]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT person_id, found, reason FROM audit_event WHERE object = %s AND action = 'export' ORDER BY id",
            [about],
        )
        return list(cursor.fetchall())


def test_everything_that_may_be_exported_once_and_byte_for_byte_as_read(writer: Software) -> None:
    client = exporter()
    where = ordered(client)
    waiting = client.get(where)
    assert waiting.status_code == 202 and waiting["Retry-After"] and "of" in waiting["X-Progress"]
    done(where)
    told = manifest(client, where)
    assert client.get(where)["Expires"] and told["requiresAccessToken"] and told["error"] == []
    found = lines(client, told)
    visible = _visible()
    assert _keys(found) == Counter(dict.fromkeys(visible, 1))
    assert one("SELECT count(*) FROM records_resource WHERE sensitivity & %s <> 0", mask_of(["hiv"])) > 0
    for name, each in found.items():
        for line in each[:5]:
            read = writer.get(f"{name}/{orjson.loads(line)['id']}")
            if read.status_code == 200:  # the writer may read what is about nobody
                assert line == read.content.replace(b"\n", b" ")
    about = f"$export/{where.rpartition('/')[2]}"
    persons = Counter(person for person in visible.values() if person)
    assert {(person, found) for person, found, _ in _events(about)} == set(persons.items())
    assert {reason for _, _, reason in _events(about)} == {"test"}
    assert len(_events(f"{about}/1")) == 1


def test_lines_are_what_a_doctor_reads(writer: Software) -> None:
    found = exported(exporter(), "$export?_type=Observation,Encounter")
    doctor = software("doctor", "01000")
    seen = 0
    for name, each in found.items():
        for line in each:
            answer = doctor.get(f"{name}/{orjson.loads(line)['id']}")
            if answer.status_code == 200:
                seen += 1
                assert line == answer.content
    assert seen > 3


def test_kick_off_by_post_and_what_it_refuses(writer: Software) -> None:
    client = exporter()
    made = posted(client, "$export", parameters(("_type", "Patient")))
    assert made.status_code == 202 and made.content == b""
    assert code_of(client.get(f"{BASE}/$export", headers={"x-reason": "x"})) == "HS5160"
    assert client.get(f"{BASE}/$export", headers=ASYNC).status_code == 422  # without a reason
    for query, code in (
        ("_type=Nothing", "HS5115"), ("_since=x", "HS5112"), ("_outputFormat=csv", "HS5112"), ("patient=x", "HS5110"),
        ("_typeFilter=Patient", "HS5112"), ("_typeFilter=Patient?colour=red", "HS5110"),
        ("_typeFilter=Observation?patient.name=x", "HS5155"),
    ):  # fmt: skip
        answer = client.get(f"{BASE}/$export?{query}", headers=WHY)
        assert (answer.status_code, code_of(answer)) in ((400, code), (404, code)), query
    assert client.get(f"{BASE}/Patient/$export?_type=Organization", headers=WHY).status_code == 400
    assert posted(client, "$export", b"[").status_code == 400
    assert client.get(f"{BASE}/Group/none/$export", headers=WHY).status_code == 404


def test_reading_is_not_exporting(writer: Software) -> None:
    for role, facility in (("doctor", "01000"), ("intake_service", None)):
        answer = exporter(role, facility).get(f"{BASE}/$export", headers=WHY)
        assert answer.status_code == 403 and code_of(answer) == "HS2001"
    client = Client()
    client.force_login(sign_in("bulk_exporter"))
    assert client.get(f"{BASE}/$export", headers=WHY).status_code == 401  # a session orders nothing


def test_scopes_narrow_and_only_those_of_software_export(writer: Software) -> None:
    found = exported(exporter(scopes=["system/Patient.rs", "system/Observation.rs?status=amended"]))
    assert set(found) == {"Patient"}
    for scopes in (["user/*.rs"], ["system/*.cud"], ["system/*.r"]):
        assert exporter(scopes=scopes).get(f"{BASE}/$export", headers=WHY).status_code == 403
    answer = exporter(scopes=["system/Patient.rs"]).get(f"{BASE}/$export?_type=Observation", headers=WHY)
    assert code_of(answer) == "HS2255"


def test_an_order_is_its_accounts_own(writer: Software) -> None:
    client, other = exporter(), exporter()
    where = ordered(client, "$export?_type=Patient")
    done(where)
    for address in (where, f"{where}/1"):
        assert client.get(address).status_code == 200
        assert code_of(other.get(address)) == "HS5161"
    assert other.delete(where).status_code == 404
    assert client.get(f"{where}/7").status_code == 404


def test_patients_and_groups(writer: Software) -> None:
    client = exporter()
    visible = _visible()
    found = exported(client, "Patient/$export")
    assert _keys(found) == Counter(key for key, person in visible.items() if person)
    assert set(found) <= record_types()
    at_facility = exported(client, "Group/facility-01000/$export")
    known = {row[0] for row in rows("SELECT person_id FROM access_care_relation c JOIN places_facility f ON f.id = c.facility_id WHERE f.code = '01000'")}  # fmt: skip
    assert known and _keys(at_facility) == Counter(key for key, person in visible.items() if person in known)
    person = writer.created(patient("Phạm Văn Nhóm"))["id"]
    writer.created(observation(person))
    group = writer.created(
        {
            "resourceType": "Group",
            "type": "person",
            "actual": True,
            "member": [{"entity": {"reference": f"Patient/{person}"}}],
        }
    )
    filed = exported(client, f"Group/{group['id']}/$export")
    assert ids(filed["Patient"]) == {person} and len(filed["Observation"]) == 1


def test_a_facilitys_officer_exports_its_closed_records_alone(writer: Software) -> None:
    from hoso.core.places.facilities import ensure_facility

    ensure_facility("01002", "Bệnh viện Hai")
    assert exported(exporter("release_officer", "01002"), "Patient/$export") == {}
    assert exported(exporter("release_officer", "01000"), "Patient/$export")["Encounter"]


def test_since_and_filters(writer: Software) -> None:
    moment = timezone.now()
    person = writer.created(patient("Đỗ Thị Sau"))["id"]
    final, amended = (writer.created(observation(person, status=status))["id"] for status in ("final", "amended"))
    client = exporter()
    since = moment.isoformat().replace("+", "%2B")
    found = exported(client, f"$export?_since={since}")
    assert {name: ids(each) for name, each in found.items()} == {"Patient": {person}, "Observation": {final, amended}}
    found = exported(client, f"$export?_since={since}&_type=Observation&_typeFilter=Observation%3Fstatus%3Damended")
    assert ids(found["Observation"]) == {amended}


def test_what_changes_meanwhile_is_exported_as_it_was(writer: Software, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "MOST_LINES", 3)
    person = writer.created(patient("Vũ Thị Đổi"))["id"]
    made = [writer.created(observation(person, valueInteger=number))["id"] for number in range(10)]
    client = exporter()
    where = ordered(client, "$export?_type=Observation")
    before = {key for key in _visible() if key[0] == "Observation"}
    for number, id_ in enumerate(made):
        if number == 5:
            steps.step(_number(where))
            steps.step(_number(where))  # six of them are written already
        if number % 3 == 0:
            writer.delete(f"Observation/{id_}")
        elif number % 3 == 1:
            writer.put(f"Observation/{id_}", observation(person, id=id_, valueString="sau"))
    writer.created(observation(person, valueString="mới"))
    done(where)
    found = lines(client, manifest(client, where))["Observation"]
    assert _keys({"Observation": found}) == Counter(dict.fromkeys(before, 1))
    own = [orjson.loads(line) for line in found if orjson.loads(line)["id"] in made]
    assert sorted(each["valueInteger"] for each in own) == list(range(10))
    assert {each["meta"]["versionId"] for each in own} == {"1"}


def test_who_loses_the_right_meanwhile_gets_nothing_more(writer: Software, monkeypatch: pytest.MonkeyPatch) -> None:
    from hoso.core.accounts.models import Assignment

    monkeypatch.setattr(steps, "MOST_LINES", 3)
    account = sign_in("bulk_exporter")
    from hoso.core.accounts.credentials import issue_token

    client = Client(headers={"authorization": f"Bearer {issue_token(account, 'test', 1)}"})
    where = ordered(client)
    steps.step(_number(where))
    folder = exports_folder() / str(_number(where))
    assert list(folder.iterdir()) and not any(b"resourceType" in path.read_bytes() for path in folder.iterdir())
    Assignment.objects.using("owner").filter(account=account).update(valid_to=timezone.localdate())
    done(where)
    assert client.get(where).status_code == 403
    assert code_of(client.get(where)) == "HS2001"
    assert not folder.exists()


def test_cancelled_and_ended(writer: Software) -> None:
    client = exporter()
    where = ordered(client, "$export?_type=Patient")
    assert client.delete(where).status_code == 202
    done(where)
    assert code_of(client.get(where)) == "HS5161"
    second = ordered(client, "$export?_type=Patient")
    done(second)
    folder = exports_folder() / str(_number(second))
    assert folder.exists()
    rows("UPDATE bulk_order SET ends_at = now() - interval '1 minute' WHERE id = %s RETURNING 1", _number(second))
    resume(timestamp=0)
    assert code_of(client.get(second)) == "HS5161" and not folder.exists()


def test_at_most_two_at_once(writer: Software) -> None:
    client = exporter()
    where = [ordered(client, "$export?_type=Patient") for _ in range(2)]
    answer = client.get(f"{BASE}/$export", headers=WHY)
    assert (answer.status_code, code_of(answer)) == (429, "HS5162") and answer["Retry-After"]
    for each in where:
        client.delete(each)


def test_killed_anywhere_it_goes_on_without_loss(writer: Software, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "MOST_LINES", 4)
    client = exporter()
    whole = _keys(exported(client))
    where = ordered(client)
    write, count = files.line_of, iter(range(10**6))

    def dies(resource: object) -> bytes:
        if next(count) % 7 == 6:
            raise KeyboardInterrupt
        return write(resource)  # type: ignore[arg-type]

    monkeypatch.setattr(steps, "line_of", dies)
    for _ in range(1000):
        try:
            if not steps.step(_number(where)):
                break
        except KeyboardInterrupt:
            continue
    assert _keys(lines(client, manifest(client, where))) == whole
    assert not [
        path for path in (exports_folder() / str(_number(where))).iterdir() if not path.name.endswith(".ndjson")
    ]


def _number(where: str) -> UUID:
    return UUID(where.rpartition("/")[2])
