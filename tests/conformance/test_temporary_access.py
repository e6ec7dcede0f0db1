"""Temporary access from the approver's form to its end: whose record, to whom, by which paper, until when, and nothing else."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction
from tests.authorization.flow import signed_in
from tests.claim_packages import sample_3176
from tests.intaking import Intake, one, person_of, sign_in
from tests.side_channels import HOSPITAL, other_person

WHY = "Theo dõi ca bệnh khi thực tập"


@dataclass(frozen=True)
class Desk:
    approver: Client
    approving: Account
    accounts: dict[str, Account]
    person: int
    other: int
    encounter: str

    def form(self, **changes: str) -> dict[str, str]:
        last_day = timezone.localdate() + timedelta(days=10)
        return {
            "ground": "training", "holder": str(self.accounts["student"].pk), "number": "001175000000", "year": "1975",
            "paper": "12/QĐ-BV", "reason": WHY, "last_day": last_day.isoformat(), **changes,
        }  # fmt: skip

    def open(self, **changes: str) -> int:
        return self.approver.post("/access/temporary/open/", self.form(**changes)).status_code

    def client(self, role: str) -> Client:
        return signed_in(self.accounts[role], second_factor=True)

    def grants(self) -> list[tuple[object, ...]]:
        with acting_transaction(self.approving.pk, "access_approval"), connection.cursor() as cursor:
            cursor.execute(
                "SELECT person_id, account_id, purpose, permissions, source, labels FROM access_grant ORDER BY id"
            )
            return list(cursor.fetchall())


@pytest.fixture
def desk(intake: Intake) -> Desk:
    """Two persons of the hospital; an approver of it, a student and an outside officer."""
    claim = sample_3176()
    intake.file(claim, other_person(claim, "SYN.OTHER"))
    accounts = {role: sign_in(role) for role in ("student", "outside_officer")}
    approving = sign_in("access_approver", HOSPITAL)
    encounter = one("SELECT encounter FROM intake_visit WHERE ma_lk = %s", claim.ma_lk)
    return Desk(
        signed_in(approving, second_factor=True), approving, accounts, person_of(claim.ma_lk), person_of("SYN.OTHER"),
        encounter,
    )  # fmt: skip


def test_a_student_reads_what_was_opened_and_nothing_else(desk: Desk) -> None:
    student = desk.client("student")
    assert student.get(f"/study/people/{desk.person}/").status_code == 404
    assert desk.open() == 302
    assert desk.grants() == [
        (desk.person, desk.accounts["student"].pk, "training", ["record.read"], "paper 12/QĐ-BV", 0)
    ]
    listed = student.get("/study/").content.decode()
    assert "TRẦN THỊ MẪU" in listed and "12/QĐ-BV" in listed and f"/study/people/{desk.person}/" in listed
    page = student.get(f"/study/people/{desk.person}/").content.decode()
    assert f"/study/people/{desk.person}/visits/{desk.encounter}/" in page and f'"/people/{desk.person}/' not in page
    visit = student.get(f"/study/people/{desk.person}/visits/{desk.encounter}/").content.decode()
    assert "Viêm phổi" in visit and f"/study/people/{desk.person}/trend/" in visit
    assert student.get(f"/study/people/{desk.other}/").status_code == 404
    for address in (f"/people/{desk.person}/", f"/official/people/{desk.person}/", "/people/?q=mau"):
        assert student.get(address).status_code == 403


def test_an_officer_by_the_letter_of_an_authority(desk: Desk) -> None:
    officer = desk.client("outside_officer")
    holder = str(desk.accounts["outside_officer"].pk)
    assert desk.open(ground="court", holder=holder, paper="34/TA-2026", reason="Toà án thụ lý vụ việc") == 302
    assert officer.get(f"/official/people/{desk.person}/").status_code == 200
    assert officer.get(f"/study/people/{desk.person}/").status_code == 403
    assert desk.grants()[0][2:4] == ("legal_request", ["record.read", "record.export"])


def test_it_is_ended_early(desk: Desk) -> None:
    assert desk.open() == 302
    student = desk.client("student")
    number = one_grant(desk)
    assert desk.approver.post(f"/access/temporary/{number}/end/", {"reason": "ngắn"}).status_code == 422
    assert student.get(f"/study/people/{desk.person}/").status_code == 200
    assert desk.approver.post(f"/access/temporary/{number}/end/", {"reason": "Đã xong đợt thực tập"}).status_code == 302
    assert student.get(f"/study/people/{desk.person}/").status_code == 404
    assert "TRẦN THỊ MẪU" not in student.get("/study/").content.decode()
    assert desk.approver.post(f"/access/temporary/{number}/end/", {"reason": "Đã xong đợt thực tập"}).status_code == 410


def one_grant(desk: Desk) -> int:
    with acting_transaction(desk.approving.pk, "access_approval"), connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM access_grant")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"paper": " "}, 422), ({"reason": "ngắn"}, 422), ({"ground": "curiosity"}, 422), ({"last_day": "2020-01-01"}, 422),
        ({"last_day": "2099-01-01"}, 422), ({"last_day": "x"}, 422), ({"holder": "x"}, 422), ({"holder": "1"}, 422),
        ({"ground": "court"}, 422), ({"number": "001175000999"}, 404), ({"year": "1976"}, 404),
    ],
)  # fmt: skip
def test_refused(changes: dict[str, str], status: int, desk: Desk) -> None:
    assert desk.open(**changes) == status
    assert desk.grants() == []


def test_an_approver_elsewhere_opens_nobody_of_this_hospital(desk: Desk) -> None:
    elsewhere = signed_in(sign_in("access_approver", "01001"), second_factor=True)
    assert elsewhere.post("/access/temporary/open/", desk.form()).status_code == 404
    assert desk.open() == 302
    assert "12/QĐ-BV" not in elsewhere.get("/access/temporary/").content.decode()
    assert elsewhere.post(f"/access/temporary/{one_grant(desk)}/end/", {"reason": WHY}).status_code == 410


def test_the_approver_sees_no_record_and_nobody_else_opens(desk: Desk) -> None:
    assert desk.open() == 302
    page = desk.approver.get("/access/temporary/").content.decode()
    assert "12/QĐ-BV" in page and "TRẦN THỊ MẪU" not in page
    assert desk.approver.get(f"/people/{desk.person}/").status_code == 403
    for role, facility in (("doctor", HOSPITAL), ("administrator", None), ("student", None)):
        client = signed_in(sign_in(role, facility), second_factor=True)
        assert client.post("/access/temporary/open/", desk.form()).status_code == 403


def test_labels_stay_shut(desk: Desk, intake: Intake) -> None:
    intake.file(sample_3176().with_(MA_BENH_KT="I10;F32.1"), made_on="20250317")
    assert desk.open() == 302
    student = desk.client("student")
    assert desk.encounter not in student.get(f"/study/people/{desk.person}/").content.decode()
    assert student.get(f"/study/people/{desk.person}/visits/{desk.encounter}/").status_code == 404
