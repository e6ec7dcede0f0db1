"""A label set or lifted by hand: by whom, with a reason, logged, in every copy, kept through a new sending; no byte changes."""

import json
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client

from hoso.core.access.labels import mask_of
from hoso.core.database.session import acting_transaction
from hoso.engines.records.labelling import hides_contact
from tests.claim_packages import sample_3176
from tests.intaking import Intake, one, person_of, rows, sign_in
from tests.side_channels import HOSPITAL, client_of, later

MA_LK = "SYN3176.0000001"
WHY = "Người bệnh cho biết khi khám"
TABLES = ("records_resource", "records_resource_version", "records_location", "records_token")


def _address(ma_lk: str = MA_LK) -> str:
    encounter = one(
        "SELECT encounter FROM intake_current_visit v JOIN intake_visit i USING (ma_lk) WHERE v.ma_lk = %s LIMIT 1",
        ma_lk,
    )
    return f"/people/{person_of(ma_lk)}/visits/{encounter}/"


@pytest.fixture
def doctor(intake: Intake) -> Client:
    """A doctor of the hospital, where a visit of one person is filed and sent again changed."""
    claim = sample_3176()
    intake.file(claim)
    intake.file(claim.with_(CAN_NANG="53.00"), made_on="20250316")
    return client_of(sign_in("doctor", HOSPITAL))


def _post(client: Client, address: str, act: str, label: str, reason: str = WHY) -> int:
    return client.post(f"{address}labels/", {"act": act, "label": label, "reason": reason}).status_code


def _masks() -> dict[str, set[int]]:
    visit = "(type, id) IN (SELECT type, id FROM records_resource WHERE encounter IS NOT NULL)"
    return {
        table: {row[0] for row in rows(f"SELECT DISTINCT sensitivity FROM {table} WHERE {visit}")} for table in TABLES
    }


def _bytes() -> list[tuple[Any, ...]]:
    return rows("SELECT DISTINCT type, id, hash, body FROM (SELECT type, id, hash, body FROM records_resource"
                " UNION ALL SELECT type, id, hash, body FROM records_resource_version) every ORDER BY 1, 2, 3")  # fmt: skip


def test_it_is_carried_into_every_copy_and_no_byte_changes(doctor: Client) -> None:
    before, address = _bytes(), _address()
    assert all(masks == {0} for masks in _masks().values())
    assert _post(doctor, address, "set", "psychiatry") == 302
    assert _masks() == {table: {mask_of(["psychiatry"])} for table in TABLES}
    assert _bytes() == before
    id_ = address.split("/")[-2]
    served = json.loads(doctor.get(f"/fhir/r4/Encounter/{id_}").content)
    assert [one["code"] for one in served["meta"]["security"]] == ["psychiatry"]
    assert served["meta"]["versionId"] == "3"
    assert len(json.loads(doctor.get(f"/fhir/r4/Encounter/{id_}/_history").content)["entry"]) == 3
    assert _post(doctor, address, "lift", "psychiatry", "Đặt nhầm người bệnh") == 302
    assert _masks() == {table: {0} for table in TABLES}
    assert _bytes() == before


def test_one_event_with_the_reason_and_a_history(doctor: Client) -> None:
    address = _address()
    _post(doctor, address, "set", "psychiatry")
    overseer = sign_in("overseer")
    with acting_transaction(overseer.pk, "oversight"), connection.cursor() as cursor:
        cursor.execute("SELECT action, purpose, reason FROM audit_event WHERE route = 'visit_labels' ORDER BY id")
        events = cursor.fetchall()
    assert events == [("update", "treatment", f"set psychiatry: {WHY}")]
    page = doctor.get(f"{address}labels/").content.decode()
    assert WHY in page and "Sức khoẻ tâm thần" in page


def test_hiv_set_by_hand_hides_the_visit_from_who_set_it(doctor: Client) -> None:
    address = _address()
    assert _post(doctor, address, "set", "hiv") == 302
    assert doctor.get(address).status_code == doctor.get(f"{address}labels/").status_code == 404
    assert _post(doctor, address, "lift", "hiv") == 404


@pytest.mark.parametrize("made_on", ["20250317", "20250310"])
def test_a_new_sending_keeps_what_was_decided(made_on: str, doctor: Client, intake: Intake) -> None:
    _post(doctor, _address(), "set", "genetic")
    intake.file(sample_3176().with_(CAN_NANG="54.00", MA_BENH_KT="I10;F32.1"), made_on=made_on)
    kept = mask_of(["genetic"])
    assert all(mask & kept for masks in _masks().values() for mask in masks)
    _post(doctor, _address(), "lift", "genetic", "Đặt nhầm người bệnh")
    assert not any(mask & kept for masks in _masks().values() for mask in masks)


def test_a_label_from_codes_is_lifted_until_it_is_set_again(doctor: Client, intake: Intake) -> None:
    claim = sample_3176().with_(MA_BENH_KT="I10;F32.1")
    intake.file(claim, made_on="20250317")
    assert _post(doctor, _address(), "lift", "psychiatry", "Mã bệnh ghi nhầm") == 302
    intake.file(claim.with_(CAN_NANG="55.00"), made_on="20250318")
    assert _masks()["records_resource"] == {0}


def test_violence_of_a_visit_or_of_a_person_hides_where_they_are(doctor: Client, intake: Intake) -> None:
    person = person_of(MA_LK)
    assert not hides_contact(person)
    assert _post(doctor, f"/people/{person}/", "set", "domestic_violence") == 302
    assert hides_contact(person)
    assert _post(doctor, f"/people/{person}/", "lift", "domestic_violence", "Người bệnh đã an toàn") == 302
    assert not hides_contact(person)
    assert _post(doctor, _address(), "set", "domestic_violence") == 302
    assert hides_contact(person)


@pytest.mark.parametrize(
    ("act", "label", "reason", "status"),
    [("set", "psychiatry", "ngắn", 422), ("set", "no_such", WHY, 409), ("lift", "psychiatry", WHY, 409), ("erase", "hiv", WHY, 400)],
)  # fmt: skip
def test_refused(act: str, label: str, reason: str, status: int, doctor: Client) -> None:
    assert _post(doctor, _address(), act, label, reason) == status
    assert rows("SELECT 1 FROM records_label_decision") == []


def test_who_may_not(doctor: Client) -> None:
    address = _address()
    for role, facility in (("doctor", "01001"), ("release_officer", HOSPITAL), ("facility_records_officer", HOSPITAL)):
        assert _post(client_of(sign_in(role, facility)), address, "set", "hiv") in (403, 404)
    assert all(masks == {0} for masks in _masks().values())


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize(
    "statement", ["UPDATE records_label_decision SET is_set = false", "DELETE FROM records_label_decision"]
)
def test_not_even_the_owner_changes_a_decision(statement: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO records_label_decision (person_id, source_person_id, encounter, sensitivity, is_set, reason, decided_by,"
            " decided_by_name) VALUES (1, 1, 'v', 1, true, 'because it is so', 0, 'x')"
        )
        with pytest.raises(DatabaseError, match="stays"), transaction.atomic("owner"):
            cursor.execute(statement)


def test_the_oldest_pages_stay_as_they_were(doctor: Client, intake: Intake) -> None:
    """Another visit of the same person is not touched."""
    intake.file(later(sample_3176(), "SYN.LATER"), made_on="20250430")
    _post(doctor, _address(), "set", "hiv")
    assert doctor.get(_address("SYN.LATER")).status_code == 200
