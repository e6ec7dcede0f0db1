"""`$import`: every line filed once or refused with why; versions and dates kept where asked; export, wipe, import, export."""

import gzip
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.db import connections
from django.test import Client

from hoso.engines.records.bulk.importing import lines as reading
from hoso.engines.records.bulk.importing import steps
from tests.claim_packages import sample_3176
from tests.conformance.bulk import content_of, done, exported, exporter, manifest, parameters, path_in, posted
from tests.conformance.fhir_writing import BASE, SYNTHEA, Software, code_of, observation, patient, software
from tests.intaking import Intake, one, rows

OUTSIDE = Path(__file__).resolve().parents[3] / "shared" / "fhir" / "bulk_ndjson_10"


@pytest.fixture(scope="module")
def writer(filled: Callable[[], Intake]) -> Iterator[Software]:
    filled()
    yield software()


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_IMPORT_FOLDER": tmp_path}
    return tmp_path


def _order(client: Client, *inputs: tuple[str, str], mode: str = "InitialLoad") -> Any:
    given = [("input", [("type", kind), ("url", url)]) for kind, url in inputs]
    return posted(client, "$import", parameters(("inputFormat", "application/fhir+ndjson"), ("mode", mode), *given))


def _imported(client: Client, *inputs: tuple[str, str], mode: str = "InitialLoad") -> dict[str, Any]:
    answer = _order(client, *inputs, mode=mode)
    assert answer.status_code == 202, answer.content
    where = path_in(answer["Content-Location"])
    assert client.get(where)["X-Progress"]
    done(where)
    return manifest(client, where)


def _write(folder: Path, name: str, *resources: dict[str, Any] | bytes) -> str:
    made = [one if isinstance(one, bytes) else orjson.dumps(one) for one in resources]
    (folder / name).write_bytes(b"\n".join(made) + b"\n")
    return f"file:{name}"


def test_lines_are_filed_or_refused_with_why(writer: Software, folder: Path) -> None:
    people = _write(folder, "p.ndjson", patient("Ngô Thị Nhập", id="imp-1"), patient("Ngô Văn Nhập", id="imp-2"))
    results = _write(
        folder, "o.ndjson",
        observation("imp-1", id="imp-o1"), b"", b"{not json", observation("imp-2"), observation("nobody", id="imp-o2"),
        patient(id="x"), {**observation("imp-1", id="imp-o3"), "status": "wrong"}, observation("imp-1", id="imp-o1", valueInteger=1),
        observation("imp-1", id="imp-o4", valueString="a\0b"), observation("imp-2", id="imp-o5"),
    )  # fmt: skip
    told = _imported(writer.client, ("Observation", results), ("Patient", people))
    assert (told["mode"], told["keepsVersionsAndDates"]) == ("InitialLoad", False)
    assert [(each["type"], each["count"]) for each in told["output"]] == [("Patient", 2), ("Observation", 5)]
    (wrong,) = told["error"]
    answer = writer.client.get(path_in(wrong["url"]))
    outcomes = [orjson.loads(line) for line in content_of(answer).splitlines()]
    found = {each["issue"][0]["expression"][0].partition(".")[0]: each["issue"][0]["details"]["coding"][0]["code"] for each in outcomes}  # fmt: skip
    assert wrong["count"] == len(outcomes) == 5
    assert found == {"line 3": "HS5170", "line 5": "HS5129", "line 6": "HS5121", "line 7": "HS5104", "line 8": "HS5136"}  # fmt: skip
    assert rows("SELECT lines, filed, unchanged, refused FROM bulk_import_input WHERE number = 2 ORDER BY order_id DESC LIMIT 1") == [(10, 4, 1, 5)]  # fmt: skip
    assert one("SELECT count(*) FROM records_resource WHERE id IN ('imp-o1', 'imp-o5')") == 2


def test_the_same_again_changes_nothing(writer: Software, folder: Path) -> None:
    files = [
        ("Patient", _write(folder, "p.ndjson", patient("Lý Thị Hai Lần", id="twice-1"))),
        ("Observation", _write(folder, "o.ndjson", *(observation("twice-1", id=f"twice-o{n}") for n in range(20)))),
    ]
    assert sum(each["unchanged"] for each in _imported(writer.client, *files)["output"]) == 0
    before = one("SELECT count(*) FROM changes_change")
    for mode in ("InitialLoad", "IncrementalLoad"):
        again = _imported(writer.client, *files, mode=mode)
        assert [(each["count"], each["unchanged"]) for each in again["output"]] == [(1, 1), (20, 20)]
    assert one("SELECT count(*) FROM changes_change") == before


def test_versions_and_dates_are_kept_where_asked(writer: Software, folder: Path) -> None:
    meta = {"versionId": "7", "lastUpdated": "2024-05-06T07:08:09.123456+07:00"}
    person = _write(folder, "p.ndjson", patient("Mai Thị Giữ", id="kept-1", meta=meta))
    told = _imported(writer.client, ("Patient", person), mode="IncrementalLoad")
    assert told["keepsVersionsAndDates"] is True
    read = software("doctor", "01000"), exporter()
    assert one("SELECT version FROM records_resource WHERE id = 'kept-1'") == 7
    found = [orjson.loads(line) for line in exported(read[1], "$export?_type=Patient")["Patient"]]
    assert [each["meta"] for each in found if each["id"] == "kept-1"] == [meta]
    changed = [patient("Mai Thị Khác", id="kept-1", meta={**meta, "versionId": version}) for version in ("6", "9")]
    told = _imported(writer.client, ("Patient", _write(folder, "q.ndjson", *changed)), mode="IncrementalLoad")
    assert told["error"][0]["count"] == 1 and one("SELECT version FROM records_resource WHERE id = 'kept-1'") == 9
    future = patient(id="kept-2", meta={"lastUpdated": "2999-01-01T00:00:00Z"})
    told = _imported(writer.client, ("Patient", _write(folder, "r.ndjson", future)), mode="IncrementalLoad")
    assert told["error"][0]["count"] == 1


def test_what_an_order_refuses(writer: Software, folder: Path) -> None:
    (folder.parent / "secret").write_text("{}")
    (folder / "link").symlink_to(folder.parent / "secret")
    good = ("Patient", _write(folder, "p.ndjson", patient()))
    for url in ("file:../secret", "file:link", "file:none", "file:/etc/passwd", "http://127.0.0.1/x", "https://example.org/x", f"http://testserver{BASE}/_bulk/export/{UUID(int=1)}/1"):  # fmt: skip
        assert code_of(_order(writer.client, ("Patient", url))) == "HS5165", url
    assert code_of(_order(writer.client, good, mode="Other")) == "HS5164"
    assert code_of(_order(writer.client)) == "HS5164"
    assert code_of(_order(writer.client, ("Nothing", good[1]))) == "HS5115"
    assert code_of(_order(writer.client, ("AuditEvent", good[1]))) == "HS5134"
    assert code_of(posted(writer.client, "$import", b"{", prefer="respond-async")) == "HS5164"
    assert code_of(posted(writer.client, "$import", b"{}", prefer="")) == "HS5160"
    assert code_of(_order(exporter(), good)) == "HS2001"
    assert code_of(_order(exporter("intake_service", scopes=["system/Observation.cud"]), good)) == "HS2255"
    own = path_in(_order(writer.client, good)["Content-Location"])
    assert code_of(exporter("intake_service").get(own)) == "HS5161"
    assert writer.client.delete(own).status_code == 202 and code_of(writer.client.get(own)) == "HS5161"


def test_a_file_that_changes_meanwhile_ends_it(writer: Software, folder: Path) -> None:
    answer = _order(writer.client, ("Patient", _write(folder, "p.ndjson", patient())))
    _write(folder, "p.ndjson", patient(), patient())
    where = path_in(answer["Content-Location"])
    done(where)
    assert code_of(writer.client.get(where)) == "HS5168"


def test_killed_anywhere_nothing_is_lost_or_doubled(
    writer: Software, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BATCH_LINES", 7)
    files = [
        ("Patient", _write(folder, "p.ndjson", patient("Tạ Thị Giết", id="kill-1"))),
        ("Observation", _write(folder, "o.ndjson", *(observation("kill-1", id=f"kill-o{n}") for n in range(60)))),
    ]
    where = path_in(_order(writer.client, *files)["Content-Location"])
    move, count = steps._At.move, iter(range(10**6))

    def dies(self: Any, *given: Any, **named: Any) -> None:
        at = next(count)
        if at % 3 == 0:
            raise KeyboardInterrupt
        move(self, *given, **named)
        if at % 3 == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(steps._At, "move", dies)
    for _ in range(200):
        try:
            if not steps.step(UUID(where.rpartition("/")[2])):
                break
        except KeyboardInterrupt:
            continue
    assert [each["count"] for each in manifest(writer.client, where)["output"]] == [1, 60]
    assert rows("SELECT count(*), max(version) FROM records_resource WHERE id LIKE 'kill-%%'") == [(61, 1)]


def _wipe() -> None:
    """Everything that is filed gone, as in a new house."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(
            "TRUNCATE records_resource, records_resource_version, records_location, records_token, records_label_decision,"
            " people_person, people_identifier, people_token, people_statement, people_conflict, access_care_relation, changes_change CASCADE"
        )
        cursor.execute("RESET ROLE")
    connections["owner"].close()


def _round_trip(folder: Path, writer: Software) -> dict[str, list[bytes]]:
    first = exported(exporter())
    inputs = []
    for kind, found in first.items():
        (folder / f"{kind}.ndjson").write_bytes(b"\n".join(found) + b"\n")
        inputs.append((kind, f"file:{kind}.ndjson"))
    _wipe()
    assert exported(exporter()) == {}
    told = _imported(writer.client, *inputs, mode="IncrementalLoad")
    assert told["error"] == [], [content_of(writer.client.get(path_in(each["url"])))[:1500] for each in told["error"]]
    second = exported(exporter())
    assert {kind: Counter(each) for kind, each in second.items()} == {
        kind: Counter(each) for kind, each in first.items()
    }
    return first


def test_export_wipe_import_export_gives_the_same_bytes(filled: Callable[[], Intake], folder: Path) -> None:
    """Of visits from packages, of Synthea's patients, and of what was sent with odd white space and kept dates."""
    writer = software()
    claim = sample_3176()
    filled().file(claim, *(claim.with_(MA_LK=f"RT.{n}", HO_TEN=f"NGUYỄN VĂN {n}") for n in range(5)))
    for path in sorted(SYNTHEA.glob("*.json.gz")):
        assert writer.post("", orjson.loads(gzip.decompress(path.read_bytes()))).status_code == 200
    person = writer.created(patient("Hồ Thị Trắng"))["id"]
    odd = orjson.dumps(
        observation(person, valueString="a\nb", meta={"tag": [{"code": "x"}]}), option=orjson.OPT_INDENT_2
    )
    assert writer.send("POST", "Observation", odd.replace(b'"status": ', b'"status"  :\t')).status_code == 201
    first = _round_trip(folder, writer)
    assert len(first) > 20 and sum(map(len, first.values())) > 1500


def test_the_lines_of_another_server(writer: Software, folder: Path) -> None:
    """The bulk sample of ten patients (smart-on-fhir/sample-bulk-fhir-datasets)."""
    if not OUTSIDE.exists():
        pytest.skip(f"SKIPPED ALOUD: {OUTSIDE} is not there")
    _wipe()
    inputs = []
    for path in sorted(OUTSIDE.glob("*.ndjson")):
        (folder / path.name).write_bytes(path.read_bytes())
        inputs.append((path.name.partition(".")[0], f"file:{path.name}"))
    told = _imported(writer.client, *inputs)
    sent = {path.name.partition(".")[0]: len(path.read_bytes().splitlines()) for path in OUTSIDE.glob("*.ndjson")}
    assert told["error"] == [] and {each["type"]: each["count"] for each in told["output"]} == sent
    _round_trip(folder, writer)
