"""The simulated VNeID as an OpenID Connect provider: code flow with PKCE, ID tokens signed RS256, userinfo.

Authlib does the protocol, as in `core/accounts/authorization/protocol.py`; nothing here is shared with that file, so the two
ends of a sign-in are not the same code. Everything is kept in memory and ends with the process.
"""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from authlib.oauth2 import OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import AuthorizationServer, InvalidRequestError, grants
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from joserfc import jwt
from joserfc.jwk import RSAKey

from hoso.gateways.vneid.people import SimulatedPerson

CLIENT_ID, CLIENT_SECRET = "hoso-demo", "simulated-secret-of-a-demonstration"
CODE_SECONDS, TOKEN_SECONDS = 60, 300
Answer = tuple[int, dict[str, str], Any]  # status, headers, body: text, or a mapping to be sent as JSON


@dataclass(frozen=True)
class _Client:
    """The only one: the house of the demonstration. It may come back to this machine alone."""

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str | None:
        return None

    def get_allowed_scope(self, scope: str | None) -> str:
        known = ("openid", "profile", "personal_number")
        return " ".join(word for word in (scope or "").split() if word in known)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return urlsplit(redirect_uri).hostname in ("127.0.0.1", "localhost", "testserver")

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret, CLIENT_SECRET)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class _Code:
    """An authorization code and what it was given for."""

    code: str
    person: SimulatedPerson
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    made_at: float = field(default_factory=time.time)
    code_challenge_method = "S256"

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.made_at)

    def get_acr(self) -> str:
        return f"urn:vneid:level{self.person.level}"

    def get_amr(self) -> list[str]:
        return ["pwd"] if self.person.level == 1 else ["pwd", "otp"]


class _Request(OAuth2Request):
    """A request as it came over HTTP. The library refuses plain http, which on this machine is good enough."""

    def __init__(self, method: str, uri: str, form: dict[str, str], headers: dict[str, str]) -> None:
        super().__init__(method, uri.replace("http://", "https://", 1), headers=headers)
        self.query = {name: values[0] for name, values in parse_qs(urlsplit(uri).query).items()}
        self.given = form
        self.payload = BasicOAuth2Payload({**self.query, **form})

    @property
    def args(self) -> dict[str, str]:
        return self.query

    @property
    def form(self) -> dict[str, str]:
        return self.given


class _CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

    def generate_authorization_code(self) -> str:
        return secrets.token_urlsafe(24)

    def save_authorization_code(self, code: str, request: Any) -> None:
        data = request.payload.data
        self.server.codes[code] = _Code(
            code, request.user, request.payload.redirect_uri, request.payload.scope or "", data.get("nonce", ""),
            data["code_challenge"],
        )  # fmt: skip

    def query_authorization_code(self, code: str, client: Any) -> _Code | None:
        found: _Code | None = self.server.codes.get(code)
        return found if found and time.time() - found.made_at < CODE_SECONDS else None

    def delete_authorization_code(self, authorization_code: _Code) -> None:
        del self.server.codes[authorization_code.code]

    def authenticate_user(self, authorization_code: _Code) -> SimulatedPerson:
        return authorization_code.person


class _Pkce(CodeChallenge):
    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        if grant.request.payload.data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE with S256 is required")
        super().validate_code_challenge(grant, redirect_uri)


class _IdToken(OpenIDCode):
    def __init__(self, provider: "SimulatedVneid") -> None:
        super().__init__(require_nonce=True)
        self.provider = provider

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        return nonce in self.provider.nonces

    def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
        code: _Code = request.authorization_code
        self.provider.nonces.add(code.nonce)
        return self.provider.sign(self.provider.id_token_claims(code))


class SimulatedVneid(AuthorizationServer):
    """One provider. What it says and how it signs are methods of their own, so that a test can make it lie."""

    def __init__(self, issuer: str) -> None:
        super().__init__()
        self.issuer = issuer
        self.key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        self.codes: dict[str, _Code] = {}
        self.nonces: set[str] = set()
        self.access: dict[str, tuple[SimulatedPerson, float]] = {}
        self.register_token_generator("default", self._new_token)
        self.register_grant(_CodeGrant, [_Pkce(required=True), _IdToken(self)])

    # What it tells.

    def configuration(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "scopes_supported": ["openid", "profile", "personal_number"],
        }

    def key_set(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    def id_token_claims(self, code: _Code) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.issuer, "sub": code.person.subject, "aud": CLIENT_ID, "iat": now, "exp": now + TOKEN_SECONDS,
            "nonce": code.nonce, "auth_time": code.get_auth_time(), "acr": code.get_acr(), "amr": code.get_amr(),
        }  # fmt: skip

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def userinfo(self, person: SimulatedPerson) -> dict[str, Any]:
        return {"sub": person.subject, "name": person.name, "personal_number": person.personal_number}

    # What it is asked.

    def question(self, uri: str) -> OAuth2Error | None:
        """What is wrong with an authorization request; None where a person may be asked."""
        try:
            self.get_consent_grant(("GET", uri, {}, {}))
        except OAuth2Error as error:
            return error
        return None

    def conclude(self, uri: str, person: SimulatedPerson | None) -> Answer:
        """The person agreed (or, None, declined): back to the client."""
        grant = self.get_consent_grant(("GET", uri, {}, {}))
        answer: Answer = self.create_authorization_response(grant.request, person, grant)
        return answer

    def token(self, uri: str, form: dict[str, str], headers: dict[str, str]) -> Answer:
        answer: Answer = self.create_token_response(("POST", uri, form, headers))
        return answer

    def person_of(self, access_token: str) -> SimulatedPerson | None:
        person, until = self.access.get(access_token, (None, 0.0))
        return person if until > time.time() else None

    # What the protocol library asks of a server.

    def query_client(self, client_id: str) -> _Client | None:
        return _Client() if client_id == CLIENT_ID else None

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        self.access[token["access_token"]] = (request.user, time.time() + TOKEN_SECONDS)

    def _new_token(self, scope: str = "", **_: Any) -> dict[str, Any]:
        return {
            "token_type": "Bearer",
            "access_token": secrets.token_urlsafe(24),
            "expires_in": TOKEN_SECONDS,
            "scope": scope,
        }

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        return request if isinstance(request, OAuth2Request) else _Request(*request)

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        return status, dict(headers), body

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""
