"""Signing in for tests: through the real pages, as a person does."""

import time
from typing import Any

from allauth.mfa.totp.internal import auth as totp
from django.test import Client

PASSWORD = "Mot-mat-khau-dai-2026"
STEP, LAST_SECONDS = 30, 4
OUTSIDE = "203.0.113.7"  # RFC 5737: an address of documentation


def sign_in(client: Client, username: str, password: str = PASSWORD, **how: Any) -> Any:
    return client.post("/sign-in/", {"login": username, "password": password}, follow=True, **how)


def with_second_factor(account: Any) -> Client:
    """A browser in a session that came about with a second factor."""
    client = Client()
    client.force_login(account)
    session = client.session
    session["account_authentication_methods_user"] = str(account.pk)
    session["account_authentication_methods"] = [{"method": "mfa", "at": 0}]
    session.save()
    return client


def last_page(response: Any) -> str:
    """The path a chain of redirects ended at."""
    return str(response.redirect_chain[-1][0]) if response.redirect_chain else ""


def has_session(client: Client) -> bool:
    """Whether the browser holds a session in which somebody is signed in."""
    return "_auth_user_id" in client.session


def set_up_app(account: Any) -> str:
    """Give the account an authenticator app; returns its secret."""
    secret = str(totp.generate_totp_secret())
    totp.TOTP.activate(account, secret)
    return secret


def code_of(secret: str) -> str:
    """What the app shows now."""
    return str(totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // STEP)))


def give_code(client: Client, secret: str, **how: Any) -> Any:
    """Not with a code that ends on the way: it holds for thirty seconds of the clock."""
    if (left := STEP - time.time() % STEP) < LAST_SECONDS:
        time.sleep(left)
    return client.post("/sign-in/code/", {"code": code_of(secret)}, follow=True, **how)
