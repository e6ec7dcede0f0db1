"""Software and people for the tests of the authorization server: registered clients, a browser, key pairs.

Everything goes through the real addresses; what a client signs is signed here, with no part of the server's code.
"""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from django.db import connection
from django.test import Client

from hoso.core.accounts.actions import operator
from hoso.core.accounts.authorization.actions import HandedClient, register_client
from hoso.core.accounts.authorization.registration import NewClient
from hoso.core.accounts.machines import as_operator, operator_id
from hoso.core.accounts.models import Account, Assignment
from hoso.core.database.session import set_actor

BASE = "http://localhost"
FHIR = BASE + "/fhir/r4"
CALLBACK = "https://app.example.vn/callback"
TOKEN_URL = BASE + "/oauth/token"
API = "/api/v1/intake/packages/1"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class Browser(Client):
    """A browser, or a program, on this machine."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(SERVER_NAME="localhost", **settings)


def registered(owner: Account, kind: str = "public", scopes: str = "__hoso/package.read", **more: Any) -> HandedClient:
    more.setdefault("redirect_uris", [CALLBACK])
    return register_client(operator("test"), NewClient(f"App {kind}", kind, owner, scopes.split(), **more))


def service_account(role: str = "facility_records_officer", **where: Any) -> Account:
    from datetime import date

    account = Account.objects.create_user(
        f"may.{secrets.token_hex(4)}", None, full_name="Máy", kind="service", owner_id=operator_id()
    )
    with as_operator():
        Assignment.objects.create(account=account, role=role, valid_from=date(2020, 1, 1), **where)
    return account


def signed_in(account: Account, second_factor: bool = False) -> Browser:
    browser = Browser()
    browser.force_login(account, backend=BACKEND)
    session = browser.session
    methods = [{"method": "password", "at": time.time()}] + (
        [{"method": "mfa", "at": time.time()}] if second_factor else []
    )
    session["account_authentication_methods_user"] = str(account.pk)
    session["account_authentication_methods"] = methods
    session.save()
    return browser


@dataclass
class Flow:
    """One authorization code flow of a client; every parameter can be changed before it is sent."""

    handed: HandedClient
    browser: Browser
    scope: str = "__hoso/package.read"
    redirect_uri: str = CALLBACK
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    changes: dict[str, str | None] = field(default_factory=dict)

    @property
    def client_id(self) -> str:
        return self.handed.client.client_id

    @property
    def question(self) -> dict[str, str]:
        challenge = hashlib.sha256(self.verifier.encode()).digest()
        asked: dict[str, str | None] = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": self.redirect_uri,
            "scope": self.scope, "state": self.state, "code_challenge": b64url(challenge),
            "code_challenge_method": "S256", **self.changes,
        }  # fmt: skip
        return {name: value for name, value in asked.items() if value is not None}

    def ask(self) -> Any:
        return self.browser.get("/oauth/authorize", self.question)

    def decide(self, decision: str = "allow") -> Any:
        from urllib.parse import urlencode

        return self.browser.post(f"/oauth/decide?{urlencode(self.question)}", {"decision": decision})

    def code(self) -> str:
        answer = self.decide()
        assert answer.status_code == 302, answer.content.decode()
        return answer_of(answer)["code"]

    def exchange(self, code: str, **changes: str | None) -> Any:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier, **self.proof(), **changes,
        }  # fmt: skip
        return post_token(form)

    def refresh(self, token: str, **changes: str | None) -> Any:
        return post_token({"grant_type": "refresh_token", "refresh_token": token, **self.proof(), **changes})

    def proof(self) -> dict[str, str | None]:
        """How the client proves itself in the form."""
        secret = {"client_secret": self.handed.secret} if self.handed.secret else {}
        return {"client_id": self.client_id, **secret}

    def tokens(self) -> dict[str, Any]:
        answer = self.exchange(self.code())
        assert answer.status_code == 200, answer.content.decode()
        found: dict[str, Any] = answer.json()
        return found


def post_token(form: dict[str, str | None], **headers: str) -> Any:
    given = {name: value for name, value in form.items() if value is not None}
    return Browser().post("/oauth/token", given, headers=headers)


def answer_of(redirect: Any) -> dict[str, str]:
    """The parameters that a redirect brings to the client."""
    return {name: values[0] for name, values in parse_qs(urlsplit(redirect["Location"]).query).items()}


def call_api(token: str, address: str = API, scheme: str = "Bearer") -> Any:
    """A question to the own API; 404 means that it was let in: there is no such package."""
    return Browser().get(address, headers={"authorization": f"{scheme} {token}"})


def events(action: str = "") -> list[dict[str, Any]]:
    """The audit events so far, oldest first, as an overseer reads them in this transaction."""
    from datetime import date

    overseer = Account.objects.filter(username="giamsat.test").first()
    if overseer is None:
        overseer = Account.objects.create_user("giamsat.test", None, full_name="Giám sát", kind="technical")
        with as_operator():
            Assignment.objects.create(account=overseer, role="overseer", valid_from=date(2020, 1, 1))
    with connection.cursor() as cursor:
        set_actor(overseer.pk, "oversight")
        cursor.execute("SELECT row_to_json(e)::text FROM audit_event e WHERE %s IN ('', action) ORDER BY id", [action])
        return [json.loads(row[0]) for row in cursor.fetchall()]


def forget_tries() -> None:
    """Take the brake off: many wrong attempts in one test are not what it is about."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_try")


# A client's keys: cryptography alone.


def b64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass(frozen=True)
class KeyPair:
    """A client's key: RS384 with RSA, ES384 with EC P-384."""

    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    kid: str = "key-1"

    @property
    def algorithm(self) -> str:
        return "RS384" if isinstance(self.private, rsa.RSAPrivateKey) else "ES384"

    @property
    def jwks(self) -> dict[str, Any]:
        return {
            "keys": [{**self._numbers(), "kid": self.kid, "alg": self.algorithm, "use": "sig", "key_ops": ["verify"]}]
        }

    def _numbers(self) -> dict[str, str]:
        if isinstance(self.private, rsa.RSAPrivateKey):
            public = self.private.public_key().public_numbers()
            return {"kty": "RSA", "n": _number(public.n), "e": _number(public.e)}
        point = self.private.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-384", "x": _number(point.x, 48), "y": _number(point.y, 48)}

    def sign(self, claims: dict[str, Any], header: dict[str, Any] | None = None) -> str:
        head = {"alg": self.algorithm, "typ": "JWT", "kid": self.kid, **(header or {})}
        signed = f"{b64url(json.dumps(head).encode())}.{b64url(json.dumps(claims).encode())}"
        return f"{signed}.{b64url(self._signature(signed.encode()))}"

    def _signature(self, content: bytes) -> bytes:
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(content, padding.PKCS1v15(), hashes.SHA384())
        r, s = utils.decode_dss_signature(self.private.sign(content, ec.ECDSA(hashes.SHA384())))
        return r.to_bytes(48, "big") + s.to_bytes(48, "big")


def _number(value: int, length: int = 0) -> str:
    return b64url(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


def new_key(kind: str = "EC", kid: str = "key-1") -> KeyPair:
    if kind == "RSA":
        return KeyPair(rsa.generate_private_key(65537, 2048), kid)
    return KeyPair(ec.generate_private_key(ec.SECP384R1()), kid)


@dataclass
class Backend:
    """A client that acts by itself; claims, header and form can be changed."""

    handed: HandedClient
    key: KeyPair
    scope: str = "system/Observation.rs"

    def assertion(self, claims: dict[str, Any] | None = None, header: dict[str, Any] | None = None) -> str:
        client_id, now = self.handed.client.client_id, int(time.time())
        said = {
            "iss": client_id, "sub": client_id, "aud": TOKEN_URL, "exp": now + 240, "jti": secrets.token_hex(8), **(claims or {}),
        }  # fmt: skip
        return self.key.sign({name: value for name, value in said.items() if value is not None}, header)

    def ask(self, assertion: str | None = None, **changes: str | None) -> Any:
        form = {
            "grant_type": "client_credentials", "scope": self.scope,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion or self.assertion(), **changes,
        }  # fmt: skip
        return post_token(form)
