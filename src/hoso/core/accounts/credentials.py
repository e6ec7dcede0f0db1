"""API tokens: shown once, kept as a hash, with an owner, an end and a last use.

Two shapes of the same thing: our own, and that of DHIS2's personal access tokens (`d2pat_`, 32 letters or digits, their
CRC-32 as ten digits), for software that only knows those.
"""

import secrets
import string
from datetime import timedelta
from hashlib import sha256
from typing import Literal
from zlib import crc32

from django.utils import timezone

from hoso.core.accounts.models import Account, Credential
from hoso.core.database.prepared import first_of

TOKEN_PREFIX, DHIS2_PREFIX = "hoso_", "d2pat_"
DHIS2_LENGTH = 32
USE_NOTED_EVERY = timedelta(minutes=5)
_LIVING_TOKEN = "secret_hash = %s::text AND kind = %s::text AND revoked_at IS NULL AND expires_at > %s::timestamptz"
Shape = Literal["hoso", "dhis2"]


def issue_token(
    account: Account, name: str, days: int = 90, scopes: list[str] | None = None, shape: Shape = "hoso"
) -> str:
    """Make a token that works for so many days and return it; it cannot be shown again. No scopes: no narrowing."""
    token = _dhis2_token() if shape == "dhis2" else TOKEN_PREFIX + secrets.token_urlsafe(32)
    Credential.objects.create(
        account=account,
        kind=Credential.Kind.API_TOKEN,
        name=name,
        secret_hash=_hash(token),
        scopes=scopes or [],
        expires_at=timezone.now() + timedelta(days=days),
    )
    return token


def credential_of_token(token: str) -> Credential | None:
    """The living token of an active account, else None."""
    if token.startswith(DHIS2_PREFIX) and not _is_dhis2_token(token):
        return None
    credential = first_of(Credential, _LIVING_TOKEN, [_hash(token), Credential.Kind.API_TOKEN.value, timezone.now()])
    if credential is None:
        return None
    account = first_of(Account, "id = %s::bigint AND is_active", [credential.account_id])
    if account is None:
        return None
    credential.account = account
    return credential


def note_use(credential: Credential) -> None:
    """Keep when it was last used, to some minutes; after its account was let in, since this keeps the account in use."""
    now = timezone.now()
    if credential.last_used_at is None or now - credential.last_used_at > USE_NOTED_EVERY:
        Credential.objects.filter(pk=credential.pk).update(last_used_at=now)


def _dhis2_token() -> str:
    code = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(DHIS2_LENGTH))
    return f"{DHIS2_PREFIX}{code}{crc32(code.encode()):010d}"


def _is_dhis2_token(token: str) -> bool:
    """Whether the checksum is right: a mistyped token costs no look-up."""
    code, checksum = token.removeprefix(DHIS2_PREFIX)[:DHIS2_LENGTH], token.removeprefix(DHIS2_PREFIX)[DHIS2_LENGTH:]
    return checksum == f"{crc32(code.encode()):010d}"


def _hash(token: str) -> str:
    # A token has 256 random bits: a plain hash cannot be guessed and can be looked up.
    return sha256(token.encode()).hexdigest()
