"""The keys that sign checkpoints: Ed25519, one file each, readable for the sealing process alone."""

import os
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hoso.core.audit.paths import keys_folder
from hoso.core.errors import HosoError


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of the public key."""
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def key_id(public: bytes) -> str:
    """Name of a key: the first 16 hexadecimal digits of its public half's SHA-256."""
    return sha256(public).hexdigest()[:16]


def make_key() -> Ed25519PrivateKey:
    """Make a key and keep it on the disk."""
    folder, key = keys_folder(), Ed25519PrivateKey.generate()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{key_id(public_bytes(key))}.pem"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    return key


def only_key() -> Ed25519PrivateKey | None:
    """The key of an installation whose checkpoints were lost. Raises HosoError HS2155 where it is not clear which."""
    found = sorted(keys_folder().glob("*.pem"))
    if len(found) > 1:
        raise HosoError("HS2155", folder=keys_folder(), reason=f"{len(found)} keys and no checkpoint that names one")
    return _load(found[0]) if found else None


def signing_key(name: str) -> Ed25519PrivateKey:
    """The private key of this id. Raises HosoError HS2155 where it is missing, unreadable, or readable for others."""
    return _load(keys_folder() / f"{name}.pem")


def forget_key(name: str) -> None:
    """Remove a private key that has been replaced; its public half stays in the checkpoints."""
    (keys_folder() / f"{name}.pem").unlink(missing_ok=True)


def verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _load(path: Path) -> Ed25519PrivateKey:
    try:
        if path.stat().st_mode & 0o077:
            raise HosoError("HS2155", folder=path.parent, reason="others may read it")
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError) as error:
        raise HosoError("HS2155", folder=path.parent, reason=type(error).__name__) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise HosoError("HS2155", folder=path.parent, reason="no Ed25519 key")
    return key
