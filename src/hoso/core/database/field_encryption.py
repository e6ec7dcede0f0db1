"""Fields that are kept encrypted in the database, with keys from the secrets folder that can be rotated.

A kept value reads `enc1:<key id>:<base64 of nonce and ciphertext>` (AES-256-GCM). What the field is for is bound in as
associated data, so that a value copied from one column to another cannot be read. New values take the newest key;
older keys stay in the folder until nothing is kept under them any more. Machines that share a database share the folder.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from hoso.core.errors import HosoError

SCHEME = "enc1"
NONCE_BYTES = 12  # NIST SP 800-38D: 96 bits, random for every value
FOLDER = "field-keys"


class FieldKeys:
    """The keys of one folder: a file for each, named by its id (`0001`, `0002`, …), readable by the owner alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ids(self) -> list[str]:
        """Ids of the keys there are, oldest first."""
        return sorted(path.name for path in self.folder.glob("[0-9]*")) if self.folder.exists() else []

    def current_id(self) -> str:
        """The key that new values take; the first one is made when there is none."""
        known = self.ids()
        return known[-1] if known else self.add()

    def add(self) -> str:
        """Make a new key, which new values take from now on; returns its id."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        last = self.ids()
        number = f"{int(last[-1]) + 1 if last else 1:04}"
        path = self.folder / number
        unfinished = self.folder / f"new-{secrets.token_hex(4)}"
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(AESGCM.generate_key(bit_length=256))
        try:
            path.hardlink_to(unfinished)  # whole or not at all, and never over a key that another process just made
        except FileExistsError:
            pass
        finally:
            unfinished.unlink()
        return number

    def remove(self, key_id: str) -> None:
        """Forget a key; whatever is still kept under it cannot be read any more. Raises HosoError HS2240."""
        if key_id == self.current_id():
            raise HosoError("HS2240", key=key_id)
        self._path(key_id).unlink()

    def encrypt(self, text: str, use: str) -> str:
        """The value to keep. `use` names the field, as `account.totp`, and must be given again to read it."""
        key_id, nonce = self.current_id(), secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + AESGCM(self._key(key_id)).encrypt(nonce, text.encode(), _bound(key_id, use))
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
        cipher = AESGCM(self._key(key_id))
        try:
            return cipher.decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], _bound(key_id, use)).decode()
        except InvalidTag:
            raise HosoError("HS2241", use=use) from None

    def renew(self, kept: str, use: str) -> str:
        """The same text under the newest key; a value that is already under it is given back as it is."""
        return kept if key_of(kept) == self.current_id() else self.encrypt(self.decrypt(kept, use), use)

    def _key(self, key_id: str) -> bytes:
        try:
            return self._path(key_id).read_bytes()
        except FileNotFoundError:
            raise HosoError("HS2240", key=key_id) from None

    def _path(self, key_id: str) -> Path:
        if not key_id.isdecimal():
            raise HosoError("HS2240", key=key_id[:20])
        return self.folder / key_id


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
