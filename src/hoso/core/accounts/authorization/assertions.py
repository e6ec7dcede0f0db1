"""A client that proves itself with its key: private_key_jwt of SMART App Launch 2.2 (RFC 7523 section 3).

Header: alg RS384 or ES384, kid, and jku only if it is the registered address. Claims: iss = sub = the client, aud = our
token endpoint, exp at most five minutes away, jti never seen before.
"""

import time
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from hoso.core.accounts.authorization.jose import BadStatement, Statement, open_statement, verify
from hoso.core.accounts.authorization.key_sets import key_set_of
from hoso.core.accounts.authorization.models import Client, UsedAssertion
from hoso.core.accounts.authorization.queries import living_client
from hoso.core.accounts.authorization.tokens import hashed

LONGEST_SECONDS = 300
CLOCK_SECONDS = 30  # how far the client's clock may be off


def client_of_assertion(assertion: str, client_id: str | None, audience: str) -> Client:
    """The client that signed the assertion for us, now, for the first time. Raises BadStatement."""
    statement = open_statement(assertion)
    issuer, subject = statement.claims.get("iss"), statement.claims.get("sub")
    if not isinstance(issuer, str) or issuer != subject:
        raise BadStatement("iss and sub must both be the client_id")
    if client_id not in (None, "", issuer):
        raise BadStatement("the assertion is of another client")
    client = living_client(issuer)
    if client is None or client.kind != Client.Kind.ASYMMETRIC:
        raise BadStatement("the client is not known")
    if "jku" in statement.header and (not client.jwks_uri or statement.header["jku"] != client.jwks_uri):
        raise BadStatement("jku is not the registered address of keys")
    if not statement.header.get("kid"):
        raise BadStatement("the assertion names no key (kid)")
    verify(statement, key_set_of(client, statement.header["kid"]))
    _check_claims(statement, audience)
    _use_once(client, statement)
    return client


def _check_claims(statement: Statement, audience: str) -> None:
    claims, now = statement.claims, time.time()
    said = claims.get("aud")
    if audience not in (said if isinstance(said, list) else [said]):
        raise BadStatement("aud is not the token endpoint")
    expires = _moment(claims, "exp")
    if expires is None or expires < now - CLOCK_SECONDS:
        raise BadStatement("the assertion has expired")
    if expires > now + LONGEST_SECONDS + CLOCK_SECONDS:
        raise BadStatement("exp is more than five minutes away")
    for name in ("nbf", "iat"):
        moment = _moment(claims, name)
        if moment is not None and moment > now + CLOCK_SECONDS:
            raise BadStatement(f"{name} lies in the future")


def _moment(claims: dict[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadStatement(f"{name} is no number")
    return float(value)


def _use_once(client: Client, statement: Statement) -> None:
    jti = statement.claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= 255:
        raise BadStatement("jti is missing")
    UsedAssertion.objects.filter(client=client, expires_at__lt=timezone.now()).delete()
    forgotten_at = datetime.fromtimestamp(statement.claims["exp"] + 2 * CLOCK_SECONDS, UTC)
    try:
        with transaction.atomic():
            UsedAssertion.objects.create(client=client, jti_hash=hashed(jti), expires_at=forgotten_at)
    except IntegrityError as error:
        raise BadStatement("the assertion was used before (jti)") from error
