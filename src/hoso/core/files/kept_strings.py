"""A long list of texts kept outside memory: encrypted blocks in a file that is gone with the process.

A workbook names its texts by number; a list of a million persons has millions. They are personal data, so what goes to the disk
goes there under a key that only this process knows.
"""

import secrets
import tempfile
from array import array
from collections.abc import Iterable
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

BLOCK = 64  # texts: names come again at random, so what is read for one of them is little
BLOCKS_READY = 1024  # as many are kept readable


class KeptStrings:
    """Texts by number, from 0 on. Raises IndexError for one that is not there."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `close`)
        self._cipher = AESGCM(secrets.token_bytes(32))
        self._ends = array("Q", [0])
        self._count = 0
        waiting: list[str] = []
        for text in texts:
            waiting.append(text)
            if len(waiting) == BLOCK:
                self._put(waiting)
                waiting = []
        if waiting:
            self._put(waiting)
        self._block = lru_cache(BLOCKS_READY)(self._read)

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < self._count:
            raise IndexError(number)
        return self._block(number // BLOCK)[number % BLOCK]

    def __len__(self) -> int:
        return self._count

    def close(self) -> None:
        self._block.cache_clear()
        self._file.close()

    def _put(self, texts: list[str]) -> None:
        plain = "\0".join(texts).encode()  # XML knows no NUL
        written = self._file.write(self._cipher.encrypt(_nonce(len(self._ends)), plain, None))
        self._ends.append(self._ends[-1] + written)
        self._count += len(texts)

    def _read(self, block: int) -> list[str]:
        start, end = self._ends[block], self._ends[block + 1]
        self._file.seek(start)
        plain = self._cipher.decrypt(_nonce(block + 1), self._file.read(end - start), None)
        return plain.decode().split("\0")


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
