"""auth/login: DHIS2's answers, and nothing of the house's own sign-in passed over."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from hoso.core.accounts.models import Account
from hoso.core.accounts.monitoring_notice import has_accepted
from hoso.core.accounts.sign_in_rules import sign_in_rules
from hoso.core.database.session import acting_transaction
from hoso.web.tests.signing_in import OUTSIDE, PASSWORD, code_of, has_session, set_up_app, sign_in

pytestmark = pytest.mark.django_db
Make = Callable[..., Account]
LOGIN, ME = "/dhis2/api/auth/login", "/dhis2/api/me"


@pytest.fixture
def officer(account_with_role: Make) -> Account:
    return account_with_role("statistics_officer", username="thongke", password=PASSWORD)


def _log_in(
    client: Client, password: str = PASSWORD, code: str | None = None, name: str = "thongke", **how: Any
) -> Any:
    given = {"username": name, "password": password} | ({} if code is None else {"twoFactorCode": code})
    return client.post(LOGIN, given, content_type="application/json", **how)


def _status(answer: Any) -> str:
    assert answer.status_code == 200 and "redirectUrl" not in answer.json()
    return str(answer.json()["loginStatus"])


def _outcomes(account: Account) -> list[tuple[str, str]]:
    with acting_transaction(account.pk, "own_account"), connection.cursor() as cursor:
        cursor.execute("SELECT outcome, reason FROM audit_event WHERE action = 'sign-in' ORDER BY id")
        return list(cursor.fetchall())


def test_a_password_opens_a_session_that_reads(client: Client, officer: Account) -> None:
    answer = _log_in(client)
    assert (answer.status_code, answer.json()) == (200, {"loginStatus": "SUCCESS", "redirectUrl": "/"})
    assert answer["Cache-Control"] == "no-store" and {"sessionid", "hoso_device"} <= {*answer.cookies}
    assert client.get(ME).json()["username"] == "thongke"
    assert _outcomes(officer) == [("done", "")]
    sent = client.post("/dhis2/api/dataValueSets", {"dataValues": []}, content_type="application/json")
    assert sent.status_code == 401  # a session reads only, however it came about


@pytest.mark.parametrize(("name", "password"), [("thongke", "sai"), ("khongco", PASSWORD), ("a\0b", "x"), ("", "")])
def test_a_wrong_name_or_password_is_401(name: str, password: str, client: Client, officer: Account) -> None:
    answer = _log_in(client, password, name=name)
    assert (answer.status_code, answer.json()["httpStatus"], answer.json()["status"]) == (401, "Unauthorized", "ERROR")
    assert not has_session(client) and client.get(ME).status_code == 401


def test_a_second_factor_is_asked_for(client: Client, officer: Account) -> None:
    secret = set_up_app(officer)
    for code in (None, "", "000000", "x"):
        assert _status(_log_in(client, code=code)) == "INCORRECT_TWO_FACTOR_CODE_TOTP"
        assert not has_session(client) and client.get(ME).status_code == 401
    assert client.post("/sign-in/code/", {"code": code_of(secret)}).status_code == 302  # nothing was left half done
    assert not has_session(client)
    for _ in range(2):  # a code that ends on the way is given once more
        if _log_in(client, code=code_of(secret)).json()["loginStatus"] == "SUCCESS":
            break
    assert has_session(client) and client.session["account_authentication_methods"][-1]["method"] == "mfa"


def test_codes_cannot_be_guessed(client: Client, officer: Account) -> None:
    secret = set_up_app(officer)
    told = [_status(_log_in(client, code="000000")) for _ in range(6)]
    assert told == ["INCORRECT_TWO_FACTOR_CODE_TOTP"] * 5 + ["ACCOUNT_LOCKED"]
    assert _status(_log_in(client, code=code_of(secret))) == "ACCOUNT_LOCKED" and not has_session(client)


def test_wrong_tries_lock_the_name_here_and_on_the_page(client: Client, officer: Account) -> None:
    for _ in range(sign_in_rules().wrong_tries):
        assert _log_in(client, "sai").status_code == 401
    assert _status(_log_in(client)) == "ACCOUNT_LOCKED" and not has_session(client)
    sign_in(client, "thongke")
    assert not has_session(client)
    assert ("refused", "locked") in _outcomes(officer)


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"password_must_change": True}, "PASSWORD_EXPIRED"), ({"is_active": False}, "ACCOUNT_DISABLED")],
)
def test_an_account_that_may_not_come_in(changes: dict[str, Any], told: str, client: Client, officer: Account) -> None:
    Account.objects.filter(pk=officer.pk).update(**changes)
    assert _status(_log_in(client)) == told
    assert not has_session(client) and client.get(ME).status_code == 401


@pytest.mark.parametrize("somebody_is_there", [False, True])
def test_a_weak_password_is_changed_first(somebody_is_there: bool, client: Client, account_with_role: Make) -> None:
    account_with_role("statistics_officer", username="yeu", password="ngan-1A")
    if somebody_is_there:
        client.force_login(account_with_role("statistics_officer"))
    assert _status(_log_in(client, "ngan-1A", name="yeu")) == "PASSWORD_EXPIRED"
    assert not has_session(client)


def test_who_must_have_a_second_factor_sets_it_up_on_the_page(client: Client, account_with_role: Make) -> None:
    account_with_role("administrator", username="quantri", password=PASSWORD)
    assert _status(_log_in(client, name="quantri")) == "REQUIRES_TWO_FACTOR_ENROLMENT"
    assert not has_session(client)


def test_what_dhis2_has_no_word_for_is_refused(client: Client, officer: Account) -> None:
    answer = _log_in(client, REMOTE_ADDR=OUTSIDE)
    assert (answer.status_code, answer.json()["errorCode"]) == (403, "HS2203")
    Account.objects.create_user("his", PASSWORD, full_name="HIS", kind="service", owner=officer)
    answer = _log_in(client, name="his")
    assert (answer.status_code, answer.json()["errorCode"]) == (403, "HS2201")
    fresh = Account.objects.create_user("moi", PASSWORD, full_name="Mới", kind=Account.Kind.CLINICAL)
    answer = _log_in(client, name="moi")
    assert not has_accepted(fresh) and (answer.status_code, answer.json()["errorCode"]) == (403, "HS3493")
    assert not has_session(client)


def test_whoever_was_signed_in_is_not_who_answers(client: Client, officer: Account, account_with_role: Make) -> None:
    client.force_login(account_with_role("statistics_officer"))
    set_up_app(officer)
    assert _status(_log_in(client)) == "INCORRECT_TWO_FACTOR_CODE_TOTP"
    assert not has_session(client)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"])
def test_a_form_of_another_site_signs_nobody_in(kind: str, client: Client, officer: Account) -> None:
    answer = client.post(LOGIN, f'{{"username": "thongke", "password": "{PASSWORD}"}}', content_type=kind)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "HS7002") and not has_session(client)


@pytest.mark.parametrize("body", ["", "[]", "{", '{"username": 1}', "null"])
def test_what_is_no_sign_in_is_refused(body: str, client: Client) -> None:
    assert client.post(LOGIN, body, content_type="application/json").json()["errorCode"] == "HS7002"
    assert client.get(LOGIN).status_code == 405
