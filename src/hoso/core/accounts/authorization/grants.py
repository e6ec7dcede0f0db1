"""What a client may show for a token, as Authlib has it: a code with PKCE, a refresh token, a signed statement.

A code or refresh token that is used twice ends everything it ever gave (docs/decisions/0040-authorization-server.md).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError, InvalidScopeError, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.errors import ConsentRequiredError
from authlib.oidc.core.grants import OpenIDCode
from authlib.oidc.core.util import create_half_hash
from django.utils import timezone

from hoso.core.accounts.authorization import jose, keys, record, tokens
from hoso.core.accounts.authorization.addresses import audiences, base_url
from hoso.core.accounts.authorization.identity import fhir_user, id_token_claims
from hoso.core.accounts.authorization.models import Client, Grant, Token
from hoso.core.accounts.authorization.queries import may_act_now
from hoso.core.accounts.authorization.scopes import (
    LAUNCH,
    LAUNCH_ENCOUNTER,
    for_people,
    for_software,
    is_for_fhir,
    refused,
    without,
)
from hoso.core.accounts.models import Account

CONFIDENTIAL = ["private_key_jwt", "client_secret_basic", "client_secret_post"]
EVERY_METHOD = [*CONFIDENTIAL, "none"]


@dataclass(frozen=True)
class Decision:
    """What the person decided and under what sign-in; `patient` and `encounter` are the FHIR ids of what is in context."""

    account: Account
    second_factor: bool
    signed_in_at: datetime
    patient: str = ""
    encounter: str = ""


class CodeGrant(grants.AuthorizationCodeGrant):
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
        self._check_launch(redirect_uri, data.get("launch", ""))
        if not self.request.scope:
            raise InvalidScopeError(redirect_uri=redirect_uri)
        audience = data.get("aud", "")
        if audience.rstrip("/") not in ("", *audiences(self.request._request)):
            raise InvalidRequestError("aud is no API of this server", redirect_uri=redirect_uri)
        if not audience and is_for_fhir(self.request.scope):
            raise InvalidRequestError("aud is missing", redirect_uri=redirect_uri)
        return redirect_uri

    def _check_launch(self, redirect_uri: str, launch: str) -> None:
        """Opened from a page, the client asks for `launch`; by itself it has nothing of that to ask for."""
        asks = LAUNCH in self.request.scope.split()
        if launch and not asks:
            raise InvalidScopeError("the scope launch is missing", redirect_uri=redirect_uri)
        if asks and not launch:
            self.request.scope = without(self.request.scope, LAUNCH)

    def generate_authorization_code(self) -> str:
        return tokens.new_value()

    def save_authorization_code(self, code: str, request: Any) -> None:
        now, data, decision = timezone.now(), request.payload.data, self.decision
        scopes = request.scope if fhir_user(decision.account, "x") else without(request.scope, "fhirUser")
        scopes = scopes if decision.encounter else without(scopes, LAUNCH_ENCOUNTER)
        grant = Grant.objects.create(
            client=request.client,
            account=decision.account,
            scopes=scopes,
            audience=data.get("aud", "").rstrip("/"),
            patient=decision.patient,
            encounter=decision.encounter,
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


class Pkce(CodeChallenge):
    """S256 for every client, confidential ones too; `plain` and nothing at all are refused before anybody is asked."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)
    DEFAULT_CODE_CHALLENGE_METHOD = "S256"

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        if grant.request.payload.data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE is required: code_challenge_method must be S256")
        super().validate_code_challenge(grant, redirect_uri)


class IdToken(OpenIDCode):
    def exists_nonce(self, nonce: str, request: Any) -> bool:
        return False  # the client checks its nonce; PKCE and single use protect the code

    def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
        claims = id_token_claims(request.authorization_code, token["scope"], base_url(request._request))
        claims["at_hash"] = create_half_hash(token["access_token"], jose.SIGNING_ALGORITHM).decode()
        return jose.sign(claims, keys.signing_key())


class RefreshGrant(grants.RefreshTokenGrant):
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


class BackendGrant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("private_key_jwt",)

    def validate_token_request(self) -> None:
        super().validate_token_request()
        scope = self.request.payload.scope or ""
        if not scope or for_software(scope) != scope or refused(scope, self.request.client.scopes):
            raise InvalidScopeError()
        if not may_act_now(self.request.client, self.request.client.account):
            raise InvalidClientError(description="the account of the client may not act now")
