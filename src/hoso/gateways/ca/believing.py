"""An authority that only believes: for a receiver, who signs nothing."""

from collections.abc import Sequence
from typing import NoReturn

from cryptography.x509 import Certificate


class BelievedRoots:
    caution = ("", "")

    def __init__(self, roots: Sequence[Certificate]) -> None:
        self._roots = tuple(roots)

    def certificates(self) -> tuple[Certificate, ...]:
        return ()

    def roots(self) -> tuple[Certificate, ...]:
        return self._roots

    def sign(self, content: bytes) -> NoReturn:
        raise NotImplementedError
