"""What software reads first, and the keys by which it verifies us."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from hoso.core.accounts.authorization import keys
from hoso.core.accounts.authorization.models import SigningKey
from hoso.core.database.field_encryption import field_keys, is_encrypted
from tests.authorization.flow import BASE, Browser, Flow, registered

SMART = "/fhir/r4/.well-known/smart-configuration"
DOCUMENTS = (SMART, "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")


def read(address: str, **headers: str) -> Any:
    return Browser().get(address, headers=headers)


@pytest.mark.smart(30, 228, 372, 373, 374, 376, 377, 378, 380, 381, 382, 383, 385, 389, 391, 392, 393)
@pytest.mark.parametrize("accept", ["application/json", "text/html", "application/fhir+xml", ""])
def test_the_smart_document_tells_what_it_must(accept: str) -> None:
    answer = read(SMART, accept=accept)
    assert answer["Content-Type"] == "application/json"
    told = answer.json()
    for name in (
        "issuer", "jwks_uri", "authorization_endpoint", "token_endpoint", "introspection_endpoint",
        "revocation_endpoint", "management_endpoint",
    ):  # fmt: skip
        assert told[name].startswith(BASE), name
    assert told["scopes_supported"]
    assert told["response_types_supported"] == ["code"]
    assert {"launch-standalone", "sso-openid-connect", "permission-v2", "client-public"} <= set(told["capabilities"])


@pytest.mark.smart(285, 286, 287, 288, 289, 384, 386)
def test_it_says_how_clients_prove_themselves() -> None:
    told = read(SMART).json()
    assert "client-confidential-asymmetric" in told["capabilities"]
    assert "private_key_jwt" in told["token_endpoint_auth_methods_supported"]
    assert set(told["token_endpoint_auth_signing_alg_values_supported"]) == {"RS384", "ES384"}
    assert {"authorization_code", "client_credentials"} <= set(told["grant_types_supported"])


@pytest.mark.smart(14, 15, 394)
@pytest.mark.parametrize("address", DOCUMENTS)
def test_pkce_is_s256_and_nothing_else(address: str) -> None:
    assert read(address).json()["code_challenge_methods_supported"] == ["S256"]


@pytest.mark.smart(346, 348, 349, 350, 351)
def test_capability_sets_are_whole() -> None:
    """Patient Access and Clinician Access, for standalone apps and for those that are opened from a record."""
    claimed = set(read(SMART).json()["capabilities"])
    for launch in ("standalone", "ehr"):
        patient_access = {f"launch-{launch}", f"context-{launch}-patient", "client-public", "permission-patient"}
        assert patient_access | {"permission-user"} <= claimed
    assert "context-ehr-encounter" in claimed
    assert not claimed & {"context-standalone-encounter", "context-style", "permission-online", "smart-app-state"}


@pytest.mark.smart(389)
def test_every_scope_it_names_can_be_registered_and_granted() -> None:
    from hoso.core.accounts.authorization.scopes import narrow

    for scope in read(SMART).json()["scopes_supported"]:
        assert narrow(scope, [scope]) == scope


@pytest.mark.smart(16)
@pytest.mark.parametrize("address", [*DOCUMENTS, "/oauth/jwks", "/fhir/r4/metadata"])
@pytest.mark.django_db
def test_any_page_may_read_it(address: str) -> None:
    assert read(address, origin="https://anywhere.example")["Access-Control-Allow-Origin"] == "*"
    asked = Browser().options(address, headers={"origin": "https://anywhere.example"})
    assert (asked.status_code, asked["Access-Control-Allow-Origin"]) == (204, "*")
    assert Browser().post(address).status_code == 405
    assert "Access-Control-Allow-Credentials" not in asked


@pytest.mark.smart(17)
def test_pages_of_registered_apps_may_ask_for_tokens_and_others_not(flow: Callable[..., Flow]) -> None:
    app = flow()
    own, other = "https://app.example.vn", "https://evil.example"
    asked = Browser().options("/oauth/token", headers={"origin": own, "access-control-request-method": "POST"})
    assert asked["Access-Control-Allow-Origin"] == own
    form = {"grant_type": "authorization_code", "code": app.code(), "redirect_uri": app.redirect_uri, "code_verifier": app.verifier, "client_id": app.client_id}  # fmt: skip
    for origin, allowed in ((other, ""), ("null", ""), (own, own)):
        answer = Browser().post("/oauth/token", form, headers={"origin": origin})
        assert answer.get("Access-Control-Allow-Origin", "") == allowed
    assert Browser().get("/oauth/token").status_code == 405
    for address in ("/fhir/r4/Patient/x", "/api/v1/intake/packages/1"):
        asked = Browser().options(address, headers={"origin": own, "access-control-request-method": "GET"})
        assert (asked.status_code, asked["Access-Control-Allow-Origin"]) == (204, own)
        assert "Authorization" in asked["Access-Control-Allow-Headers"]
        assert Browser().get(address, headers={"origin": own})["Access-Control-Allow-Origin"] == own
        assert "Access-Control-Allow-Origin" not in Browser().get(address, headers={"origin": other})
        assert "Access-Control-Allow-Credentials" not in asked
    assert "Access-Control-Allow-Origin" not in Browser().options("/people/", headers={"origin": own})


def test_the_public_address_is_the_configured_one(settings: Any) -> None:
    settings.PUBLIC_URL = "https://hoso.example.vn"
    told = read(SMART).json()
    assert told["issuer"] == "https://hoso.example.vn"
    assert told["token_endpoint"] == "https://hoso.example.vn/oauth/token"


@pytest.mark.smart(207)
@pytest.mark.django_db
def test_only_public_halves_are_published() -> None:
    (key,) = read("/oauth/jwks").json()["keys"]
    assert {"kty", "n", "e", "kid", "alg", "use"} <= set(key)
    assert not set(key) & {"d", "p", "q", "dp", "dq", "qi"}
    (kept,) = SigningKey.objects.values_list("private_pem", flat=True)
    assert is_encrypted(kept)


@pytest.mark.django_db
def test_the_field_keys_can_be_rotated_under_them() -> None:
    first = keys.signing_key()
    field_keys().add()
    assert keys.renew_signing_keys() == 1
    assert keys.renew_signing_keys() == 0
    assert keys.signing_key().kid == first.kid


@pytest.mark.django_db
def test_an_old_key_is_published_until_all_it_signed_is_over() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = keys.signing_key().kid
        clock.shift(timedelta(seconds=1))
        second = keys.rotate()
        clock.shift(timedelta(seconds=1))
        assert keys.signing_key().kid == second != first
        published = [key["kid"] for key in keys.published_keys()["keys"]]
        assert set(published) == {second, first}
        clock.shift(keys.ID_TOKEN_LIFE)
        assert first in [key["kid"] for key in keys.published_keys()["keys"]]
        clock.shift(timedelta(hours=2))
        assert [key["kid"] for key in keys.published_keys()["keys"]] == [second]


@pytest.mark.django_db
def test_keys_are_replaced_by_themselves() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = keys.signing_key().kid
        clock.shift(keys.SIGNS_FOR - timedelta(minutes=1))
        assert keys.signing_key().kid == first
        clock.shift(timedelta(minutes=2))
        assert keys.signing_key().kid != first
        assert len(keys.published_keys()["keys"]) == 2


@pytest.mark.smart(231)
@pytest.mark.django_db
def test_plain_http_is_served_on_this_machine_only(account_with_role: Callable[..., Any], settings: Any) -> None:
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    handed = registered(account_with_role("doctor"))
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": handed.client.client_id}
    assert Client(SERVER_NAME="hoso.example.vn").post("/oauth/token", form).json()["error"] == "insecure_transport"
    assert (
        Client(SERVER_NAME="hoso.example.vn").post("/oauth/token", form, secure=True).json()["error"] == "invalid_grant"
    )
