"""Who may send what for whom, and what is acknowledged."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.files.originals import open_original
from hoso.engines.intake.actions import receive
from hoso.engines.intake.jobs import intake_service
from hoso.engines.intake.packages import process_package
from hoso.engines.intake.run import take_in_paths
from tests.claim_packages import SAMPLE_3176, SAMPLE_4210, package, sample_3176
from tests.intaking import Asker, Intake, asker, one, rows, sign_in, undone

CONTENT = package(sample_3176())


def send(sender: Asker, content: bytes = CONTENT) -> tuple[str, str]:
    """(state, code of the refusal) of what this sender sends."""
    receipt = receive(sender.actor, "x.xml", [content], "api")
    process_package(receipt.id, intake_service("test"))
    ((state, code),) = rows(
        "SELECT state, coalesce(refusal->>'code', '') FROM intake_package WHERE id = %s", receipt.id
    )
    return state, code


def test_a_facilitys_officer_sends_for_that_facility_only(intake: Intake) -> None:
    assert send(asker("facility_records_officer", "01000")) == ("done", "")
    assert send(asker("facility_records_officer", "01999")) == ("refused", "HS3015")
    assert one("SELECT count(*) FROM intake_visit") == 1


def test_an_officer_of_no_facility_sends_for_none(intake: Intake) -> None:
    assert send(asker("facility_records_officer")) == ("refused", "HS3015")
    assert rows("SELECT 1 FROM people_person") == []


def test_the_provinces_officer_sends_for_all(intake: Intake) -> None:
    assert send(asker("intake_officer")) == ("done", "")


@pytest.mark.parametrize("role", ["doctor", "station_nurse", "administrator", "overseer"])
def test_others_may_not_send(role: str, intake: Intake, settings: Any) -> None:
    with pytest.raises(HosoError, match="HS2001"):
        send(asker(role))
    assert rows("SELECT 1 FROM intake_package") == []
    assert not Path(settings.HOSO_HOME, "originals").exists()


def test_a_visit_of_another_facility_in_ones_own_package_is_refused_too(intake: Intake) -> None:
    """The code in the table counts, whatever the envelope says."""
    foreign = package(sample_3176().with_(MA_CSKCB="01999"), facility="01000")
    assert send(asker("facility_records_officer", "01000"), foreign) == ("refused", "HS3015")


def test_an_unknown_version_is_refused_by_name(intake: Intake) -> None:
    with pytest.raises(HosoError, match="HS3019"):
        receive(asker("intake_officer").actor, "x.xml", [CONTENT], "api", "qd9999")


def test_a_stated_version_is_followed_and_a_strange_one_warned_of(intake: Intake) -> None:
    intake.send(CONTENT, stated="qd4750")
    assert one("SELECT version FROM intake_visit") == "qd4750"
    assert "HS3106" in {row[0] for row in rows("SELECT code FROM intake_finding")}


def test_what_is_acknowledged_is_on_disk_with_its_job(intake: Intake, settings: Any) -> None:
    receipt = receive(asker("intake_officer").actor, "x.xml", [CONTENT[:50], CONTENT[50:]], "upload")
    assert Path(settings.HOSO_HOME, "originals", receipt.sha256[:2], receipt.sha256).exists()
    with open_original(bytes.fromhex(receipt.sha256)) as kept:
        assert kept.read() == CONTENT
    assert rows("SELECT state, visits_read FROM intake_package") == [("waiting", 0)]
    assert one("SELECT count(*) FROM procrastinate_jobs WHERE args->>'package_id' = %s", str(receipt.id)) == 1


def test_the_same_package_twice_is_one_original_and_two_receipts(intake: Intake, settings: Any) -> None:
    officer = asker("intake_officer")
    assert [send(officer), send(officer)] == [("done", "")] * 2
    assert len([path for path in Path(settings.HOSO_HOME, "originals").rglob("*") if path.is_file()]) == 1
    assert rows("SELECT state FROM intake_visit ORDER BY package_id") == [("filed",), ("unchanged",)]


def test_a_finished_package_worked_through_again_changes_nothing(intake: Intake) -> None:
    intake.send(CONTENT)
    before = (
        rows("SELECT * FROM intake_visit"),
        rows("SELECT type, id, version, body FROM records_resource ORDER BY 1, 2"),
    )
    process_package(one("SELECT id FROM intake_package"), intake_service("test"))
    assert before == (
        rows("SELECT * FROM intake_visit"), rows("SELECT type, id, version, body FROM records_resource ORDER BY 1, 2")
    )  # fmt: skip


def test_helper_processes_change_nothing_in_the_store(intake: Intake, settings: Any) -> None:
    stores = []
    for count in (0, 2):
        settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_INTAKE_PROCESSES": count}
        with undone():
            account = take_in_paths(intake_service("test"), [SAMPLE_3176, SAMPLE_4210])
            assert account.filed == 2
            stores.append(
                rows("SELECT type, id, version, body, person_id, sensitivity FROM records_resource ORDER BY 1, 2")
            )
    assert stores[0] == stores[1] and len(stores[0]) > 30


def test_each_filing_is_one_audit_event_and_one_change(intake: Intake) -> None:
    account = sign_in("overseer")
    intake.file(sample_3176(), sample_3176().with_(MA_LK="SYN.2"))
    with acting_transaction(account.pk, "oversight"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event WHERE route = 'intake' AND action = 'create'")
        assert cursor.fetchone() == (2,)
    assert one("SELECT count(*) FROM changes_change WHERE topic = 'visit.filed'") == 2
