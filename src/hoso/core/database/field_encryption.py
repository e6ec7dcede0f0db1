"""Fields that are kept encrypted in the database, with keys from the secrets folder that can be rotated.

A kept value reads `enc1:<key id>:<base64 of nonce and ciphertext>` (AES-256-GCM). What the field is for is bound in as
associated data, so that a value copied from one column to another cannot be read. New values take the newest key;
older keys stay in the folder until nothing is kept under them any more. Machines that share a database share the folder.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from hoso.core.database.key_folder import KeyFolder
from hoso.core.errors import HosoError

SCHEME = "enc1"
NONCE_BYTES = 12  # NIST SP 800-38D: 96 bits, random for every value
FOLDER = "field-keys"


class FieldKeys(KeyFolder):
    """The keys of encrypted fields."""

    def encrypt(self, text: str, use: str) -> str:
        """The value to keep. `use` names the field, as `account.totp`, and must be given again to read it."""
        key_id, nonce = self.current_id(), secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + AESGCM(self.key(key_id)).encrypt(nonce, text.encode(), _bound(key_id, use))
        return f"{SCHEME}:{key_id}:{urlsafe_b64encode(sealed).decode()}"

    def decrypt(self, kept: str, use: str) -> str:
        """The text that was encrypted for this use.

        Raises HosoError HS2240 where its key is missing, HS2241 where the value was altered or is of another use.
        """
        scheme, _, rest = kept.partition(":")
        key_id, _, sealed = rest.partition(":")
        if scheme != SCHEME or not sealed:
            raise HosoError("HS2241", use=use)
        content = urlsafe_b64decode(sealed)
        cipher = AESGCM(self.key(key_id))
        try:
            return cipher.decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], _bound(key_id, use)).decode()
        except InvalidTag:
            raise HosoError("HS2241", use=use) from None

    def renew(self, kept: str, use: str) -> str:
        """The same text under the newest key; a value that is already under it is given back as it is."""
        return kept if key_of(kept) == self.current_id() else self.encrypt(self.decrypt(kept, use), use)


def is_encrypted(kept: str) -> bool:
    return kept.startswith(f"{SCHEME}:")


def key_of(kept: str) -> str:
    """The id of the key a kept value is under; empty for one that is not encrypted."""
    return kept.split(":", 2)[1] if is_encrypted(kept) else ""


def field_keys() -> FieldKeys:
    """The keys of this installation."""
    return FieldKeys(settings.HOSO_HOME / "secrets" / FOLDER)


def _bound(key_id: str, use: str) -> bytes:
    return f"{SCHEME}:{key_id}:{use}".encode()
