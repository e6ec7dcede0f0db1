"""The keys that sign ID tokens: made, used, replaced, and published as long as anything they signed is valid."""

from datetime import timedelta

from django.utils import timezone

from hoso.core.accounts.authorization import jose
from hoso.core.accounts.authorization.models import SigningKey
from hoso.core.accounts.authorization.tokens import ACCESS_LIFE
from hoso.core.database.field_encryption import field_keys

SIGNS_FOR = timedelta(days=90)
ID_TOKEN_LIFE = ACCESS_LIFE
KEPT_PUBLISHED = ID_TOKEN_LIFE + timedelta(hours=1)  # after the last signature, for clocks that go wrong
USE = "authorization.signing_key"


def signing_key() -> jose.PrivateKey:
    """The newest key that may sign; a new one where there is none. Raises HosoError HS2240, HS2241."""
    found = SigningKey.objects.filter(signs_until__gt=timezone.now()).order_by("-created_at").first()
    if found is None:
        return _make_key()
    return jose.key_of_pem(field_keys().decrypt(found.private_pem, USE).encode(), found.kid)


def rotate() -> str:
    """Make a new key and let the others sign no more; returns the new key's id.

    What the old ones signed is still verified: they stay published until it has expired.
    """
    now = timezone.now()
    SigningKey.objects.filter(signs_until__gt=now).update(signs_until=now, published_until=now + KEPT_PUBLISHED)
    return str(_make_key().kid)


def published_keys() -> dict[str, list[dict[str, object]]]:
    """The JWK Set by which others verify our signatures."""
    now = timezone.now()
    if not SigningKey.objects.filter(signs_until__gt=now).exists():
        _make_key()
    found = SigningKey.objects.filter(published_until__gt=now).order_by("-created_at")
    return {"keys": [key.public_jwk for key in found]}


def renew_signing_keys() -> int:
    """Bring every private half under the newest field key; returns how many were written anew."""
    written = 0
    for key in SigningKey.objects.order_by("created_at"):
        renewed = field_keys().renew(key.private_pem, USE)
        if renewed != key.private_pem:
            SigningKey.objects.filter(pk=key.pk).update(private_pem=renewed)
            written += 1
    return written


def _make_key() -> jose.PrivateKey:
    key = jose.new_signing_key()
    now = timezone.now()
    SigningKey.objects.create(
        kid=str(key.kid),
        public_jwk=jose.public_jwk(key),
        private_pem=field_keys().encrypt(jose.private_pem(key).decode(), USE),
        created_at=now,
        signs_until=now + SIGNS_FOR,
        published_until=now + SIGNS_FOR + KEPT_PUBLISHED,
    )
    return key
