"""What a token is worth, told to those who may ask; and ending one (RFC 7662, RFC 7009)."""

from collections.abc import Callable
from typing import Any

import pytest

from hoso.core.accounts.models import Account
from tests.authorization.flow import BASE, FHIR, Backend, Browser, Flow, call_api, service_account

Make = Callable[..., Flow]
SCOPE = "openid fhirUser __hoso/package.read offline_access"


def introspect(token: str, form: dict[str, str | None] | None = None, bearer: str = "") -> Any:
    given = {"token": token, **{name: value for name, value in (form or {}).items() if value is not None}}
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    return Browser().post("/oauth/introspect", given, headers=headers)


@pytest.mark.smart(99, 269, 271, 272, 273, 274, 275, 276, 278, 279, 280)
def test_a_client_asks_about_its_own_token(flow: Make, officer: Account) -> None:
    app = flow("symmetric", SCOPE)
    given = app.tokens()
    told = introspect(given["access_token"], app.proof()).json()
    subject = f"account-{officer.pk}"
    assert told | {"exp": 0, "iat": 0} == {
        "active": True, "scope": given["scope"], "client_id": app.client_id, "token_type": "Bearer", "exp": 0, "iat": 0,
        "iss": BASE, "sub": subject, "fhirUser": f"{FHIR}/Practitioner/{subject}",
    }  # fmt: skip
    assert told["exp"] - told["iat"] == given["expires_in"]


@pytest.mark.smart(277)
def test_the_patient_in_context_is_told(flow: Make) -> None:
    from hoso.core.accounts.authorization.models import Grant

    app = flow("symmetric")
    token = app.tokens()["access_token"]
    Grant.objects.update(patient="P1")
    assert introspect(token, app.proof()).json()["patient"] == "P1"


@pytest.mark.smart(281, 282, 283)
def test_who_holds_the_right_asks_about_every_token_with_a_token(flow: Make, backend: Callable[..., Backend]) -> None:
    token = flow().tokens()["access_token"]
    scope = "__hoso/token.introspect"
    server = backend(scope=scope, account=service_account("resource_server")).ask().json()["access_token"]
    assert introspect(token, bearer=server).json()["active"] is True
    without_role = backend(scope=scope).ask().json()["access_token"]
    without_scope = backend(account=service_account("resource_server")).ask().json()["access_token"]
    for bearer in (without_role, without_scope, token, "hosoat_x"):
        answer = introspect(token, bearer=bearer)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_others_learn_nothing(flow: Make) -> None:
    app, other = flow("symmetric"), flow("symmetric")
    token = app.tokens()["access_token"]
    assert introspect(token, other.proof()).json() == {"active": False}
    assert introspect("hosoat_unknown", app.proof()).json() == {"active": False}
    assert introspect(token).json()["error"] == "invalid_client"
    public = flow()
    assert introspect(public.tokens()["access_token"], public.proof()).json()["error"] == "invalid_client"


def revoke(token: str, form: dict[str, str | None]) -> Any:
    return Browser().post("/oauth/revoke", {"token": token, **{k: v for k, v in form.items() if v is not None}})


@pytest.mark.parametrize("kind", ["public", "symmetric"])
def test_a_revoked_token_is_dead_at_once(flow: Make, kind: str) -> None:
    app = flow(kind, SCOPE)
    given = app.tokens()
    assert revoke(given["access_token"], app.proof()).status_code == 200
    assert call_api(given["access_token"]).status_code == 401
    fresh = app.refresh(given["refresh_token"]).json()
    assert call_api(fresh["access_token"]).status_code == 404
    assert revoke(fresh["refresh_token"], app.proof()).status_code == 200
    assert call_api(fresh["access_token"]).status_code == 401
    assert app.refresh(fresh["refresh_token"]).json()["error"] == "invalid_grant"
    assert revoke("unknown", app.proof()).status_code == 200


def test_nobody_ends_the_token_of_another(flow: Make) -> None:
    app, other = flow(), flow()
    token = app.tokens()["access_token"]
    assert revoke(token, other.proof()).json()["error"] == "invalid_grant"
    assert call_api(token).status_code == 404
