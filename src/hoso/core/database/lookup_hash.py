"""Finding a row by a number that is not kept: a keyed hash with a key from the secrets folder, which is never rotated.

Without the key nobody can try out all twelve-digit numbers against a stolen table.
"""

import hmac
import secrets
from collections.abc import Iterable
from hashlib import sha256

from django.conf import settings

from hoso.core.files.durable import first_file


def lookup_hash(value: str, use: str) -> str:
    """The hash to keep and to look for; the same value for another `use` has another hash. Empty stays empty."""
    if not value:
        return ""
    return lookup_hashes([value], use)[0]


def lookup_hashes(values: Iterable[str], use: str) -> list[str]:
    """Of many values that are not empty, the key read once."""
    key = _key()
    return [hmac.new(key, f"{use}:{value}".encode(), sha256).hexdigest() for value in values]


def _key() -> bytes:
    path = settings.HOSO_HOME / "secrets" / "lookup-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        first_file(path, secrets.token_bytes(32))
    return bytes(path.read_bytes())
