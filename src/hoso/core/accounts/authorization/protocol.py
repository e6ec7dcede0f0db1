"""OAuth 2 and OpenID Connect as Authlib does them, wired to our tables: but for the simulated VNeID the only file
that knows Authlib.

What is ours here: PKCE with S256 always, codes and refresh tokens that end their family when used twice, scopes of
SMART, and keys instead of secrets for Backend Services (docs/decisions/0040-authorization-server.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.django_oauth2 import AuthorizationServer
from authlib.integrations.django_oauth2.requests import DjangoOAuth2Payload, DjangoOAuth2Request
from authlib.oauth2 import OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError, InvalidScopeError, grants
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oidc.core.errors import ConsentRequiredError
from authlib.oidc.core.grants import OpenIDCode
from authlib.oidc.core.util import create_half_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from hoso.core.accounts.authorization import introspection, jose, keys, record, tokens
from hoso.core.accounts.authorization.addresses import TOKEN, audiences, base_url
from hoso.core.accounts.authorization.assertions import client_of_assertion
from hoso.core.accounts.authorization.identity import fhir_user, id_token_claims
from hoso.core.accounts.authorization.key_sets import LOOPBACK
from hoso.core.accounts.authorization.models import Client, Grant, Token
from hoso.core.accounts.authorization.queries import living_client, may_act_now
from hoso.core.accounts.authorization.scopes import for_people, for_software, is_for_fhir, refused, without
from hoso.core.accounts.models import Account

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CONFIDENTIAL = ["private_key_jwt", "client_secret_basic", "client_secret_post"]
EVERY_METHOD = [*CONFIDENTIAL, "none"]
ProtocolError = OAuth2Error


@dataclass(frozen=True)
class Decision:
    """What the person decided and under what sign-in; `patient` is the FHIR id of the patient in context."""

    account: Account
    second_factor: bool
    signed_in_at: datetime
    patient: str = ""


@dataclass(frozen=True)
class Asked:
    """A valid authorization request: who asks, for what, where the answer goes."""

    client: Client
    scopes: str
    redirect_uri: str


class _Request(DjangoOAuth2Request):
    """Authlib refuses plain http; on this very machine it is good enough (a demonstration, a test)."""

    def __init__(self, request: HttpRequest) -> None:
        uri = request.build_absolute_uri()
        if urlsplit(uri).hostname in LOOPBACK:
            uri = uri.replace("http://", "https://", 1)
        OAuth2Request.__init__(self, method=request.method, uri=uri, headers=request.headers)
        self.payload = DjangoOAuth2Payload(request)
        self._request = request


class _Server(AuthorizationServer):
    def create_oauth2_request(self, request: HttpRequest) -> OAuth2Request:
        return _Request(request)

    def query_client(self, client_id: str) -> Client | None:
        return living_client(client_id)

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        """Write the tokens of an answer down; the context of the launch is told beside them."""
        grant, how = _grant_of(token, request)
        life = tokens.BACKEND_LIFE if how == "client_credentials" else tokens.ACCESS_LIFE
        with_id_token = how == "authorization_code" and "openid" in token["scope"].split()
        tokens.keep(grant, tokens.Issue(Token.Kind.ACCESS, token["access_token"], token["scope"], life, with_id_token))
        if "refresh_token" in token:
            tokens.keep(
                grant, tokens.Issue(Token.Kind.REFRESH, token["refresh_token"], grant.scopes, tokens.REFRESH_LIFE)
            )
        if grant.patient:
            token["patient"] = grant.patient
        Client.objects.filter(pk=grant.client.pk).update(last_used_at=timezone.now())
        record.record_issue(request._request, grant, how)

    def authenticate_client(self, request: Any, methods: list[str], endpoint: str = "token") -> Client:
        form = request.form
        ways = [request.headers.get("Authorization", "").lower().startswith("basic "), "client_secret" in form]
        if sum([*ways, "client_assertion" in form]) > 1:  # RFC 6749 section 2.3
            raise InvalidRequestError("more than one way of client authentication")
        client: Client = super().authenticate_client(request, methods, endpoint)
        return client


def _grant_of(token: dict[str, Any], request: Any) -> tuple[Grant, str]:
    how = request.payload.grant_type
    if how == "authorization_code":
        return request.authorization_code, how
    if how == "refresh_token":
        return request.refresh_token.grant, how
    client: Client = request.client
    assert client.account is not None  # check_grant_type
    grant = Grant.objects.create(
        client=client,
        account=client.account,
        scopes=token["scope"],
        second_factor=True,  # a key that never leaves the client is more than a password
        expires_at=timezone.now() + tokens.BACKEND_LIFE,
    )
    return grant, how


class _CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = EVERY_METHOD
    decision: Decision

    def validate_authorization_request(self) -> str:
        redirect_uri: str = super().validate_authorization_request()
        data = self.request.payload.data
        if data.get("request") or data.get("request_uri"):
            raise OAuth2Error(error="request_not_supported", redirect_uri=redirect_uri)
        if data.get("prompt") == "none":
            raise ConsentRequiredError(redirect_uri=redirect_uri)  # the person is always asked
        self.request.scope = for_people(self.request.scope)
        if not self.request.scope:
            raise InvalidScopeError(redirect_uri=redirect_uri)
        audience = data.get("aud", "")
        if audience.rstrip("/") not in ("", *audiences(self.request._request)):
            raise InvalidRequestError("aud is no API of this server", redirect_uri=redirect_uri)
        if not audience and is_for_fhir(self.request.scope):
            raise InvalidRequestError("aud is missing", redirect_uri=redirect_uri)
        return redirect_uri

    def generate_authorization_code(self) -> str:
        return tokens.new_value()

    def save_authorization_code(self, code: str, request: Any) -> None:
        now, data, decision = timezone.now(), request.payload.data, self.decision
        scopes = request.scope if fhir_user(decision.account, "x") else without(request.scope, "fhirUser")
        grant = Grant.objects.create(
            client=request.client,
            account=decision.account,
            scopes=scopes,
            audience=data.get("aud", "").rstrip("/"),
            patient=decision.patient,
            second_factor=decision.second_factor,
            code_hash=tokens.hashed(code),
            code_challenge=data["code_challenge"],
            code_expires_at=now + tokens.CODE_LIFE,
            redirect_uri=request.payload.redirect_uri,
            nonce=data.get("nonce", "")[:255].replace("\x00", ""),
            signed_in_at=decision.signed_in_at,
            expires_at=min(now + tokens.GRANT_LIFE, request.client.expires_at),
        )
        record.record_grant(request._request, grant)

    def query_authorization_code(self, code: str, client: Client) -> Grant | None:
        """The unused code of this client. A code shown a second time was stolen: its tokens end (RFC 6749 4.1.2)."""
        held = Grant.objects.select_related("client", "account").select_for_update(of=("self",))
        grant = held.filter(code_hash=tokens.hashed(code)).first()
        if grant is None:
            return None
        if grant.code_used_at:
            tokens.revoke_grant(grant, "code used twice")
            record.record_end(self.request._request, grant, "code used twice")
            return None
        assert grant.code_expires_at is not None
        lives = grant.revoked_at is None and grant.code_expires_at > timezone.now()
        return grant if lives and grant.client_id == client.pk else None

    def delete_authorization_code(self, authorization_code: Grant) -> None:
        Grant.objects.filter(pk=authorization_code.pk).update(code_used_at=timezone.now())

    def authenticate_user(self, authorization_code: Grant) -> Account | None:
        grant = authorization_code
        return grant.account if may_act_now(grant.client, grant.account) else None


class _Pkce(CodeChallenge):
    """S256 for every client, confidential ones too; `plain` and nothing at all are refused before anybody is asked."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)
    DEFAULT_CODE_CHALLENGE_METHOD = "S256"

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        if grant.request.payload.data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE is required: code_challenge_method must be S256")
        super().validate_code_challenge(grant, redirect_uri)


class _IdToken(OpenIDCode):
    def exists_nonce(self, nonce: str, request: Any) -> bool:
        return False  # the client checks its nonce; PKCE and single use protect the code

    def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
        claims = id_token_claims(request.authorization_code, token["scope"], base_url(request._request))
        claims["at_hash"] = create_half_hash(token["access_token"], jose.SIGNING_ALGORITHM).decode()
        return jose.sign(claims, keys.signing_key())


class _RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = EVERY_METHOD
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
        """The living token. One that was exchanged already is in two hands: its whole family ends (RFC 9700 4.14)."""
        token = tokens.find(refresh_token, Token.Kind.REFRESH, lock=True)
        if token is None:
            return None
        if token.used_at and token.grant.revoked_at is None:
            tokens.revoke_grant(token.grant, "refresh token used twice")
            record.record_end(self.request._request, token.grant, "refresh token used twice")
        if not token.lives_at(timezone.now()) or not may_act_now(token.grant.client, token.grant.account):
            return None
        return token

    def authenticate_user(self, refresh_token: Token) -> Account:
        return refresh_token.grant.account

    def revoke_old_credential(self, refresh_token: Token) -> None:
        Token.objects.filter(pk=refresh_token.pk).update(used_at=timezone.now())


class _BackendGrant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("private_key_jwt",)

    def validate_token_request(self) -> None:
        super().validate_token_request()
        scope = self.request.payload.scope or ""
        if not scope or for_software(scope) != scope or refused(scope, self.request.client.scopes):
            raise InvalidScopeError()
        if not may_act_now(self.request.client, self.request.client.account):
            raise InvalidClientError(description="the account of the client may not act now")


class _Introspection(IntrospectionEndpoint):
    """RFC 7662: a client about its own tokens; with an access token that holds INTROSPECT, about all."""

    CLIENT_AUTH_METHODS = CONFIDENTIAL

    def authenticate_endpoint_client(self, request: Any) -> Client:
        kind, _, value = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return super().authenticate_endpoint_client(request)  # type: ignore[no-any-return]
        token = tokens.find(value.strip(), Token.Kind.ACCESS)
        if token is None or not introspection.may_introspect(token):
            raise InvalidClientError(status_code=401, description="the token may not introspect")
        request.sees_all = True
        return token.grant.client

    def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:
        token = tokens.find(token_string)
        return token if token and may_act_now(token.grant.client, token.grant.account) else None

    def check_permission(self, token: Token, client: Client, request: Any) -> bool:
        return getattr(request, "sees_all", False) or token.check_client(client)

    def create_endpoint_response(self, request: Any) -> Any:
        self.base = base_url(request._request)
        return super().create_endpoint_response(request)

    def introspect_token(self, token: Token) -> dict[str, Any]:
        return introspection.answer(token, self.base)


class _Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = EVERY_METHOD

    def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:
        return tokens.find(token_string)

    def revoke_token(self, token: Token, request: Any) -> None:
        tokens.revoke_token(token)
        record.record_end(request._request, token.grant, f"{token.kind} token revoked by")


def _by_assertion(_query_client: Any, request: Any) -> Client | None:
    """private_key_jwt."""
    form = request.form
    if "client_assertion" not in form:
        return None
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise InvalidClientError(description="client_assertion_type is wrong")
    audience = base_url(request._request) + TOKEN
    try:
        return client_of_assertion(form["client_assertion"], form.get("client_id"), audience)
    except jose.BadStatement as error:
        raise InvalidClientError(description=str(error)) from error


def _new_tokens(
    grant_type: str, client: Client, user: Any = None, scope: str | None = None, expires_in: Any = None,
    include_refresh_token: bool = True,
) -> dict[str, Any]:  # fmt: skip
    allowed = client.get_allowed_scope(scope)
    if allowed is None:
        raise InvalidScopeError()
    life = tokens.BACKEND_LIFE if grant_type == "client_credentials" else tokens.ACCESS_LIFE
    token = {
        "token_type": "Bearer",
        "access_token": tokens.new_value(tokens.ACCESS_PREFIX),
        "expires_in": int(life.total_seconds()),
        "scope": allowed,
    }
    again = grant_type == "refresh_token" or (include_refresh_token and "offline_access" in allowed.split())
    return token | ({"refresh_token": tokens.new_value(tokens.REFRESH_PREFIX)} if again else {})


@cache
def _server() -> _Server:
    server = _Server(Client, Token)
    server.register_token_generator("default", _new_tokens)
    server.register_client_auth_method("private_key_jwt", _by_assertion)
    server.register_grant(_CodeGrant, [_Pkce(required=True), _IdToken()])
    server.register_grant(_RefreshGrant)
    server.register_grant(_BackendGrant)
    server.register_endpoint(_Introspection)
    server.register_endpoint(_Revocation)
    return server


def examine(request: HttpRequest) -> Asked:
    """What an authorization request asks. Raises ProtocolError; with a `redirect_uri` the client is to be told."""
    grant = _server().get_consent_grant(request)
    return Asked(grant.request.client, grant.request.scope, grant.redirect_uri)


def conclude(request: HttpRequest, decision: Decision | None) -> HttpResponse:
    """The redirect with a code, or, where the person declined (None), with the refusal."""
    grant = _server().get_consent_grant(request)
    grant.decision = decision
    with transaction.atomic():
        user = decision.account if decision else None
        answer: HttpResponse = _server().create_authorization_response(grant.request, user, grant)
    return answer


def tell_client(request: HttpRequest, error: OAuth2Error) -> HttpResponse:
    """The redirect that tells the client of an error."""
    answer: HttpResponse = _server().handle_error_response(request, error)
    return answer


def token_answer(request: HttpRequest) -> HttpResponse:
    return _answer(request, lambda: _server().create_token_response(request))


def introspection_answer(request: HttpRequest) -> HttpResponse:
    return _answer(request, lambda: _server().create_endpoint_response("introspection", request))


def revocation_answer(request: HttpRequest) -> HttpResponse:
    return _answer(request, lambda: _server().create_endpoint_response("revocation", request))


def _answer(request: HttpRequest, make: Callable[[], HttpResponse]) -> HttpResponse:
    """One transaction. A refusal commits too: what it ended (a family, a code) stays ended."""
    try:
        with transaction.atomic():
            return make()
    except OAuth2Error as error:  # before the library's own handling: plain http
        return tell_client(request, error)
