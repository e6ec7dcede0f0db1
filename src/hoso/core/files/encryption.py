"""Encrypted files that can be read from any place in them (docs/decisions/0047-encrypted-originals.md).

8 bytes   HOSOENC1
8 bytes   id of the key, digits
32 bytes  random salt; the file's own key is HKDF-SHA256(key, salt, "hoso file " + id)
then      chunks of 64 KiB, each AES-256-GCM with its 16-byte tag; the nonce is the chunk's number (11 bytes) and 1
          for the last chunk, 0 for the others, so that a cut, a swap and an addition are noticed
"""

import io
import secrets
from pathlib import Path
from typing import BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hoso.core.database.key_folder import KeyFolder
from hoso.core.errors import HosoError

MAGIC = b"HOSOENC1"
KEY_ID_BYTES, SALT_BYTES, TAG_BYTES = 8, 32, 16
HEADER_BYTES = len(MAGIC) + KEY_ID_BYTES + SALT_BYTES
CHUNK = 64 * 1024


class EncryptedWriter:
    """Writes an encrypted file under the newest key; `finish` must be called, else the file is a cut one."""

    def __init__(self, target: BinaryIO, keys: KeyFolder) -> None:
        key_id, salt = keys.current_id(), secrets.token_bytes(SALT_BYTES)
        self._target, self._cipher = target, _cipher(keys, key_id, salt)
        self._waiting, self._number = bytearray(), 0
        target.write(MAGIC + key_id.encode().rjust(KEY_ID_BYTES, b"0") + salt)

    def write(self, content: bytes) -> None:
        self._waiting += content
        if len(self._waiting) <= CHUNK:
            return
        end = (len(self._waiting) - 1) // CHUNK * CHUNK  # something stays for the last chunk
        view = memoryview(bytes(self._waiting[:end]))
        for start in range(0, end, CHUNK):
            self._write_chunk(view[start : start + CHUNK], last=False)
        del self._waiting[:end]

    def finish(self) -> None:
        self._write_chunk(memoryview(bytes(self._waiting)), last=True)

    def _write_chunk(self, content: memoryview, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last=last), content, None))
        self._number += 1


class _Decrypted(io.RawIOBase):
    """The content of an encrypted file; the chunk read last is kept."""

    def __init__(self, source: BinaryIO, keys: KeyFolder, name: str) -> None:
        self._source, self._name, self._place = source, name, 0
        source.seek(len(MAGIC))
        key_id, salt = source.read(KEY_ID_BYTES).decode("ascii", "replace"), source.read(SALT_BYTES)
        self._cipher = _cipher(keys, _short(key_id), salt)
        body = source.seek(0, io.SEEK_END) - HEADER_BYTES
        self._chunks = -(-body // (CHUNK + TAG_BYTES))
        self._size = body - self._chunks * TAG_BYTES
        if self._chunks < 1 or self._size < 0:
            raise HosoError("HS9022", file=name)
        self._number, self._chunk = -1, b""
        self._load(self._chunks - 1)  # a cut file is told before anything of it is used

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._place = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence])
        return self._place

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        if self._place >= self._size or not len(buffer):
            return 0
        number, start = divmod(self._place, CHUNK)
        self._load(number)
        content = self._chunk[start : start + len(buffer)]
        buffer[: len(content)] = content
        self._place += len(content)
        return len(content)

    def close(self) -> None:
        self._source.close()
        super().close()

    def _load(self, number: int) -> None:
        if number == self._number:
            return
        self._source.seek(HEADER_BYTES + number * (CHUNK + TAG_BYTES))
        sealed = self._source.read(CHUNK + TAG_BYTES)
        try:
            self._chunk = self._cipher.decrypt(_nonce(number, last=number == self._chunks - 1), sealed, None)
        except InvalidTag:
            raise HosoError("HS9022", file=self._name) from None
        self._number = number


def open_encrypted(path: Path, keys: KeyFolder) -> BinaryIO:
    """The content of a file, also of one that was kept before files were encrypted.

    Raises HosoError HS2240 where its key is missing, HS9022 where it is damaged or cut.
    """
    source = path.open("rb")
    if source.read(len(MAGIC)) != MAGIC:
        source.seek(0)
        return source
    try:
        return cast(BinaryIO, io.BufferedReader(_Decrypted(source, keys, path.name), CHUNK))
    except BaseException:
        source.close()
        raise


def key_of_file(path: Path) -> str:
    """Id of the key a file is under; empty for one in clear."""
    with path.open("rb") as source:
        head = source.read(len(MAGIC) + KEY_ID_BYTES)
    return _short(head[len(MAGIC) :].decode("ascii", "replace")) if head.startswith(MAGIC) else ""


def _short(key_id: str) -> str:
    """The id as the key's file is named: four digits, or more when there are as many keys."""
    return key_id.lstrip("0").rjust(4, "0")


def _cipher(keys: KeyFolder, key_id: str, salt: bytes) -> AESGCM:
    info = b"hoso file " + key_id.encode()
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(keys.key(key_id)))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
