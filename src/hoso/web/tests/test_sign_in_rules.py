"""AU1-AU8 and LG6 through the real pages, with the clock moved."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from hoso.core.accounts.actions import operator, unlock_account
from hoso.core.accounts.invitations import invite
from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import AccessHours, Account
from hoso.core.database.session import acting_transaction
from hoso.web.tests.signing_in import OUTSIDE, PASSWORD, code_of, give_code, has_session, last_page, set_up_app, sign_in

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]
LATER = "Mot-mat-khau-khac-2027"


@pytest.fixture
def doctor(account_with_role: Make) -> Account:
    account: Account = account_with_role("doctor", username="bacsi", password=PASSWORD)
    return account


@pytest.fixture
def administrator(account_with_role: Make) -> Account:
    account: Account = account_with_role("administrator", username="quantri", password=PASSWORD)
    return account


def _outcomes(account: Account) -> list[tuple[str, str]]:
    """What the account's own audit says of its sign-ins, oldest first."""
    with acting_transaction(account.pk, "own_account"), connection.cursor() as cursor:
        cursor.execute("SELECT outcome, reason FROM audit_event WHERE action = 'sign-in' ORDER BY id")
        return list(cursor.fetchall())


# AU1


def test_a_service_opens_no_session_even_with_a_password(client: Client, doctor: Account) -> None:
    service = Account.objects.create_user("his", PASSWORD, full_name="HIS", kind="service", owner=doctor)
    answer = sign_in(client, "his")
    assert (answer.status_code, has_session(client)) == (403, False)
    assert "HS2201" in answer.content.decode()
    client.force_login(service)
    assert client.get("/").status_code == 302


# AU2


def test_from_outside_without_a_second_factor_there_is_no_session(client: Client, doctor: Account) -> None:
    answer = sign_in(client, "bacsi", REMOTE_ADDR=OUTSIDE)
    assert (answer.status_code, has_session(client)) == (403, False)
    assert "HS2203" in answer.content.decode()
    assert client.get("/", REMOTE_ADDR=OUTSIDE).status_code == 302
    assert ("refused", "HS2203") in _outcomes(doctor)
    assert has_session(_signed_in("bacsi"))


def test_from_outside_with_the_second_factor_there_is_one(client: Client, doctor: Account) -> None:
    secret = set_up_app(doctor)
    assert last_page(sign_in(client, "bacsi", REMOTE_ADDR=OUTSIDE)) == "/sign-in/code/"
    assert not has_session(client)
    assert give_code(client, secret, REMOTE_ADDR=OUTSIDE).status_code == 200
    assert has_session(client)


def test_a_request_that_an_unknown_proxy_forwards_counts_as_from_outside(client: Client, doctor: Account) -> None:
    answer = sign_in(client, "bacsi", headers={"X-Forwarded-For": "127.0.0.1"})
    assert (answer.status_code, has_session(client)) == (403, False)


def test_an_administrator_needs_it_from_inside_too_and_sets_it_up_first(client: Client, administrator: Account) -> None:
    assert last_page(sign_in(client, "quantri")) == "/sign-in/second-factor/"
    assert not has_session(client)
    assert client.get("/accounts/").status_code == 302
    secret = client.session["mfa.totp.secret"]
    assert "Mã không đúng" in client.post("/sign-in/second-factor/", {"code": "000000"}).content.decode()
    shown = client.post("/sign-in/second-factor/", {"code": code_of(secret)}).content.decode()
    assert shown.count("<code>") == 10
    assert not has_session(client)
    assert client.post("/sign-in/second-factor/", follow=True).status_code == 200
    assert has_session(client)
    assert client.get("/accounts/").status_code == 200


# AU3


def test_a_first_password_is_changed_before_anything_else(client: Client, doctor: Account) -> None:
    Account.objects.filter(pk=doctor.pk).update(password_must_change=True)
    assert last_page(sign_in(client, "bacsi")) == "/sign-in/password/"
    assert client.get("/people/").status_code == 302
    same = client.post("/sign-in/password/", {"password1": PASSWORD, "password2": PASSWORD})
    assert "đã dùng gần đây" in same.content.decode()
    short = client.post("/sign-in/password/", {"password1": "Ngan-1", "password2": "Ngan-1"})
    assert "quá ngắn" in short.content.decode()
    assert not has_session(client)
    client.post("/sign-in/password/", {"password1": LATER, "password2": LATER}, follow=True)
    assert has_session(client)
    assert has_session(_signed_in("bacsi", LATER))


def test_a_password_too_weak_to_stand_alone_is_changed(client: Client, account_with_role: Make) -> None:
    account = account_with_role("doctor", username="yeu", password="Ngan-2026")
    assert last_page(sign_in(client, "yeu", "Ngan-2026")) == "/sign-in/password/"
    secret = set_up_app(account)
    other = Client()
    assert last_page(sign_in(other, "yeu", "Ngan-2026")) == "/sign-in/code/"
    give_code(other, secret)
    assert has_session(other)


# AU4


def test_an_administrators_old_password_is_changed_before_anything_else(client: Client, administrator: Account) -> None:
    secret = set_up_app(administrator)
    with time_machine.travel(timezone.now() + timedelta(days=61)):
        Account.objects.filter(pk=administrator.pk).update(last_login=timezone.now())
        sign_in(client, "quantri")
        assert last_page(give_code(client, secret)) == "/sign-in/password/"
        assert not has_session(client)
        client.post("/sign-in/password/", {"password1": LATER, "password2": LATER}, follow=True)
        assert has_session(client)
    with time_machine.travel(timezone.now() + timedelta(days=59)):
        other = Client()
        sign_in(other, "quantri", LATER)
        assert last_page(give_code(other, secret)) == "/"


# AU5


def test_the_sixth_try_is_refused_even_with_the_right_password(client: Client, doctor: Account) -> None:
    for _ in range(5):
        assert "không đúng" in sign_in(client, "bacsi", "sai").content.decode()
    assert "đợi 15 phút" in sign_in(client, "bacsi").content.decode()
    assert not has_session(client)
    assert ("refused", "locked") in _outcomes(doctor)
    with time_machine.travel(timezone.now() + timedelta(minutes=14)):
        assert not has_session(_signed_in("bacsi"))
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert has_session(_signed_in("bacsi"))


def test_four_wrong_tries_lock_nothing(client: Client, doctor: Account) -> None:
    for _ in range(4):
        sign_in(client, "bacsi", "sai")
    sign_in(client, "bacsi")
    assert has_session(client)


def test_an_emergency_unlock_opens_at_once_and_is_logged(client: Client, doctor: Account) -> None:
    for _ in range(5):
        sign_in(client, "bacsi", "sai")
    actor = operator("accounts unlock")
    unlock_account(actor, doctor.pk, "cấp cứu đêm")
    sign_in(client, "bacsi")
    assert has_session(client)
    with as_operator(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT actor_name, reason FROM audit_event WHERE object = %s AND action = 'update'",
            [f"Account/{doctor.pk}"],
        )
        name, reason = cursor.fetchone()
    assert name.startswith("operator:")
    assert "5 wrong tries cleared" in reason
    assert "cấp cứu đêm" in reason


def test_a_flood_of_wrong_tries_shuts_no_owner_out(doctor: Account, account_with_role: Make) -> None:
    """The victim's own browser, even behind the attacker's address, and other people anywhere go on working."""
    account_with_role("doctor", username="dongnghiep", password=PASSWORD)
    victim, colleague, attacker = Client(), Client(), Client()
    sign_in(victim, "bacsi")
    sign_in(colleague, "dongnghiep")
    victim.post("/sign-out/")
    colleague.post("/sign-out/")
    for number in range(35):
        sign_in(attacker, "bacsi" if number < 6 else f"nguoi{number}", "sai")
    assert "đợi 15 phút" in sign_in(attacker, "nguoi-khac", "sai").content.decode()  # the address is throttled
    assert "đợi 15 phút" in sign_in(Client(), "bacsi", REMOTE_ADDR="127.0.0.9").content.decode()  # a stranger elsewhere
    for browser, name in ((victim, "bacsi"), (colleague, "dongnghiep")):
        sign_in(browser, name)
        assert has_session(browser), name
    elsewhere = Client()
    sign_in(elsewhere, "dongnghiep", REMOTE_ADDR="127.0.0.9")
    assert has_session(elsewhere)


def test_a_known_browser_has_its_own_five_tries(client: Client, doctor: Account) -> None:
    sign_in(client, "bacsi")
    client.post("/sign-out/")
    for _ in range(5):
        sign_in(client, "bacsi", "sai")
    sign_in(client, "bacsi")
    assert not has_session(client)


def test_a_forged_device_cookie_is_a_strangers(client: Client, doctor: Account) -> None:
    for _ in range(5):
        sign_in(client, "bacsi", "sai")
    client.cookies["hoso_device"] = "eyJ4IjoieSJ9:1abc:xyz"
    sign_in(client, "bacsi")
    assert not has_session(client)


# AU6


@pytest.mark.parametrize(("role", "minutes"), [("doctor", 15), ("administrator", 5)])
def test_an_idle_session_ends(role: str, minutes: int, account_with_role: Make) -> None:
    account = account_with_role(role, username="ai", password=PASSWORD)
    browser = _signed_in("ai", secret=set_up_app(account))
    start = timezone.now()
    with time_machine.travel(start + timedelta(minutes=minutes, seconds=-40)):
        assert browser.get("/").status_code == 200
    with time_machine.travel(start + timedelta(minutes=2 * minutes, seconds=-90)):
        assert browser.get("/").status_code == 200
    with time_machine.travel(start + timedelta(minutes=3 * minutes, seconds=-60)):
        assert browser.get("/").status_code == 302
    assert browser.get("/").status_code == 302


def test_what_a_page_asks_by_itself_is_no_work(doctor: Account) -> None:
    browser = _signed_in("bacsi")
    start = timezone.now()
    for minute in range(1, 15):
        with time_machine.travel(start + timedelta(minutes=minute)):
            assert browser.get("/", headers={"HoSo-Background": "yes"}).status_code == 200
    with time_machine.travel(start + timedelta(minutes=15)):
        assert browser.get("/", headers={"HoSo-Background": "yes"}).status_code == 302


def test_a_session_has_a_longest_age(doctor: Account) -> None:
    browser = _signed_in("bacsi")
    start = timezone.now()
    for quarter in range(1, 72):
        with time_machine.travel(start + timedelta(minutes=10 * quarter)):
            assert browser.get("/").status_code == 200, quarter
    with time_machine.travel(start + timedelta(hours=12)):
        assert browser.get("/").status_code == 302


def test_signing_out_ends_the_session_on_the_server(doctor: Account) -> None:
    browser = _signed_in("bacsi")
    kept = browser.cookies["sessionid"].value
    browser.post("/sign-out/")
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert thief.get("/").status_code == 302
    assert thief.get("/api/v1/intake/packages/1").status_code == 401


def test_a_part_of_a_page_takes_the_whole_page_to_the_sign_in(client: Client) -> None:
    answer = client.get("/notices/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/intake/"})
    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/sign-in/?next=%2Fintake%2F")


# AU7


def test_after_45_idle_days_the_right_password_does_not_open(client: Client, doctor: Account) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=46)):
        assert last_page(sign_in(client, "bacsi")) == "/sign-in/closed/"
        assert not has_session(client)
    doctor.refresh_from_db()
    assert (doctor.is_active, doctor.lock_reason) == (False, "disuse")


# AU8


def _hours(account: Account, outside: str) -> None:
    with as_operator():
        AccessHours.objects.create(account=account, days=127, starts=time(7), ends=time(17), outside=outside)


def _at(hour: int, minute: int = 0) -> Any:
    day = timezone.localtime() + timedelta(days=1)
    return time_machine.travel(day.replace(hour=hour, minute=minute, second=0, microsecond=0))


def test_outside_of_hours_a_sign_in_is_refused_and_recorded(doctor: Account) -> None:
    _hours(doctor, "refuse")
    with _at(6, 59):
        assert not has_session(_signed_in("bacsi"))
    assert _outcomes(doctor)[-1] == ("refused", "HS2204")
    with _at(7):
        assert has_session(_signed_in("bacsi"))


def test_a_running_session_ends_with_the_hours(doctor: Account) -> None:
    _hours(doctor, "refuse")
    with _at(16, 50):
        browser = _signed_in("bacsi")
    with _at(16, 59):
        assert browser.get("/").status_code == 200
    with _at(17):
        assert browser.get("/").status_code == 302


def test_outside_of_hours_a_step_up_asks_for_the_second_factor(doctor: Account) -> None:
    _hours(doctor, "step_up")
    with _at(22):
        assert not has_session(_signed_in("bacsi"))
    secret = set_up_app(doctor)
    with _at(16, 50):
        browser = _signed_in("bacsi", secret=secret)
    with _at(17, 1):
        asked = browser.get("/people/")
        assert asked["Location"] == "/security/confirm/code/?next=%2Fpeople%2F"
        assert browser.post(asked["Location"], {"code": code_of(secret)})["Location"] == "/people/"
        assert browser.get("/people/").status_code == 200
    with _at(23):
        assert has_session(_signed_in("bacsi", secret=secret))


def test_the_hours_of_a_role_hold_for_who_has_no_own(doctor: Account) -> None:
    with as_operator():
        AccessHours.objects.create(role="doctor", days=127, starts=time(7), ends=time(17), outside="refuse")
    with _at(20):
        assert not has_session(_signed_in("bacsi"))
    with as_operator():
        AccessHours.objects.create(account=doctor, days=127, starts=time(19), ends=time(7), outside="refuse")
    with _at(20):
        assert has_session(_signed_in("bacsi"))


# LG6


def test_the_notice_of_monitoring_is_accepted_before_the_first_sign_in_is_complete(client: Client) -> None:
    Account.objects.create_user("moi", PASSWORD, full_name="Người mới", kind="clinical")
    shown = sign_in(client, "moi")
    assert last_page(shown) == "/sign-in/notice/"
    assert "đều được ghi lại" in shown.content.decode()
    assert client.get("/").status_code == 302
    client.post("/sign-in/notice/", {"accepted": "no"})
    assert not has_session(client)
    client.post("/sign-in/notice/", {"accepted": "yes"}, follow=True)
    assert has_session(client)
    assert last_page(sign_in(Client(), "moi")) == "/"


def test_a_changed_notice_is_asked_anew(doctor: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    from hoso.core.accounts import monitoring_notice

    assert last_page(sign_in(Client(), "bacsi")) == "/"
    monkeypatch.setattr(monitoring_notice, "notice_paragraphs", lambda: (("Điều mới.", "Something new."),))
    assert last_page(sign_in(Client(), "bacsi")) == "/sign-in/notice/"


# Invitations


def test_an_invitation_leads_from_outside_to_password_second_factor_and_session(
    client: Client, account_with_role: Make
) -> None:
    account = account_with_role("doctor", username="moi")
    address = f"/invitation/{invite(operator('test'), account.pk)}/"
    assert "moi" in client.get(address, REMOTE_ADDR=OUTSIDE).content.decode()
    weak = client.post(address, {"password1": "yeu", "password2": "yeu"}, REMOTE_ADDR=OUTSIDE)
    assert "quá ngắn" in weak.content.decode()
    done = client.post(address, {"password1": LATER, "password2": LATER}, follow=True, REMOTE_ADDR=OUTSIDE)
    assert last_page(done) == "/sign-in/second-factor/"
    assert not has_session(client)
    assert Client().get(address).status_code == 410


def test_an_invitation_from_inside_opens_the_work(client: Client, account_with_role: Make) -> None:
    account = account_with_role("doctor", username="moi")
    address = f"/invitation/{invite(operator('test'), account.pk)}/"
    client.post(address, {"password1": LATER, "password2": LATER}, follow=True)
    assert has_session(client)


def _signed_in(username: str, password: str = PASSWORD, secret: str = "") -> Client:
    browser = Client()
    sign_in(browser, username, password)
    if secret:
        give_code(browser, secret)
    return browser
