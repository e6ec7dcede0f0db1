"""Sealing backups in the age format (age-encryption.org/v1): anybody's `age -d -i KEY` opens them.

A backup is sealed to recipients, which are public keys: the machine that makes it need not hold the key that opens it.
The format is authenticated in chunks of 64 KiB, so a cut or an altered file is noticed. Only this file knows pyrage.
"""

import os
import threading
import zlib
from collections.abc import Sequence
from hashlib import sha256
from typing import IO, Any, Protocol

import pyrage

from hoso.core.errors import HosoError

GZIP = 31  # window bits: a gzip header and trailer


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Writable(Protocol):
    def write(self, data: bytes, /) -> Any: ...


def new_identity() -> str:
    """A new secret key, as one line of text."""
    return str(pyrage.x25519.Identity.generate())


def recipient_of(identity: str) -> str:
    """The public key of a secret one."""
    return str(pyrage.x25519.Identity.from_str(identity).to_public())


def is_recipient(text: str) -> bool:
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True


def seal(source: Readable, target: Writable, recipients: Sequence[str]) -> None:
    """Write what `source` gives, sealed to every one of the recipients."""
    keys = [pyrage.x25519.Recipient.from_str(text) for text in recipients]
    pyrage.encrypt_io(source, _Sink(target), keys)


def unseal(source: Readable, target: Writable, identities: Sequence[str], name: str) -> None:
    """Write what was sealed. Raises HosoError HS9017 where no key opens it, HS9016 where it is cut or altered."""
    keys = [pyrage.x25519.Identity.from_str(text) for text in identities]
    try:
        pyrage.decrypt_io(source, _Sink(target), keys)
    except pyrage.DecryptError as error:
        raise HosoError("HS9017" if "matching keys" in str(error) else "HS9016", file=name, reason=error) from None
    except OSError as error:
        if error.errno:  # the disk's own complaint
            raise
        raise HosoError("HS9016", file=name, reason=error) from None


class _Sink:
    """What the library wants of a file to write."""

    def __init__(self, target: Writable) -> None:
        self.target = target

    def write(self, data: bytes) -> int:
        self.target.write(data)
        return len(data)

    def flush(self) -> None:
        """Whoever opened the target synchronises it."""


class Packed:
    """A source read through gzip; counts and hashes what went in."""

    def __init__(self, source: Readable) -> None:
        self.source, self.size, self.digest = source, 0, sha256()
        self._packer = zlib.compressobj(1, zlib.DEFLATED, GZIP)
        self._ready, self._ended = b"", False

    def read(self, size: int = -1) -> bytes:
        while not self._ended and (size < 0 or len(self._ready) < size):
            chunk = self.source.read(1 << 18)
            self.size += len(chunk)
            self.digest.update(chunk)
            self._ready += self._packer.compress(chunk) if chunk else self._packer.flush()
            self._ended = not chunk
        cut = len(self._ready) if size < 0 else size
        given, self._ready = self._ready[:cut], self._ready[cut:]
        return given


class Unpacked:
    """A target written through gunzip; counts and hashes what came out."""

    def __init__(self, target: Writable) -> None:
        self.target, self.size, self.digest = target, 0, sha256()
        self._unpacker = zlib.decompressobj(GZIP)

    def write(self, data: bytes) -> None:
        content = self._unpacker.decompress(data)
        self.size += len(content)
        self.digest.update(content)
        self.target.write(content)


class Hashed:
    """A target that hashes and counts what is written to it."""

    def __init__(self, target: Writable) -> None:
        self.target, self.size, self.digest = target, 0, sha256()

    def write(self, data: bytes) -> None:
        self.size += len(data)
        self.digest.update(data)
        self.target.write(data)


class OpenedPipe:
    """A sealed, packed file as a stream to read from: a thread opens it into a pipe. Raises what the thread met."""

    def __init__(self, source: IO[bytes], identities: Sequence[str], name: str) -> None:
        self._error: BaseException | None = None
        reader, writer = os.pipe()
        self.stream = os.fdopen(reader, "rb")
        self._thread = threading.Thread(target=self._pour, args=(source, writer, identities, name), daemon=True)
        self._thread.start()

    def _pour(self, source: IO[bytes], writer: int, identities: Sequence[str], name: str) -> None:
        try:
            with os.fdopen(writer, "wb") as target:
                unseal(source, Unpacked(target), identities, name)
        except BaseException as error:  # noqa: BLE001 - told where the stream is read
            self._error = error

    def close(self) -> None:
        """End; raises the error that cut the stream short."""
        for _ in iter(lambda: self.stream.read(1 << 20), b""):
            pass
        self.stream.close()
        self._thread.join()
        if self._error:
            raise self._error
