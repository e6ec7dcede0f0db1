"""ID tokens and who they stand for, verified with cryptography alone (OpenID Connect Core, SMART sso-openid-connect)."""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import Account
from tests.authorization.flow import BASE, FHIR, Browser, Flow, call_api

Make = Callable[..., Flow]


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def verified(token: str) -> dict[str, Any]:
    """The claims of a JWT whose signature one of the published keys proves."""
    head, body, signature = token.split(".")
    header = json.loads(decoded(head))
    assert header["alg"] == "RS256"
    (key,) = [key for key in Browser().get("/oauth/jwks").json()["keys"] if key["kid"] == header["kid"]]
    numbers = [int.from_bytes(decoded(key[name])) for name in ("e", "n")]
    public = rsa.RSAPublicNumbers(*numbers).public_key()
    public.verify(decoded(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    claims: dict[str, Any] = json.loads(decoded(body))
    return claims


@pytest.mark.smart(80, 197, 198, 200, 203, 205, 209, 210, 358)
def test_the_app_learns_who_signed_in(flow: Make, officer: Account) -> None:
    app = flow(scope="openid fhirUser profile __hoso/package.read")
    app.changes = {"nonce": "n-0S6_WzA2Mj"}
    given = app.tokens()
    claims = verified(given["id_token"])
    subject = f"account-{officer.pk}"
    half = hashlib.sha256(given["access_token"].encode()).digest()[:16]
    assert {name: claims[name] for name in ("iss", "sub", "aud", "nonce", "fhirUser", "preferred_username", "at_hash")} == {
        "iss": BASE, "sub": subject, "aud": app.client_id, "nonce": "n-0S6_WzA2Mj", "fhirUser": f"{FHIR}/Practitioner/{subject}",
        "preferred_username": "canbo", "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
    }  # fmt: skip
    assert 0 < claims["exp"] - claims["iat"] <= 3600


@pytest.mark.smart(80)
def test_without_openid_there_is_none(flow: Make) -> None:
    assert "id_token" not in flow().tokens()
    assert "fhirUser" not in verified(flow(scope="openid").tokens()["id_token"])


@pytest.mark.smart(197)
def test_whom_no_resource_represents_gets_no_fhir_user(flow: Make, account_with_role: Callable[..., Account]) -> None:
    citizen = account_with_role("insurer_auditor")
    with as_operator():
        Account.objects.filter(pk=citizen.pk).update(kind="citizen")
    given = flow(scope="openid fhirUser", account_at_screen=citizen).tokens()
    assert given["scope"] == "openid"
    assert "fhirUser" not in verified(given["id_token"])


def test_an_id_token_opens_nothing(flow: Make) -> None:
    given = flow(scope="openid __hoso/package.read").tokens()
    assert call_api(given["id_token"]).status_code == 401
