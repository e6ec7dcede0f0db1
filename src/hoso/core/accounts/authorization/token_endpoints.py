"""What a token is worth (RFC 7662) and ending it (RFC 7009), as Authlib has them."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from hoso.core.accounts.authorization import introspection, record, tokens
from hoso.core.accounts.authorization.addresses import base_url
from hoso.core.accounts.authorization.grants import CONFIDENTIAL, EVERY_METHOD
from hoso.core.accounts.authorization.models import Client, Token
from hoso.core.accounts.authorization.queries import may_act_now


class Introspection(IntrospectionEndpoint):
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


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = EVERY_METHOD

    def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:
        return tokens.find(token_string)

    def revoke_token(self, token: Token, request: Any) -> None:
        tokens.revoke_token(token)
        record.record_end(request._request, token.grant, f"{token.kind} token revoked by")
