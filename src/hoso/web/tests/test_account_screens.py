"""The administrator's screens of accounts, roles, reviews and facilities, through the real pages and the database."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from hoso.core.accounts.models import AccessHours, Account, Review
from hoso.core.accounts.queries import review_due_on
from hoso.core.places.facilities import ensure_facility
from hoso.core.places.models import Facility, Place
from hoso.web.tests.signing_in import PASSWORD, give_code, has_session, last_page, set_up_app, sign_in

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]
LINK = re.compile(r"http://testserver(/invitation/[A-Za-z0-9_-]+/)")


@pytest.fixture
def administrator(account_with_role: Make) -> Account:
    account: Account = account_with_role("administrator", username="quantri", password=PASSWORD)
    return account


@pytest.fixture
def browser(administrator: Account) -> Client:
    """The administrator's, signed in with both factors."""
    client = Client()
    secret = set_up_app(administrator)
    sign_in(client, "quantri")
    give_code(client, secret)
    assert has_session(client)
    return client


def _text(answer: Any) -> str:
    return str(answer.content.decode())


def test_an_account_is_made_invited_and_entered_by_its_owner(browser: Client) -> None:
    ensure_facility("80901", "Bệnh viện mẫu")
    form = {
        "username": "ha.tran",
        "full_name": "Trần Thu Hà",
        "kind": "clinical",
        "role": "doctor",
        "facility": "80901",
    }
    shown = browser.post("/accounts/new/", form)
    (link,) = LINK.findall(_text(shown))
    account = Account.objects.get(username="ha.tran")
    assert not LINK.findall(_text(browser.get(f"/accounts/{account.pk}/")))  # shown once
    guest = Client()
    guest.post(link, {"password1": PASSWORD, "password2": PASSWORD}, follow=True)
    assert last_page(guest.post("/sign-in/notice/", {"accepted": "yes"}, follow=True)) == "/"
    assert has_session(guest)
    assert guest.get("/accounts/").status_code == 403


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"full_name": " "}, "HS2200"),
        ({"kind": "service", "owner": ""}, "HS2200"),
        ({"username": "Hà"}, "HS2208"),
        ({"username": "quantri"}, "HS2208"),
        ({"role": "doctor"}, "HS2215"),
        ({"facility": "99999"}, "HS9004"),
        ({"place": "không có nơi này"}, "HS9004"),
        ({"personal_number": "123"}, "HS2212"),
        ({"valid_to": "hôm qua"}, "HS9004"),
        ({"kind": "wizard"}, "HS9004"),
    ],
)
def test_what_is_refused_is_told_and_what_was_typed_stays(browser: Client, change: dict[str, str], code: str) -> None:
    form = {"username": "moi", "full_name": "Người mới", "kind": "technical", "role": "intake_officer", **change}
    answer = browser.post("/accounts/new/", form)
    assert answer.status_code == 422
    assert code in _text(answer)
    assert form["username"] in _text(answer)
    assert not Account.objects.filter(full_name="Người mới").exclude(username="quantri").exists()


def test_the_list_is_searched_narrowed_and_paged(browser: Client, account_with_role: Make) -> None:
    account_with_role("doctor", username="zz.bacsi")
    Account.objects.filter(username="zz.bacsi").update(full_name="Đặng Thị Ước")
    for number in range(60):
        Account.objects.create_user(f"nhanvien{number:02}", None, full_name="Nhân viên", kind="technical")
    assert "zz.bacsi" in _text(browser.get("/accounts/?q=dang+uoc"))
    first, second = _text(browser.get("/accounts/?q=nhan+vien")), _text(browser.get("/accounts/?q=nhan+vien&page=2"))
    assert (first.count("/accounts/") > second.count("/accounts/"), "nhanvien59" in first, "nhanvien59" in second) == (
        True,
        False,
        True,
    )
    assert "zz.bacsi" not in _text(browser.get("/accounts/?kind=technical"))
    assert "zz.bacsi" in _text(browser.get("/accounts/?role=doctor"))
    assert "quantri" not in _text(browser.get("/accounts/?role=doctor", headers={"HX-Target": "results"}))
    assert "Không có tài khoản nào khớp" in _text(browser.get("/accounts/?q=%25"))
    assert browser.get("/accounts/?page=x").status_code == 400


def test_roles_are_given_and_ended_with_dates(browser: Client, account_with_role: Make) -> None:
    account = account_with_role("intake_officer")
    place = Place.objects.filter(level=Place.Level.COMMUNE, valid_to=None).first()
    assert place is not None
    form = {"role": "station_nurse", "place": place.code, "valid_from": "01/01/2026", "valid_to": "01/01/2027"}
    assert browser.post(f"/accounts/{account.pk}/roles/", form).status_code == 302
    held = account.assignments.get(role="station_nurse")
    assert (held.place_id, held.valid_from.isoformat(), held.valid_to.isoformat()) == (
        place.pk,
        "2026-01-01",
        "2027-01-01",
    )
    browser.post(f"/accounts/{account.pk}/roles/{held.pk}/end/", {"last_day": "30/06/2026"})
    held.refresh_from_db()
    assert held.valid_to.isoformat() == "2026-07-01"
    wrong = browser.post(f"/accounts/{account.pk}/roles/", {**form, "role": "doctor", "valid_to": "01/01/2025"})
    assert (wrong.status_code, "HS2211" in _text(wrong)) == (422, True)
    history = _text(browser.get(f"/accounts/{account.pk}/"))
    assert "role station_nurse from 2026-01-01" in history
    assert "quantri" in history


def test_the_administrator_cannot_change_their_own_account(browser: Client, administrator: Account) -> None:
    own = f"/accounts/{administrator.pk}/"
    assert "không ai tự đổi" in _text(browser.get(own))
    for act, form in (
        ("roles/", {"role": "intake_officer"}),
        ("lock/", {}),
        ("unlock/", {"reason": "x"}),
        ("second-factor/reset/", {}),
        ("invite/", {}),
        ("edit/", {"full_name": "X", "kind": "technical"}),
    ):
        answer = browser.post(own + act, form)
        assert (answer.status_code, "HS2206" in _text(answer)) == (422, True), act
    assert administrator.assignments.count() == 1


def test_locking_ends_the_open_sessions_and_unlocking_needs_a_reason(browser: Client, account_with_role: Make) -> None:
    account = account_with_role("doctor", username="bacsi", password=PASSWORD)
    doctor = Client()
    sign_in(doctor, "bacsi")
    assert doctor.get("/people/").status_code == 200
    browser.post(f"/accounts/{account.pk}/lock/", {"reason": "left"})
    assert doctor.get("/people/").status_code == 302
    assert "đã nghỉ việc" in _text(browser.get(f"/accounts/{account.pk}/"))
    assert browser.post(f"/accounts/{account.pk}/unlock/", {"reason": " "}).status_code == 422
    assert browser.post(f"/accounts/{account.pk}/unlock/", {"reason": "quay lại"}).status_code == 302
    account.refresh_from_db()
    assert account.is_active


def test_resetting_the_second_factor_ends_sessions(browser: Client, account_with_role: Make) -> None:
    account = account_with_role("doctor", username="bacsi", password=PASSWORD)
    secret, doctor = set_up_app(account), Client()
    sign_in(doctor, "bacsi")
    give_code(doctor, secret)
    browser.post(f"/accounts/{account.pk}/second-factor/reset/")
    assert doctor.get("/people/").status_code == 302
    assert last_page(sign_in(doctor, "bacsi")) == "/"


def test_hours_are_set_and_ended(browser: Client, account_with_role: Make) -> None:
    account = account_with_role("doctor")
    form = {"days": ["0", "1"], "starts": "07:00", "ends": "17:00", "outside": "refuse"}
    browser.post(f"/accounts/{account.pk}/hours/", form)
    hours = account.hours.get()
    assert (hours.days, hours.outside) == (3, "refuse")
    assert browser.post(f"/accounts/{account.pk}/hours/", {**form, "days": []}).status_code == 422
    browser.post(f"/accounts/{account.pk}/hours/{hours.pk}/end/")
    assert not account.hours.filter(ended_at=None).exists()


def test_a_review_is_signed_kept_and_due_again_after_six_months(browser: Client, account_with_role: Make) -> None:
    account = account_with_role("doctor", username="bacsi")
    Account.objects.filter(pk=account.pk).update(full_name="=HYPERLINK(1)")
    assert "bacsi" in _text(browser.get("/accounts/review/"))
    assert browser.post("/accounts/review/", {"note": ""}).status_code == 422
    assert browser.post("/accounts/review/", {"note": "Đã khoá hai tài khoản."}).status_code == 302
    signed = Review.objects.get()
    assert "bacsi" in [line["username"] for line in signed.lines]
    account_with_role("doctor", username="sau.nay")
    kept = _text(browser.get("/accounts/review/file/?signed=1"))
    assert ("bacsi" in kept, "sau.nay" in kept, "sau.nay" in _text(browser.get("/accounts/review/file/"))) == (
        True,
        False,
        True,
    )
    row = next(row for row in csv.DictReader(io.StringIO(kept.removeprefix("\ufeff"))) if row["username"] == "bacsi")
    assert row["full_name"] == "'=HYPERLINK(1)"
    assert "Đã đến hạn" not in _text(browser.get("/accounts/"))
    due = review_due_on()
    assert 178 <= (due - timezone.localdate()).days <= 184
    with time_machine.travel(timezone.now() + timedelta(days=185)):
        assert due <= timezone.localdate()


def test_a_list_makes_accounts_once_and_names_every_refused_row(browser: Client) -> None:
    for code in ("80936", "80937"):
        ensure_facility(code, f"Trạm {code}")
    lines = [
        "facility_code,full_name,role,facility_name,username",
        "80936,Trần Thu Hà,station_nurse,Trạm 80936,",
        "80937,Lê Văn Bảy,station_nurse,,bay.le",
        "80999,Không Trạm,station_nurse,,",
        "80937,Sai Vai,wizard,,",
        "80937,,station_nurse,,",
        "80937,Lê Văn Bảy,station_nurse,,bay.le",
    ]
    first = _import(browser, lines)
    assert "2 mới, 0 thêm vai trò, 0 như cũ, 4 bị từ chối" in first
    assert len(LINK.findall(first)) == 2
    assert {"HS6009", "HS6002", "HS6003"} <= set(re.findall(r"HS\d{4}", first))
    assert Account.objects.get(username="ha.tt.80936").assignments.filter(facility__code="80936").exists()
    second = _import(browser, lines)
    assert "0 mới, 0 thêm vai trò, 2 như cũ, 4 bị từ chối" in second
    assert not LINK.findall(second)
    other = _import(
        browser,
        [
            "facility_code,full_name,role,username",
            "80936,Lê Văn Bảy,station_nurse,bay.le",
            "80936,Ai Khác,station_nurse,bay.le",
        ],
    )
    assert "0 mới, 1 thêm vai trò, 0 như cũ, 1 bị từ chối" in other
    assert Account.objects.filter(username="bay.le").count() == 1


def test_the_answer_may_be_a_file_with_the_invitations(browser: Client) -> None:
    ensure_facility("80936", "Trạm")
    sent = SimpleUploadedFile("list.csv", "facility_code;full_name;role\n80936;Trần Thu Hà;station_nurse\n".encode())
    answer = browser.post("/accounts/list/", {"file": sent, "answer": "csv"})
    (row,) = csv.DictReader(io.StringIO(_text(answer).removeprefix("\ufeff")))
    assert (row["username"], row["outcome"]) == ("ha.tt.80936", "created")
    assert LINK.match(row["invitation"])


def test_a_file_that_is_no_list_is_refused(browser: Client) -> None:
    sent = SimpleUploadedFile("list.csv", b"a,b\n1,2\n")
    answer = browser.post("/accounts/list/", {"file": sent})
    assert (answer.status_code, "HS6011" in _text(answer)) == (422, True)
    assert browser.post("/accounts/list/").status_code == 422


def test_the_template_holds_every_facility_of_the_province(browser: Client) -> None:
    commune = Place.objects.filter(level=Place.Level.COMMUNE, valid_to=None).select_related("parent").first()
    assert commune is not None and commune.parent is not None
    form = {
        "code": "80936",
        "name": "Trạm y tế mẫu",
        "kind": _a_kind(),
        "commune_code": commune.code,
        "province_code": commune.parent.code,
    }
    assert browser.post("/facilities/new/", form).status_code == 302
    content = _text(browser.get(f"/accounts/list/template/?province={commune.parent_id}"))
    assert "80936,,station_nurse,Trạm y tế mẫu" in content
    assert _text(browser.get("/accounts/list/template/")).count("\n") == 1
    assert browser.get("/accounts/list/template/?province=x").status_code == 400


def test_a_facility_is_made_changed_from_a_day_and_keeps_its_past(browser: Client) -> None:
    first, second = Place.objects.filter(level=Place.Level.COMMUNE, valid_to=None).select_related("parent")[:2]
    assert first.parent and second.parent
    form = {
        "code": "80936", "name": "Trạm y tế A", "kind": _a_kind(), "commune_code": first.code,
        "province_code": first.parent.code, "opened": "01/01/2020",
    }  # fmt: skip
    assert browser.post("/facilities/new/", form)["Location"] == "/facilities/80936/"
    assert "HS6003" in _text(browser.post("/facilities/new/", form))
    moved = {
        **form,
        "name": "Trạm y tế B",
        "commune_code": second.code,
        "province_code": second.parent.code,
        "from": "01/10/2026",
    }
    assert browser.post("/facilities/80936/", moved).status_code == 302
    facility = Facility.objects.get(code="80936")
    assert facility.name == "Trạm y tế B"
    assert [str(link.valid_from) for link in facility.links.order_by("valid_from")] == ["2020-01-01", "2026-10-01"]
    page = _text(browser.get("/facilities/80936/"))
    assert "Trạm y tế A" in page
    assert "Trạm y tế B" in _text(browser.get("/facilities/?q=tram+y+te+b"))
    wrong = browser.post("/facilities/80936/", {**moved, "commune_code": "00000"})
    assert (wrong.status_code, "HS6005" in _text(wrong)) in ((422, True), (400, True))
    assert browser.get("/facilities/00000/").status_code == 404


def test_only_who_manages_places_changes_facilities(account_with_role: Make) -> None:
    account_with_role("doctor", username="bacsi", password=PASSWORD)
    doctor = Client()
    sign_in(doctor, "bacsi")
    assert doctor.get("/facilities/").status_code == 403
    assert doctor.post("/facilities/new/", {"code": "80936"}).status_code == 403


def test_the_profile_shows_and_changes_ones_own(account_with_role: Make) -> None:
    account = account_with_role("doctor", username="bacsi", password=PASSWORD)
    client = Client()
    sign_in(client, "bacsi")
    page = _text(client.get("/profile/"))
    assert "Bác sĩ" in page
    client.post("/profile/", {"full_name": " Nguyễn  Minh Anh ", "email": "anh@example.vn"})
    account.refresh_from_db()
    assert (account.full_name, account.email) == ("Nguyễn Minh Anh", "anh@example.vn")
    assert client.post("/profile/", {"full_name": "", "email": ""}).status_code == 422
    assert client.post("/profile/", {"full_name": "A", "email": "không phải thư"}).status_code == 422


def test_only_ones_own_token_is_revoked(account_with_role: Make) -> None:
    from hoso.core.accounts.credentials import credential_of_token, issue_token

    mine, theirs = account_with_role("doctor", username="bacsi", password=PASSWORD), account_with_role("doctor")
    token, other = issue_token(mine, "HIS"), issue_token(theirs, "HIS")
    client = Client()
    sign_in(client, "bacsi")
    client.post(f"/profile/tokens/{mine.credentials.get().pk}/revoke/")
    assert client.post(f"/profile/tokens/{theirs.credentials.get().pk}/revoke/").status_code == 404
    kept = credential_of_token(other)
    assert credential_of_token(token) is None
    assert kept is not None and kept.account == theirs


def test_another_session_is_ended_from_the_list_of_sessions(account_with_role: Make) -> None:
    account_with_role("doctor", username="bacsi", password=PASSWORD)
    here, there = Client(), Client()
    sign_in(there, "bacsi")
    sign_in(here, "bacsi")
    assert "phiên này" in _text(here.get("/security/sessions/"))
    here.post("/security/sessions/")
    assert (here.get("/people/").status_code, there.get("/people/").status_code) == (200, 302)


def test_changing_the_password_oneself_keeps_the_rules(account_with_role: Make) -> None:
    account_with_role("doctor", username="bacsi", password=PASSWORD)
    client = Client()
    sign_in(client, "bacsi")
    form = {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD}
    assert "đã dùng gần đây" in _text(client.post("/security/password/", form))
    new = {"oldpassword": PASSWORD, "password1": "Mat-khau-khac-2027", "password2": "Mat-khau-khac-2027"}
    assert client.post("/security/password/", new)["Location"] == "/profile/"
    assert last_page(sign_in(Client(), "bacsi", "Mat-khau-khac-2027")) == "/"


def _import(browser: Client, lines: list[str]) -> str:
    sent = SimpleUploadedFile("list.csv", ("\n".join(lines) + "\n").encode())
    return _text(browser.post("/accounts/list/", {"file": sent}))


def _a_kind() -> str:
    from hoso.core.places.facility_checks import facility_kinds

    return next(iter(facility_kinds().values()))


def test_hours_of_a_role_are_set_and_ended_but_never_of_ones_own(browser: Client) -> None:
    form = {"role": "doctor", "days": ["0", "1"], "starts": "07:00", "ends": "17:00", "outside": "refuse"}
    assert browser.post("/accounts/hours/", form).status_code == 302
    hours = AccessHours.objects.get(role="doctor")
    assert (hours.days, hours.outside, hours.account_id) == (3, "refuse", None)
    assert "07:00–17:00" in _text(browser.get("/accounts/hours/"))
    for wrong, code in (
        ({"role": "administrator"}, "HS2206"),
        ({"role": "nobody"}, "HS2214"),
        ({"days": []}, "HS2219"),
    ):
        answer = browser.post("/accounts/hours/", {**form, **wrong})
        assert (answer.status_code, code in _text(answer)) == (422, True)
    browser.post(f"/accounts/hours/{hours.pk}/end/")
    assert not AccessHours.objects.filter(ended_at=None).exists()


def test_a_licence_is_recorded_shown_and_ended(browser: Client, account_with_role: Make) -> None:
    account = account_with_role("doctor", username="bs.mau")
    page = f"/accounts/{account.pk}/"
    wrong = browser.post(f"{page}licence/", {"licence": "001234/HCM-CCHN", "licence_proof": "đã xem"})
    assert wrong.status_code == 422 and "HS2400" in _text(wrong) and 'value="001234/HCM-CCHN"' in _text(wrong)
    given = {"licence": "001234/hcm-cchn", "licence_proof": "Sở Y tế cấp 01/02/2020, bản gốc"}
    assert browser.post(f"{page}licence/", given).status_code == 302
    shown = _text(browser.get(page))
    assert "001234/HCM-CCHN" in shown and "Sở Y tế cấp" in shown
    browser.post(f"{page}licence/end/")
    assert "licence 001234/HCM-CCHN ended" in _text(browser.get(page))
