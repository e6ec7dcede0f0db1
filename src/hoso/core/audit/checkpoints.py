"""Signed checkpoints outside the database: lines of JSON in a file a month, each tied to the one before it.

Kinds of line: `key` (a key begins; signed by the key before it, the first by itself), `checkpoint` (the chain's hash at a
number), `retention` (a month has been removed as the law allows), `restore` (an operator says that the database was set
back). A line is signed over its canonical JSON without the signature.
"""

import fcntl
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hoso.core.audit import keys
from hoso.core.audit.paths import checkpoints_folder
from hoso.core.errors import HosoError

TAIL_BYTES = 1024 * 1024  # some two thousand lines: enough to find the newest of a kind


@dataclass(frozen=True)
class Line:
    """One line as it stands in the file, and what it says."""

    raw: bytes
    fields: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.fields["kind"])

    @property
    def number(self) -> int:
        return int(self.fields["number"])

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.fields["at"])

    @property
    def sequence(self) -> int:
        return int(self.fields["sequence"])

    @property
    def hash(self) -> bytes:
        return bytes.fromhex(self.fields["hash"])

    @property
    def digest(self) -> str:
        return sha256(self.raw).hexdigest()

    def signed_by(self, public: bytes) -> bool:
        """Whether the signature is this key's."""
        return keys.verifies(public, b64decode(self.fields["signature"]), _signed_bytes(self.fields))


def read_lines(folder: Path) -> Iterator[Line]:
    """Every whole line of a folder, oldest first. Raises ValueError for one that is no checkpoint."""
    for path in _files(folder):
        with path.open("rb") as file:
            for raw in file:
                if raw.endswith(b"\n"):
                    yield _line(raw[:-1])


def last_line(folder: Path, kinds: tuple[str, ...] = ()) -> Line | None:
    """The newest whole line, of these kinds where some are named; read from the end of the newest file."""
    for path in reversed(_files(folder)):
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - TAIL_BYTES))
            tail = file.read().split(b"\n")[:-1]
        for raw in reversed(tail if size <= TAIL_BYTES else tail[1:]):
            line = _line(raw)
            if not kinds or line.kind in kinds:
                return line
    return None


class Ledger:
    """Writes checkpoints of one installation. Raises HosoError HS2153 where the folder takes none, HS2155 for the key."""

    def __init__(self, installation: UUID) -> None:
        self.installation = installation
        self.folder = checkpoints_folder()

    def add(self, kind: str, **fields: Any) -> Line:
        """Sign one line, append it and see it on the disk."""
        with self._locked():
            return self._append(self._key(), kind, fields)

    def change_key(self) -> str:
        """Begin a new key, signed by the old one, and forget the old one's private half; returns the new id."""
        with self._locked():
            old = self._key()
            new = keys.make_key()
            self._append(old, "key", _naming(new))
            keys.forget_key(keys.key_id(keys.public_bytes(old)))
            return keys.key_id(keys.public_bytes(new))

    def _key(self) -> Ed25519PrivateKey:
        """The key that signs now; the first one is made with the first line."""
        last = last_line(self.folder)
        if last is not None:
            return keys.signing_key(last.fields["public_id"] if last.kind == "key" else last.fields["key"])
        key = keys.only_key() or keys.make_key()
        self._append(key, "key", _naming(key))
        return key

    def _append(self, key: Ed25519PrivateKey, kind: str, fields: dict[str, Any]) -> Line:
        before = last_line(self.folder)
        now = datetime.now(UTC)
        whole = {
            "v": 1,
            "kind": kind,
            "installation": str(self.installation),
            "number": before.number + 1 if before else 1,
            "previous": before.digest if before else "",
            "at": now.isoformat(timespec="microseconds"),
            "key": keys.key_id(keys.public_bytes(key)),
            **fields,
        }
        whole["signature"] = b64encode(key.sign(_signed_bytes(whole))).decode()
        raw = orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)
        self._write(self.folder / f"{now:%Y-%m}.jsonl", raw + b"\n")
        return Line(raw, whole)

    def _write(self, path: Path, line: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            before = os.fstat(descriptor).st_size
            if os.write(descriptor, line) != len(line):
                os.ftruncate(descriptor, before)
                raise OSError("no room for the line")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o750)
            with open(self.folder / ".lock", "w") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise HosoError("HS2153", folder=self.folder, reason=error.strerror or str(error)) from error


def _naming(key: Ed25519PrivateKey) -> dict[str, str]:
    public = keys.public_bytes(key)
    return {"public": b64encode(public).decode(), "public_id": keys.key_id(public)}


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9].jsonl"))


def _line(raw: bytes) -> Line:
    fields = orjson.loads(raw)
    if not isinstance(fields, dict) or not {"kind", "number", "at", "key", "signature", "previous"} <= fields.keys():
        raise ValueError("no line of a checkpoint file")
    return Line(raw, fields)


def _signed_bytes(fields: dict[str, Any]) -> bytes:
    unsigned = {name: value for name, value in fields.items() if name != "signature"}
    return orjson.dumps(unsigned, option=orjson.OPT_SORT_KEYS)
