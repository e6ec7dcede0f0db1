"""Software that acts by itself: keys instead of secrets (SMART Backend Services, client-confidential-asymmetric)."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from hoso.core.accounts.authorization.models import Token
from hoso.core.accounts.machines import as_operator
from hoso.core.errors import HosoError
from tests.authorization.flow import (
    TOKEN_URL,
    Backend,
    Flow,
    b64url,
    call_api,
    events,
    forget_tries,
    new_key,
    post_token,
    registered,
    service_account,
)

Make = Callable[..., Backend]
ALLOWED = "system/*.rs __hoso/package.read"


@pytest.mark.smart(240, 241, 249, 253, 254, 255, 256, 257, 258, 260, 261, 262, 310, 311, 316, 335, 357)
@pytest.mark.parametrize("kind", ["EC", "RSA"])
def test_a_key_opens_what_was_agreed_for_five_minutes(backend: Make, kind: str) -> None:
    software = backend(kind, "__hoso/package.read", ALLOWED)
    answer = software.ask()
    assert answer.status_code == 200, answer.content
    token = answer.json()
    assert {**token, "access_token": ""} == {
        "access_token": "", "token_type": "Bearer", "expires_in": 300, "scope": "__hoso/package.read",
    }  # fmt: skip
    assert call_api(token["access_token"]).status_code == 404


@pytest.mark.smart(265)
def test_its_token_ends_after_five_minutes(backend: Make) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        token = backend(scope="__hoso/package.read").ask().json()["access_token"]
        clock.shift(timedelta(seconds=301))
        assert call_api(token).status_code == 401


@pytest.mark.smart(248)
def test_it_gets_no_refresh_token(backend: Make) -> None:
    software = backend(allowed=ALLOWED)
    assert "refresh_token" not in software.ask().json()
    assert software.ask(scope="system/*.rs offline_access").json()["error"] == "invalid_scope"


@pytest.mark.smart(243, 250)
@pytest.mark.parametrize(
    "scope",
    ["system/*.cruds", "system/Observation.c", "user/Observation.rs", "patient/*.rs", "openid", "system/Observation.sr", "nothing", "", None],
)  # fmt: skip
def test_more_than_was_agreed_is_refused_whole(backend: Make, scope: str | None) -> None:
    software = backend(allowed=ALLOWED)
    asked = scope if scope is None else f"system/Observation.r {scope}".strip() if scope else ""
    assert software.ask(scope=asked).json()["error"] == "invalid_scope"


# The times are in seconds from when the statement is made.
BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "another audience": {"aud": "https://other.example/token"}, "no audience": {"aud": None}, "the issuer only": {"aud": "http://localhost"},
    "expired": {"exp": -120}, "too long": {"exp": 3600}, "no end": {"exp": None},
    "end as text": {"exp": "9999999999"}, "no jti": {"jti": None}, "empty jti": {"jti": ""}, "jti as number": {"jti": 7},
    "another subject": {"sub": "somebody"}, "no issuer": {"iss": None}, "not yet": {"nbf": 600}, "from the future": {"iat": 600},
}  # fmt: skip
TIMES = ("exp", "nbf", "iat")


@pytest.mark.smart(251, 252, 335, 337, 340)
@pytest.mark.parametrize("claims", BAD_CLAIMS.values(), ids=BAD_CLAIMS.keys())
def test_a_wrong_statement_proves_nothing(backend: Make, claims: dict[str, Any]) -> None:
    software, now = backend(), int(time.time())
    at = {name: now + given for name, given in claims.items() if name in TIMES and isinstance(given, int)}
    answer = software.ask(software.assertion({**claims, **at}))
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_client"
    assert answer.json()["error_description"]
    assert not Token.objects.exists()


@pytest.mark.smart(336)
def test_a_statement_proves_once(backend: Make) -> None:
    software = backend()
    statement = software.assertion()
    assert software.ask(statement).status_code == 200
    replayed = software.ask(statement)
    assert replayed.json()["error"] == "invalid_client"
    assert "jti" in replayed.json()["error_description"]
    again = {"jti": "the same words"}
    assert software.ask(software.assertion(again)).status_code == 200
    assert software.ask(software.assertion(again)).json()["error"] == "invalid_client"
    other = backend()
    assert other.ask(other.assertion(again)).status_code == 200


def test_the_audience_may_stand_in_a_list(backend: Make) -> None:
    software = backend()
    assert software.ask(software.assertion({"aud": ["https://x.example", TOKEN_URL]})).status_code == 200


@pytest.mark.smart(335, 338)
def test_only_the_registered_key_signs(backend: Make) -> None:
    software = backend()
    stranger = Backend(software.handed, new_key())
    assert stranger.ask().json()["error"] == "invalid_client"
    assert software.ask(software.assertion(header={"kid": "other"})).json()["error"] == "invalid_client"
    assert software.ask(software.assertion(header={"kid": None})).json()["error"] == "invalid_client"
    jku = software.assertion(header={"jku": "https://evil.example/jwks"})
    assert "jku" in software.ask(jku).json()["error_description"]


def test_a_statement_signed_with_nothing_or_with_the_public_key_as_a_secret_is_refused(backend: Make) -> None:
    import hashlib
    import hmac

    key = new_key("RSA")
    software = backend(key=key)
    head, body, signature = software.assertion().split(".")

    def with_algorithm(name: str) -> str:
        header = json.loads(base64.urlsafe_b64decode(head + "=="))
        return b64url(json.dumps({**header, "alg": name}).encode())

    secret = json.dumps(software.key.jwks["keys"][0]).encode()
    forged = f"{with_algorithm('HS256')}.{body}"
    mac = b64url(hmac.new(secret, forged.encode(), hashlib.sha256).digest())
    for statement in (
        f"{with_algorithm('none')}.{body}.", f"{with_algorithm('None')}.{body}.{signature}", f"{forged}.{mac}",
        f"{with_algorithm('RS256')}.{body}.{signature}", f"{head}.{body}.{signature[:-4]}AAAA", "a.b.c", "x",
    ):  # fmt: skip
        forget_tries()
        answer = software.ask(statement)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client"), statement[:30]


@pytest.mark.smart(344)
def test_a_secret_or_nothing_does_not_act_alone(backend: Make, flow: Callable[..., Flow], officer: Any) -> None:
    app = flow("symmetric")
    form: dict[str, str | None] = {"grant_type": "client_credentials", "scope": "__hoso/package.read"}
    assert post_token({**form, **app.proof()}).json()["error"] == "invalid_client"
    assert post_token({**form, "client_id": flow().client_id}).json()["error"] == "invalid_client"
    with pytest.raises(HosoError, match="HS2253"):
        registered(officer, "symmetric", account=service_account())
    assert post_token({**form, "client_id": backend().handed.client.client_id}).json()["error"] == "invalid_client"


def test_closing_the_account_ends_its_software_at_once(backend: Make) -> None:
    software = backend(scope="__hoso/package.read")
    token = software.ask().json()["access_token"]
    account = software.handed.client.account
    assert account is not None
    account.is_active = False
    account.save()
    assert call_api(token).status_code == 401
    assert software.ask().json()["error"] == "invalid_client"
    account.is_active = True
    with as_operator():
        account.save()
    assert call_api(token).status_code == 401
    assert software.ask().status_code == 200


def test_guessing_is_braked_for_the_guesser_alone(backend: Make) -> None:
    software = backend()
    bad = Backend(software.handed, new_key())
    for _ in range(5):
        assert bad.ask().status_code == 400
    braked = software.ask()
    assert braked.status_code == 429
    assert int(braked["Retry-After"]) > 0
    assert backend().ask().status_code == 200
    assert {event["outcome"] for event in events("refuse")} == {"refused"}


# Keys at an address of the client.


class _KeyServer(HTTPServer):
    answers: list[tuple[int, bytes, dict[str, str]]]
    asked = 0


class _Handler(BaseHTTPRequestHandler):
    server: _KeyServer

    def do_GET(self) -> None:
        self.server.asked += 1
        status, body, headers = self.server.answers[0]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def key_server() -> Iterator[_KeyServer]:
    server = _KeyServer(("127.0.0.1", 0), _Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _serve(server: _KeyServer, key: Any, **headers: str) -> str:
    server.answers = [(200, json.dumps(key.jwks).encode(), headers)]
    return f"http://127.0.0.1:{server.server_port}/jwks"


@pytest.mark.smart(296, 326, 338, 339, 341, 342)
def test_keys_are_fetched_and_kept_as_long_as_the_client_allows(backend: Make, key_server: _KeyServer) -> None:
    key = new_key()
    address = _serve(key_server, key, **{"Cache-Control": "max-age=60"})
    software = backend(key=key, jwks_uri=address)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(3):
            assert software.ask().status_code == 200
        assert key_server.asked == 1
        assert software.ask(software.assertion(header={"jku": address})).status_code == 200
        clock.shift(timedelta(seconds=61))
        assert software.ask(software.assertion()).status_code == 200
        assert key_server.asked == 2


@pytest.mark.smart(341)
def test_keys_that_may_not_be_kept_are_fetched_each_time(backend: Make, key_server: _KeyServer) -> None:
    key = new_key()
    software = backend(key=key, jwks_uri=_serve(key_server, key))
    assert [software.ask().status_code for _ in range(2)] == [200, 200]
    assert key_server.asked == 2


def test_a_client_changes_its_key_without_asking_us(backend: Make, key_server: _KeyServer) -> None:
    old, new = new_key(kid="old"), new_key(kid="new")
    software = backend(key=old, jwks_uri=_serve(key_server, old, **{"Cache-Control": "max-age=3600"}))
    assert software.ask().status_code == 200
    _serve(key_server, new)
    assert Backend(software.handed, new).ask().status_code == 200
    assert software.ask().json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    "answer",
    [
        (404, b"", {}), (302, b"", {"Location": "http://127.0.0.1:9/"}), (200, b"<html>", {}), (200, b"[]", {}),
        (200, b'{"keys": 7}', {}), (200, b"x" * 70_000, {}),
    ],
)  # fmt: skip
def test_an_address_without_keys_lets_nobody_in(backend: Make, key_server: _KeyServer, answer: Any) -> None:
    key = new_key()
    software = backend(key=key, jwks_uri=_serve(key_server, key))
    key_server.answers = [answer]
    assert software.ask().json()["error"] == "invalid_client"


@pytest.mark.smart(297)
@pytest.mark.parametrize("bad", ["private", "no kid", "small", "none", "both"])
def test_only_usable_public_keys_are_registered(backend: Make, bad: str) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa

    from tests.authorization.flow import KeyPair

    key = new_key()
    jwks: dict[str, Any] = key.jwks
    if bad == "private":
        jwks["keys"][0]["d"] = b64url(b"1" * 48)
    elif bad == "no kid":
        del jwks["keys"][0]["kid"]
    elif bad == "small":
        jwks = KeyPair(rsa.generate_private_key(65537, 1024)).jwks
    elif bad == "none":
        jwks = {"keys": []}
    more = {"jwks_uri": "https://x.example/jwks", "jwks": jwks} if bad == "both" else {"jwks": jwks}
    with pytest.raises(HosoError, match="HS2253"):
        backend(key=key, **more)


@pytest.mark.smart(305)
def test_registered_keys_change_only_through_an_administrator(backend: Make) -> None:
    from hoso.core.accounts.actions import operator
    from hoso.core.accounts.authorization.actions import replace_keys

    software, new = backend(), new_key(kid="second")
    replace_keys(operator("test"), software.handed.client, new.jwks)
    assert software.ask().json()["error"] == "invalid_client"
    assert Backend(software.handed, new).ask().status_code == 200
    assert events("update")[-1]["reason"] == "new keys"
