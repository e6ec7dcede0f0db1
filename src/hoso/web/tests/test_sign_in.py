"""Signing in through the real pages: password, second step, the language of the house."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

PASSWORD = "Mot-mat-khau-dai-2026"
Account = Callable[..., Any]


def sign_in(client: Client, username: str, password: str = PASSWORD) -> Any:
    return client.post("/sign-in/", {"login": username, "password": password}, follow=True)


@pytest.mark.django_db
def test_a_page_asks_to_sign_in_and_then_opens(client: Client, account_with_role: Account) -> None:
    account_with_role("doctor", username="bacsi", password=PASSWORD)
    asked = client.get("/people/?q=mai")
    assert asked["Location"] == "/sign-in/?next=%2Fpeople%2F%3Fq%3Dmai"
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in sign_in(client, "bacsi", "sai").content.decode()
    assert "Tìm người" in sign_in(client, "bacsi").content.decode()
    assert client.get("/people/?q=mai").status_code == 200


@pytest.mark.django_db
def test_a_role_with_second_factor_needs_it(client: Client, account_with_role: Account) -> None:
    administrator = account_with_role("administrator", username="quantri", password=PASSWORD)
    assert sign_in(client, "quantri").redirect_chain[-1][0] == "/sign-in/second-factor/"
    assert client.get("/accounts/", headers={"Authorization": "Basic x"}).status_code == 302
    client.logout()

    secret = totp.generate_totp_secret()
    totp.TOTP.activate(administrator, secret)
    assert sign_in(client, "quantri").redirect_chain[-1][0] == "/sign-in/code/"
    wrong = client.post("/sign-in/code/", {"code": "000000"})
    assert "Mã không đúng hoặc đã hết hạn." in wrong.content.decode()
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    assert client.post("/sign-in/code/", {"code": code}, follow=True).status_code == 200
    assert client.get("/accounts/").status_code == 200


@pytest.mark.django_db
def test_nobody_signs_up(client: Client) -> None:
    for address in ("/sign-in/signup/", "/signup/", "/accounts/signup/", "/accounts/password/reset/"):
        assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_english_is_chosen_and_kept(client: Client) -> None:
    assert "Đăng nhập" in client.get("/sign-in/").content.decode()
    client.post("/language/", {"language": "en", "next": "/sign-in/"})
    assert "Sign in" in client.get("/sign-in/").content.decode()
