"""Sessions of the insurer's shape: an access token and an id token, nothing kept of either.

The access token is signed and names the secret it was opened with. The id token is a keyed hash over the access token
and the MD5 that opened it: so each request, which carries all three, proves the MD5 without a slow hash and without the
house keeping a quick one.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from django.core import signing
from django.utils.crypto import salted_hmac

from hoso.core.accounts.insurer_secrets import credential_of, living_credential
from hoso.core.accounts.models import Credential

SALT = "hoso.insurer-gateway"
LASTS = timedelta(hours=8)


@dataclass(frozen=True)
class Session:
    access_token: str
    id_token: str
    username: str
    ends_at: datetime


def open_session(username: str, password_md5: str) -> Session | None:
    """A session for the user name and the MD5 of its password; None where they do not belong together."""
    credential = credential_of(username, password_md5)
    if credential is None:
        return None
    access = signing.TimestampSigner(salt=SALT).sign(str(credential.pk))
    ends_at = datetime.now(UTC) + LASTS
    return Session(access, _id_token(access, password_md5), credential.account.username, ends_at)


def credential_of_session(access_token: str, id_token: str, password_md5: str) -> Credential | None:
    """The living secret behind a request, where all three of its headers belong together."""
    if not hmac.compare_digest(_id_token(access_token, password_md5), id_token):
        return None
    try:
        number = signing.TimestampSigner(salt=SALT).unsign(access_token, max_age=LASTS)
    except signing.BadSignature:
        return None
    return living_credential(int(number))


def _id_token(access_token: str, password_md5: str) -> str:
    text = f"{access_token}\n{password_md5.strip().upper()}"
    return salted_hmac(SALT + ".id", text, algorithm=sha256().name).hexdigest()
