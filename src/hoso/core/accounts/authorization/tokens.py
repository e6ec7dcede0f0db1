"""Issuing, finding and ending codes and tokens. Each is 256 random bits, told once and kept as a hash."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import QuerySet
from django.utils import timezone

from hoso.core.accounts.authorization.models import Grant, Token

ACCESS_PREFIX, REFRESH_PREFIX = "hosoat_", "hosort_"  # so that a leaked one is recognised by scanners
CODE_LIFE = timedelta(seconds=60)
ACCESS_LIFE = timedelta(hours=1)
BACKEND_LIFE = timedelta(minutes=5)  # SMART Backend Services: expires_in SHOULD NOT exceed 300
REFRESH_LIFE = timedelta(days=30)  # without use; each use gives a new one
GRANT_LIFE = timedelta(days=180)  # then the person is asked again


@dataclass(frozen=True)
class Issue:
    """A token as it is to be written down."""

    kind: str
    value: str
    scopes: str
    life: timedelta
    with_id_token: bool = False


def new_value(prefix: str = "") -> str:
    return prefix + secrets.token_urlsafe(32)


def hashed(value: str) -> str:
    """What is kept of a code or token; a plain hash will do, as 256 random bits cannot be guessed."""
    return sha256(value.encode()).hexdigest()


def keep(grant: Grant, issue: Issue) -> Token:
    """Write a token down; it never outlives its grant."""
    now = timezone.now()
    return Token.objects.create(
        grant=grant,
        kind=issue.kind,
        token_hash=hashed(issue.value),
        scopes=issue.scopes,
        with_id_token=issue.with_id_token,
        issued_at=now,
        expires_at=min(now + issue.life, grant.expires_at),
    )


def find(value: str, kind: str = "", lock: bool = False) -> Token | None:
    """The token of this value, living or not; `lock` holds its grant until the transaction ends."""
    found: QuerySet[Token] = Token.objects.select_related("grant__client", "grant__account")
    if lock:
        found = found.select_for_update(of=("self", "grant"))
    if kind:
        found = found.filter(kind=kind)
    return found.filter(token_hash=hashed(value)).first()


def revoke_grant(grant: Grant, because: str, now: datetime | None = None) -> None:
    """End a grant and with it every token of its family, at once."""
    Grant.objects.filter(pk=grant.pk, revoked_at=None).update(revoked_at=now or timezone.now(), revoked_because=because)


def revoke_token(token: Token) -> None:
    """End one access token; of a refresh token, the whole family (RFC 7009 section 2.1)."""
    if token.kind == Token.Kind.REFRESH:
        revoke_grant(token.grant, "revoked by the client")
    else:
        Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
