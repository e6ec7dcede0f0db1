"""Signing with a key that lies on this machine."""

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate


class KeyFileAuthority:
    caution = ("", "")

    def __init__(self, key: RSAPrivateKey, chain: tuple[Certificate, ...], roots: tuple[Certificate, ...]) -> None:
        self._key, self._chain, self._roots = key, chain, roots

    def certificates(self) -> tuple[Certificate, ...]:
        return self._chain

    def roots(self) -> tuple[Certificate, ...]:
        return self._roots

    def sign(self, content: bytes) -> bytes:
        return self._key.sign(content, PKCS1v15(), SHA256())
