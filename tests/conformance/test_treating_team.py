"""The treating team of a visit by licence number: who treats sees what is withheld of their own patient, and nobody else."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.access.labels import mask_of
from hoso.core.accounts.actions import lock_account
from hoso.core.accounts.licences import end_licence, give_licence
from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction
from hoso.engines.intake.withdrawing import ask_withdrawal, decide_withdrawal, undo_withdrawal
from tests.claim_packages import Claim, sample_3176
from tests.conformance.fhir_writing import patient, software
from tests.intaking import Intake, asker, last_package, one, person_of, rows, sign_in
from tests.side_channels import ELSEWHERE, HOSPITAL, client_of

MINE, OTHER, READER = "001234/HCM-CCHN", "009999/HNO-GPHN", "005555/HCM-CCHN"
PROOF = "Sở Y tế cấp 01/02/2020, đã xem bản gốc"
MA_LK = "SYN3176.0000001"
LICENCE = "https://hoso.vn/fhir/sid/giay-phep-hanh-nghe"


@pytest.fixture
def manager(account_with_role: Callable[..., Account]) -> Actor:
    account = account_with_role("administrator")
    return Actor(account.pk, account.username, "test")


@pytest.fixture
def doctor(manager: Actor) -> Callable[..., tuple[Account, Client]]:
    """A doctor of a facility with a licence, and the client they ask with."""

    def make(number: str = "", facility: str = HOSPITAL) -> tuple[Account, Client]:
        account = sign_in("doctor", facility)
        if number:
            give_licence(manager, account.pk, number, PROOF)
        return account, client_of(account)

    return make


def _named(claim: Claim, treats: str, reads: str = READER) -> Claim:
    """The claim with one prescriber in place of all who treat, and somebody who read its results."""
    other = claim.copy()
    for number, name in ((2, "MA_BAC_SI"), (3, "MA_BAC_SI"), (3, "NGUOI_THUC_HIEN"), (5, "NGUOI_THUC_HIEN"), (7, "MA_BS"),
                         (14, "MA_BAC_SI")):  # fmt: skip
        for row in other.tables[number].rows if number in other.tables else ():
            row[name] = ""
    other.tables[2].rows[0]["MA_BAC_SI"] = treats
    for row in other.tables[4].rows:
        row["MA_BS_DOC_KQ"] = reads
    return other


def _hiv(days_ago: int = 5, treats: str = MINE, **values: str) -> Claim:
    """A stay for HIV that ended so many days ago."""
    left = datetime.now() - timedelta(days=days_ago)
    came = left - timedelta(days=3)
    return _named(sample_3176(), treats).with_(
        MA_BENH_CHINH="B20", NGAY_VAO=f"{came:%Y%m%d%H%M}", NGAY_RA=f"{left:%Y%m%d%H%M}",
        NGAY_VAO_NOI_TRU=f"{came:%Y%m%d%H%M}", NGAY_TTOAN=f"{left:%Y%m%d%H%M}", **values,
    )  # fmt: skip


def _file(intake: Intake, claim: Claim, days: int = 0) -> None:
    intake.file(claim, made_on=f"{datetime.now() - timedelta(days=1 - days):%Y%m%d}")


def _sees(client: Client, ma_lk: str = MA_LK) -> bool:
    """Whether the visit is shown, by every way the same."""
    person, encounter = person_of(ma_lk), one("SELECT encounter FROM intake_visit WHERE ma_lk = %s LIMIT 1", ma_lk)
    page = client.get(f"/people/{person}/")
    shown = {
        page.status_code == 200 and encounter in page.content.decode(),
        client.get(f"/people/{person}/visits/{encounter}/").status_code == 200,
        client.get(f"/fhir/r4/Encounter/{encounter}").status_code == 200,
    }
    assert len(shown) == 1, shown
    return shown.pop()


def _finds(client: Client) -> bool:
    return bool(re.search(r'href="/people/\d', client.get("/people/", {"q": "mau tran thi"}).content.decode()))


def test_who_treats_sees_it_and_nobody_else(intake: Intake, doctor: Callable[..., Any]) -> None:
    _, mine = doctor(MINE)
    _, colleague = doctor()
    _, other = doctor(OTHER)
    _, reader = doctor(READER)
    _file(intake, _hiv())
    assert _sees(mine) and _finds(mine)
    for client in (colleague, other, reader):
        assert not _sees(client) and not _finds(client)


def test_only_by_a_role_at_the_facility(intake: Intake, doctor: Callable[..., Any]) -> None:
    _, elsewhere = doctor(MINE, ELSEWHERE)
    _file(intake, _hiv())
    assert not _sees(elsewhere) and not _finds(elsewhere)


@pytest.mark.parametrize("sent", [" 001234/hcm-cchn ", "007777/X;001234/HCM-CCHN", "001234/HCM-CCHN.TX.01001"])
def test_a_number_as_hospitals_write_it(sent: str, intake: Intake, doctor: Callable[..., Any]) -> None:
    _, mine = doctor(MINE)
    _file(intake, _hiv(treats=sent))
    assert _sees(mine)


def test_a_licence_given_later_counts_and_one_that_ends_ends_it(
    intake: Intake, doctor: Callable[..., Any], manager: Actor
) -> None:
    account, mine = doctor()
    _file(intake, _hiv())
    assert not _sees(mine)
    give_licence(manager, account.pk, MINE, PROOF)
    assert _sees(mine)
    end_licence(manager, account.pk)
    assert not _sees(mine)


def test_who_left_takes_nothing_along_and_the_number_goes_to_who_holds_it_now(
    intake: Intake, doctor: Callable[..., Any], manager: Actor
) -> None:
    account, _ = doctor(MINE)
    _file(intake, _hiv())
    lock_account(manager, account.pk, "left")
    _, again = doctor(MINE)
    assert _sees(again)


@pytest.mark.parametrize(("days", "seen"), [(89, True), (91, False)])
def test_it_ends_after_the_days_of_follow_up(days: int, seen: bool, intake: Intake, doctor: Callable[..., Any]) -> None:
    _, mine = doctor(MINE)
    _file(intake, _hiv(days))
    assert _sees(mine) is seen


def test_a_correction_that_names_another_changes_the_team(intake: Intake, doctor: Callable[..., Any]) -> None:
    _, mine = doctor(MINE)
    _, other = doctor(OTHER)
    claim = _hiv()
    _file(intake, claim)
    _file(intake, _named(claim, OTHER), 1)
    assert (_sees(mine), _sees(other)) == (False, True)


def test_a_withdrawn_visit_has_no_team_and_one_brought_back_has_its_own(
    intake: Intake, doctor: Callable[..., Any]
) -> None:
    _, mine = doctor(MINE)
    _file(intake, _hiv())
    hospital, officer = asker("facility_records_officer", HOSPITAL).actor, asker("intake_officer").actor
    number = ask_withdrawal(hospital, last_package(), 1, "wrong_patient", "gửi nhầm người bệnh")
    decide_withdrawal(officer, number, approve=True)
    assert not _sees(mine) and not _finds(mine)
    undo_withdrawal(officer, number, "nhầm, hồ sơ đúng")
    assert _sees(mine)


def test_a_visit_without_labels_needs_no_team(intake: Intake, doctor: Callable[..., Any]) -> None:
    _file(intake, _hiv().with_(MA_BENH_CHINH="J18.9"))
    assert one("SELECT count(*) FROM access_care_team") == 0


def test_a_label_by_hand_leaves_it_to_who_treats(intake: Intake, doctor: Callable[..., Any]) -> None:
    _, mine = doctor(MINE)
    _, colleague = doctor()
    _file(intake, _hiv().with_(MA_BENH_CHINH="J18.9"))
    address = f"/people/{person_of(MA_LK)}/visits/{one('SELECT encounter FROM intake_visit')}/labels/"
    asked = {"act": "set", "label": "hiv", "reason": "Người bệnh cho biết khi khám"}
    assert mine.post(address, asked).status_code == 302
    assert _sees(mine)
    assert not _sees(colleague)
    assert not _finds(colleague), "the tie of care carries the label too"
    _file(intake, _hiv().with_(MA_BENH_CHINH="J18.9", CAN_NANG="53.00"), 1)
    assert _sees(mine) and not _sees(colleague) and not _finds(colleague), "kept through a new sending"


def _encounter(patient_id: str, *participants: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Encounter", "status": "in-progress", "subject": {"reference": f"Patient/{patient_id}"},
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "period": {"start": "2026-11-20T08:00:00+07:00"}, "participant": list(participants),
        "serviceProvider": {"identifier": {"system": "https://hoso.vn/fhir/sid/ma-cskcb", "value": HOSPITAL}},
        "meta": {"security": [{"system": "https://hoso.vn/fhir/CodeSystem/sensitivity", "code": "hiv"}]},
    }  # fmt: skip


def _by_number(number: str, kind: str = "ATND") -> dict[str, Any]:
    coding = {"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": kind}
    return {"type": [{"coding": [coding]}], "individual": {"identifier": {"system": LICENCE, "value": number}}}


def _shows(client: Client, id_: str) -> bool:
    return client.get(f"/fhir/r4/Encounter/{id_}").status_code == 200


def test_participants_that_fhir_writes(db: None, doctor: Callable[..., Any]) -> None:
    (_, mine), (_, referring), (_, colleague) = doctor(MINE), doctor(OTHER), doctor()
    sender = software()
    person = sender.created(patient())["id"]
    visit = sender.created(_encounter(person, _by_number(MINE), _by_number(OTHER, "REF")))
    assert [_shows(one_client, visit["id"]) for one_client in (mine, referring, colleague)] == [True, False, False]
    assert "Trần Thị Thử" not in colleague.get("/people/", {"q": "tran thi thu"}).content.decode()
    assert "Trần Thị Thử" in mine.get("/people/", {"q": "tran thi thu"}).content.decode()
    changed = _encounter(person, _by_number(OTHER, "PART")) | {"id": visit["id"]}
    assert sender.put(f"Encounter/{visit['id']}", changed).status_code == 200
    assert [_shows(one_client, visit["id"]) for one_client in (mine, referring, colleague)] == [False, True, False]


def test_a_participant_that_is_a_practitioner_filed_here(db: None, doctor: Callable[..., Any]) -> None:
    _, mine = doctor(MINE)
    sender = software()
    person = sender.created(patient())["id"]
    practitioner = sender.created(
        {
            "resourceType": "Practitioner",
            "identifier": [{"system": LICENCE, "value": MINE}],
            "name": [{"text": "BS. Mẫu"}],
        }
    )["id"]
    named = {"individual": {"reference": f"Practitioner/{practitioner}"}}
    visit = sender.created(_encounter(person, named))
    assert _shows(mine, visit["id"])


def test_a_labelled_resource_that_comes_later_is_its_teams(db: None, doctor: Callable[..., Any]) -> None:
    (_, mine), (_, colleague) = doctor(MINE), doctor()
    sender = software()
    person = sender.created(patient())["id"]
    plain = _encounter(person, _by_number(MINE))
    del plain["meta"]
    visit = sender.created(plain)
    assert _shows(colleague, visit["id"]) and one("SELECT count(*) FROM access_care_team") == 0
    condition = sender.created(
        {
            "resourceType": "Condition", "subject": {"reference": f"Patient/{person}"},
            "encounter": {"reference": f"Encounter/{visit['id']}"},
            "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "B20"}]},
        }
    )  # fmt: skip
    assert mine.get(f"/fhir/r4/Condition/{condition['id']}").status_code == 200
    assert colleague.get(f"/fhir/r4/Condition/{condition['id']}").status_code == 404


def test_the_team_is_of_one_visit(intake: Intake, doctor: Callable[..., Any]) -> None:
    """Row security alone: of another visit of the same person, withheld too, no row."""
    account, _ = doctor(MINE)
    _file(intake, _hiv())
    _file(intake, _hiv(4, OTHER, MA_LK="SYN.SECOND"))
    visits = {ma_lk: visit for ma_lk, visit in rows("SELECT ma_lk, encounter FROM intake_visit")}
    with acting_transaction(account.pk, "treatment"), connection.cursor() as cursor:
        for table in ("records_resource", "people_statement", "records_token"):
            cursor.execute(f"SELECT DISTINCT encounter FROM {table} WHERE sensitivity & %s <> 0", [mask_of(["hiv"])])
            assert {row[0] for row in cursor.fetchall()} <= {visits[MA_LK]}, table
        cursor.execute("SELECT count(*) FROM records_resource WHERE encounter = %s", [visits[MA_LK]])
        assert cursor.fetchone()[0] == 1
        cursor.execute("SELECT count(*) FROM access_care_team")
        assert cursor.fetchone()[0] == 0, "nobody reads who else treats"
