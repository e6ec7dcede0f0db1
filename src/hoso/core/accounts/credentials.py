"""API tokens: shown once, kept as a hash, with an owner, an end and a last use."""

import secrets
from datetime import timedelta
from hashlib import sha256

from django.utils import timezone

from hoso.core.accounts.models import Account, Credential

TOKEN_PREFIX = "hoso_"


def issue_token(account: Account, name: str, days: int = 90, scopes: list[str] | None = None) -> str:
    """Make a token that works for so many days and return it; it cannot be shown again."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    Credential.objects.create(
        account=account,
        kind=Credential.Kind.API_TOKEN,
        name=name,
        secret_hash=_hash(token),
        scopes=scopes or [],
        expires_at=timezone.now() + timedelta(days=days),
    )
    return token


def account_of_token(token: str) -> Account | None:
    """The active account of a living token, else None."""
    now = timezone.now()
    credential = (
        Credential.objects.select_related("account")
        .filter(secret_hash=_hash(token), kind=Credential.Kind.API_TOKEN, revoked_at=None, expires_at__gt=now)
        .filter(account__is_active=True)
        .first()
    )
    if credential is None:
        return None
    if credential.last_used_at is None or now - credential.last_used_at > timedelta(minutes=5):
        Credential.objects.filter(pk=credential.pk).update(last_used_at=now)
    return credential.account


def _hash(token: str) -> str:
    # A token has 256 random bits: a plain hash cannot be guessed and can be looked up.
    return sha256(token.encode()).hexdigest()
