"""What is told about a token (RFC 7662; SMART App Launch 2.2, token introspection)."""

from typing import Any

from django.utils import timezone

from hoso.core.access.narrowing import narrowed
from hoso.core.access.roles import held_roles
from hoso.core.accounts.authorization.identity import fhir_user, launch_context, subject
from hoso.core.accounts.authorization.models import Token
from hoso.core.accounts.authorization.permits import allowed_permissions
from hoso.core.accounts.authorization.queries import may_act_now

PERMISSION = "token.introspect"


def may_introspect(token: Token) -> bool:
    """Whether this access token opens the answer about every token: its scopes and its account's roles must."""
    if not token.lives_at(timezone.now()) or not may_act_now(token.grant.client, token.grant.account):
        return False
    roles = narrowed(held_roles(token.grant.account_id), allowed_permissions(token.scopes.split(), "own"))
    return any(PERMISSION in role.permissions for role in roles)


def answer(token: Token, base: str) -> dict[str, Any]:
    """The answer about a living token."""
    grant = token.grant
    told: dict[str, Any] = {
        "active": True,
        "scope": token.scopes,
        "client_id": grant.client.client_id,
        "token_type": "Bearer" if token.kind == Token.Kind.ACCESS else "refresh_token",
        "exp": int(token.expires_at.timestamp()),
        "iat": int(token.issued_at.timestamp()),
        "iss": base,
        "sub": subject(grant.account),
    }
    if grant.audience:
        told["aud"] = grant.audience
    told |= launch_context(grant)
    if token.with_id_token and "fhirUser" in token.scopes.split():
        told["fhirUser"] = fhir_user(grant.account, base)
    return told
