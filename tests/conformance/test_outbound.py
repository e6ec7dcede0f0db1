"""Packages out of the house: what is written is taken in again elsewhere without an error, and told where it is less."""

import json
import stat
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from hoso.cli.tests.running import run_hoso
from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.intake.outbound import running, selection
from hoso.engines.intake.outbound.running import export_to
from hoso.engines.intake.outbound.selection import Order, Selection, count_visits, leaving
from tests import claim_packages, database
from tests.claim_packages import sample_3176, sample_4210
from tests.conformance import province
from tests.intaking import Intake, asker, one, rows

WHY = "gửi lại cơ quan BHXH"
DECISIONS = ("qd4210", "qd130", "qd4750", "qd3176")


@pytest.fixture(scope="module")
def house(filled: Callable[[], Intake]) -> Actor:
    """The province, taken in; and the province's officer."""
    filled().take(*_files(filled().folder))
    return asker("intake_officer").actor


def _files(folder: Path) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for number, content in enumerate(province.packages(), start=1):
        (folder / f"p{number:03}.xml").write_bytes(content)
    return sorted(folder.glob("p*.xml"))


def everything(of: str | None = None) -> tuple[tuple[str, str], ...]:
    """(facility, MA_LK) of every filed visit, of one decision or all."""
    return tuple(rows(
        "SELECT f.code, c.ma_lk FROM intake_current_visit c JOIN intake_visit v USING (package_id, ordinal)"
        " JOIN places_facility f ON f.id = c.facility_id WHERE coalesce(v.version = %s, true) AND c.ma_lk NOT LIKE '%%/XML0'"
        " ORDER BY 1, 2", of,
    ))  # fmt: skip


@pytest.fixture
def elsewhere(database_server: database.Server, tmp_path: Path) -> Iterator[database.Database]:
    """A second house, empty."""
    own = replace(database_server.copy("_elsewhere"), home=tmp_path / "elsewhere")
    own.home.mkdir()
    yield own
    database_server.drop(own.name)


def findings_of(house: database.Database, severity: str) -> Counter[tuple[Any, ...]]:
    with psycopg.connect(house.admin_url) as admin:
        return Counter(admin.execute(
            "SELECT v.ma_lk, n.code, n.table_no, n.line, n.field, n.rule FROM intake_finding n"
            " JOIN intake_visit v USING (package_id, ordinal) WHERE n.severity = %s AND n.code NOT LIKE 'HS4%%'", [severity],
        ).fetchall())  # fmt: skip


@pytest.mark.parametrize("target", DECISIONS)
def test_every_visit_is_taken_in_again_elsewhere_without_an_error(
    target: str, house: Actor, elsewhere: database.Database, tmp_path: Path
) -> None:
    """And its report tells every finding that it has there. Filed under 4210, 130, 4750 and 3176, out as each."""
    visits = everything()
    assert {row[0] for row in rows("SELECT DISTINCT version FROM intake_visit")} >= set(DECISIONS)
    summary = export_to(Order(house, Selection(visits), target, WHY), tmp_path / "out", most=40)
    assert summary.visits == len(visits) == summary.written + summary.kept_back
    assert summary.by_source[target] == len(everything(target))  # none of its own decision is kept back
    if target == "qd3176":
        assert summary.kept_back == 0
    done = run_hoso(
        elsewhere, "intake", "--version", target, str(tmp_path / "out"), "--json", HOSO_INTAKE_PROCESSES="0"
    )
    account = json.loads(done.stdout.splitlines()[-1])
    assert (account["received"], account["filed"], account["quarantined"]) == (summary.written, summary.written, 0)
    report = json.loads((tmp_path / "out.bao-cao.json").read_text(encoding="utf-8"))
    for severity in ("error", "warning", "notice"):
        told = Counter(
            (visit["ma_lk"], loss["code"], loss["table"], loss["line"], loss["field"], loss["rule"])
            for visit in report["visits"] if visit["written"] for loss in visit["losses"] if loss["severity"] == severity
        )  # fmt: skip
        assert findings_of(elsewhere, severity) == told


def test_the_same_decision_is_the_same_content(house: Actor, elsewhere: database.Database, tmp_path: Path) -> None:
    visits = everything("qd3176")
    export_to(Order(house, Selection(visits), "qd3176", WHY), tmp_path / "out")
    run_hoso(elsewhere, "intake", "--version", "qd3176", str(tmp_path / "out"), HOSO_INTAKE_PROCESSES="0")
    with psycopg.connect(elsewhere.admin_url) as admin:
        there: dict[str, bytes] = dict(admin.execute("SELECT ma_lk, content_hash FROM intake_current_visit").fetchall())
    here = {ma_lk: bytes(digest) for ma_lk, digest in rows("SELECT ma_lk, content_hash FROM intake_current_visit")}
    assert there
    assert all(here[ma_lk] == bytes(digest) for ma_lk, digest in there.items())
    assert len(there) == len(visits)


def test_what_4210_never_had_keeps_a_visit_back_from_130_and_can_be_asked_for(house: Actor, tmp_path: Path) -> None:
    visits = everything("qd4210")[:3]
    order = Order(house, Selection(visits), "qd130", WHY)
    outcomes = list(leaving(order))
    assert [outcome.content for outcome in outcomes] == [None] * 3
    missing = {(loss.table, loss.field) for loss in outcomes[0].losses if loss.code == "HS3101"}
    assert {(1, "MA_QUOCTICH"), (1, "MATINH_CU_TRU"), (1, "MA_HSBA")} <= missing
    asked = list(leaving(replace(order, incomplete=True)))
    assert all(outcome.content for outcome in asked)


def test_a_later_decision_is_not_written_back(house: Actor) -> None:
    (outcome,) = leaving(Order(house, Selection(everything("qd3176")[:1]), "qd4750", WHY))
    assert (outcome.content, [loss.code for loss in outcome.losses]) == (None, ["HS3360"])


def test_a_stopped_export_goes_on_and_is_the_same(
    house: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = Order(house, Selection(everything()), "qd3176", WHY)
    export_to(order, tmp_path / "whole", most=7)
    with monkeypatch.context() as patch:
        patch.setattr(running, "leaving", lambda order, after: islice(leaving(order, after), 15))
        patch.setattr(running, "put_together", _stop)
        with pytest.raises(KeyboardInterrupt):
            export_to(order, tmp_path / "parts", most=7)
    journal = tmp_path / "parts.part" / "journal"
    with journal.open("ab") as torn:  # what a kill in the middle of a line leaves
        torn.write(b'{"package_id": 99, "ordi')
    with (tmp_path / "parts.part" / "visits").open("ab") as torn:
        torn.write(b"<HOSO><FILEH")
    with pytest.raises(HosoError, match="HS3367"):
        export_to(replace(order, target="qd4750"), tmp_path / "parts", most=7)
    export_to(order, tmp_path / "parts", most=7)
    assert _content(tmp_path / "parts") == _content(tmp_path / "whole")
    assert not (tmp_path / "parts.part").exists()
    with pytest.raises(HosoError, match="HS3365"):
        export_to(order, tmp_path / "parts", most=7)


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def _content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_one_file_a_zip_and_a_folder_hold_the_same_visits(house: Actor, tmp_path: Path) -> None:
    (facility, count), *_ = rows(
        "SELECT f.code, count(*) FROM intake_current_visit c JOIN places_facility f ON f.id = c.facility_id"
        " WHERE c.ma_lk NOT LIKE '%%/XML0' GROUP BY 1 ORDER BY 2 DESC"
    )
    order = Order(house, Selection(facility=facility), "qd3176", WHY)
    for name in ("out.xml", "out.zip", "out"):
        export_to(order, tmp_path / name, most=3)
    single = [claim.ma_lk for claim in claim_packages.read_claims((tmp_path / "out.xml").read_bytes())]
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        zipped = [
            claim.ma_lk for name in archive.namelist() for claim in claim_packages.read_claims(archive.read(name))
        ]
        assert all(len(claim_packages.read_claims(archive.read(name))) <= 3 for name in archive.namelist())
    folder = [claim.ma_lk for path in sorted((tmp_path / "out").iterdir()) for claim in claim_packages.read_claims(path.read_bytes())]  # fmt: skip
    assert single == zipped == folder
    assert len(single) == count
    with pytest.raises(HosoError, match="HS3366"):
        export_to(Order(house, Selection(everything()), "qd3176", WHY), tmp_path / "all.xml")


def test_each_visit_is_one_event_with_its_person_and_reason(house: Actor) -> None:
    visits = everything()[:4]
    officer = asker("intake_officer").actor
    list(leaving(Order(officer, Selection(visits), "qd3176", "kiểm tra nhật ký")))
    persons = rows(
        "SELECT person_id FROM intake_current_visit c JOIN places_facility f ON f.id = c.facility_id"
        " WHERE (f.code, c.ma_lk) IN (SELECT * FROM unnest(%s::text[], %s::text[])) ORDER BY 1",
        [facility for facility, _ in visits], [ma_lk for _, ma_lk in visits],
    )  # fmt: skip
    events = seen_by(officer, "SELECT action, person_id, purpose, reason, found FROM audit_event ORDER BY person_id")
    assert events == [("export", person, "record_keeping", "kiểm tra nhật ký", 1) for (person,) in persons]


def seen_by(actor: Actor, statement: str) -> list[tuple[Any, ...]]:
    """What the actor sees of the logs about oneself."""
    with acting_transaction(actor.account_id, "own_account"), connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_a_facility_reaches_its_own_visits_alone(house: Actor) -> None:
    mine, other = everything()[0], next(visit for visit in everything() if visit[0] != everything()[0][0])
    officer = asker("facility_records_officer", mine[0]).actor
    assert count_visits(Order(officer, Selection((mine, other)), "qd3176", WHY)) == 1
    assert [outcome.ma_lk for outcome in leaving(Order(officer, Selection((mine, other)), "qd3176", WHY))] == [mine[1]]


@pytest.mark.parametrize("role", ["doctor", "administrator", "overseer", "payment_officer", "release_officer"])
def test_nobody_else_may(role: str, house: Actor) -> None:
    with pytest.raises(HosoError, match="HS2001"):
        next(leaving(Order(asker(role).actor, Selection(everything()[:1]), "qd3176", WHY)))


def test_not_without_a_reason_and_only_to_a_decision_there_is(house: Actor, tmp_path: Path) -> None:
    with pytest.raises(HosoError, match="HS2103"):
        export_to(Order(house, Selection(everything()), "qd3176", " "), tmp_path / "out")
    with pytest.raises(HosoError, match="HS3019"):
        export_to(Order(house, Selection(everything()), "qd1", WHY), tmp_path / "out")
    with pytest.raises(HosoError, match="HS3368"):
        export_to(Order(house, Selection((("01000", "nobody"),)), "qd3176", WHY), tmp_path / "out")


def test_the_command_asks_who_and_why(
    own_database: database.Database, account_with_role: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "in.xml").write_bytes(claim_packages.SAMPLE_4210.read_bytes())
    run_hoso(own_database, "intake", str(tmp_path / "in.xml"), HOSO_INTAKE_PROCESSES="0")
    common = ("export", "--standard", "3176", "--facility", "01000", "--out", str(tmp_path / "out.zip"), "--json")
    refused = run_hoso(own_database, *common)
    assert (refused.returncode, refused.stderr[:6]) == (2, "HS3364")
    name = account_with_role("intake_officer").username
    done = run_hoso(own_database, *common, "--account", name, "--reason", WHY)
    assert json.loads(done.stdout.splitlines()[-1])["written"] == 1
    assert "HS3351" in (tmp_path / "out.zip.bao-cao.txt").read_text(encoding="utf-8")
    assert stat.S_IMODE((tmp_path / "out.zip").stat().st_mode) == 0o600


class TestOneVisit:
    """On single visits, each in a database that is as new afterwards."""

    def test_the_corrected_version_leaves_whichever_package_is_named(self, intake: Intake) -> None:
        claim = sample_3176()
        intake.file(claim, made_on="20250315")
        first = one("SELECT max(id) FROM intake_package")
        intake.file(claim.with_(GHI_CHU="đã sửa"), made_on="20250316")
        for chosen in (Selection(package_id=first), Selection(package_id=first + 1)):
            (outcome,) = leaving(Order(asker("intake_officer").actor, chosen, "qd3176", WHY))
            (left,) = claim_packages.read_claims(b"<x>" + (outcome.content or b"") + b"</x>")
            assert left.summary["GHI_CHU"] == "đã sửa"

    def test_a_check_in_file_is_told_and_not_written(self, intake: Intake) -> None:
        intake.send(claim_packages.CHECK_IN.read_bytes())
        number = one("SELECT max(id) FROM intake_package")
        (outcome,) = leaving(Order(asker("intake_officer").actor, Selection(package_id=number), "qd3176", WHY))
        assert (outcome.content, outcome.losses[0].code) == (None, "HS3359")

    def test_hiv_codes_leave_for_the_claim_and_fetal_sex_does_not(self, intake: Intake) -> None:
        claim = sample_3176().with_(MA_BENH_KT="B20")
        intake.file(claim.changed(4, 1, TEN_CHI_SO="Giới tính thai nhi", GIA_TRI="trai"))
        order = Order(asker("intake_officer").actor, Selection((("01000", claim.ma_lk),)), "qd3176", WHY)
        (outcome,) = leaving(order)
        (left,) = claim_packages.read_claims(b"<x>" + (outcome.content or b"") + b"</x>")
        assert left.summary["MA_BENH_KT"] == "B20"
        assert "thai nhi" not in str(left.tables[4].rows)
        assert len(left.tables[4].rows) == len(claim.tables[4].rows) - 1
        assert ("HS3357", 4, 1) in {(loss.code, loss.table, loss.line) for loss in outcome.losses}
        ((destination, object_),) = seen_by(order.actor, "SELECT destination, object FROM access_filter_log")
        assert destination == "claims_xml"
        assert object_.endswith("#XML4/1")

    def test_a_visit_changed_meanwhile_is_told(self, intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
        claim = sample_4210()
        intake.file(claim)
        number = one("SELECT max(id) FROM intake_package")
        order = Order(asker("intake_officer").actor, Selection(package_id=number), "qd3176", WHY)
        page = selection._page(order, (0, 0))
        intake.file(claim.with_(CAN_NANG="51"), made_on="20300101")
        pages = iter([page, []])
        monkeypatch.setattr(selection, "_page", lambda order, after: next(pages))
        (outcome,) = leaving(order)
        assert (outcome.content, outcome.losses[0].code) == (None, "HS3363")
