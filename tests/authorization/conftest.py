"""People and software that meet at the authorization server."""

from collections.abc import Callable
from typing import Any

import pytest

from hoso.core.accounts.models import Account
from tests.authorization.flow import Backend, Flow, new_key, registered, service_account, signed_in

Make = Callable[..., Any]


@pytest.fixture
def officer(db: None, account_with_role: Callable[..., Account]) -> Account:
    """Somebody who may read packages and look people up."""
    return account_with_role("intake_officer", username="canbo")


@pytest.fixture
def flow(officer: Account) -> Callable[..., Flow]:
    """A code flow of a new client at the officer's browser."""

    def make(kind: str = "public", scope: str = "__hoso/package.read", allowed: str = "", **more: Any) -> Flow:
        second_factor = more.pop("second_factor", False)
        account = more.pop("account_at_screen", officer)
        handed = registered(officer, kind, allowed or scope, **more)
        return Flow(handed, signed_in(account, second_factor), scope)

    return make


@pytest.fixture
def backend(officer: Account) -> Callable[..., Backend]:
    """A client with a key that acts under an account of its own."""

    def make(kind: str = "EC", scope: str = "system/Observation.rs", allowed: str = "", **more: Any) -> Backend:
        key = more.pop("key", None) or new_key(kind)
        more.setdefault("account", service_account())
        if "jwks_uri" not in more:
            more.setdefault("jwks", key.jwks)
        handed = registered(officer, "asymmetric", allowed or scope, redirect_uris=[], **more)
        return Backend(handed, key, scope)

    return make
