"""OAuth 2 and OpenID Connect as Authlib does them, wired to our tables: the server, how clients prove themselves, and the
answers of its addresses. But for the simulated VNeID only this file, `grants.py` and `token_endpoints.py` know Authlib.

What is ours: PKCE with S256 always, codes and refresh tokens that end their family when used twice, scopes of SMART, and
keys instead of secrets for Backend Services (docs/decisions/0040-authorization-server.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.django_oauth2 import AuthorizationServer
from authlib.integrations.django_oauth2.requests import DjangoOAuth2Payload, DjangoOAuth2Request
from authlib.oauth2 import OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError, InvalidScopeError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from hoso.core.accounts.authorization import jose, record, tokens
from hoso.core.accounts.authorization.addresses import TOKEN, base_url
from hoso.core.accounts.authorization.assertions import client_of_assertion
from hoso.core.accounts.authorization.grants import BackendGrant, CodeGrant, Decision, IdToken, Pkce, RefreshGrant
from hoso.core.accounts.authorization.identity import launch_context
from hoso.core.accounts.authorization.key_sets import LOOPBACK
from hoso.core.accounts.authorization.models import Client, Grant, Token
from hoso.core.accounts.authorization.queries import living_client
from hoso.core.accounts.authorization.scopes import LAUNCH
from hoso.core.accounts.authorization.token_endpoints import Introspection, Revocation

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ProtocolError = OAuth2Error


@dataclass(frozen=True)
class Asked:
    """A valid authorization request: who asks, for what, where the answer goes."""

    client: Client
    scopes: str
    redirect_uri: str
    launch: str = ""  # the value by which a page of ours opened the client; empty: it came by itself


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
        token.update(launch_context(grant))
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
    server.register_grant(CodeGrant, [Pkce(required=True), IdToken()])
    server.register_grant(RefreshGrant)
    server.register_grant(BackendGrant)
    server.register_endpoint(Introspection)
    server.register_endpoint(Revocation)
    return server


def examine(request: HttpRequest) -> Asked:
    """What an authorization request asks. Raises ProtocolError; with a `redirect_uri` the client is to be told."""
    grant = _server().get_consent_grant(request)
    launch = grant.request.payload.data.get("launch", "") if LAUNCH in grant.request.scope.split() else ""
    return Asked(grant.request.client, grant.request.scope, grant.redirect_uri, launch)


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


def refuse_launch(request: HttpRequest, asked: Asked) -> HttpResponse:
    """The redirect that tells the client that its `launch` leads nowhere, and no more than that."""
    told = "HS2410 the launch was used, is over, or is not for you: open the app again from the page of the record"
    return tell_client(
        request, InvalidRequestError(told, redirect_uri=asked.redirect_uri, state=request.GET.get("state"))
    )


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
