"""What travels between the process that holds facts and those that ask: one message each way, length first, MessagePack."""

import socket
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

LONGEST = 256 * 1024 * 1024
_encode, _decode = msgspec.msgpack.encode, msgspec.msgpack.decode


def socket_path(folder: Path) -> Path:
    """Where the holder of this folder listens. A Unix socket's path may have 107 bytes; a data folder's may be longer."""
    path = folder / "ask"
    if len(str(path)) < 100:
        return path
    return Path("/tmp") / f"hoso-facts-{sha256(str(folder).encode()).hexdigest()[:16]}" / "ask"


def send(connection: socket.socket, message: Any) -> None:
    content = _encode(message)
    connection.sendall(len(content).to_bytes(4, "big") + content)


def receive(connection: socket.socket) -> Any:
    """The other side's message. Raises ConnectionError where it ended before."""
    length = int.from_bytes(_read(connection, 4), "big")
    if length > LONGEST:
        raise ConnectionError("a message longer than any that is sent")
    return _decode(_read(connection, length))


def _read(connection: socket.socket, length: int) -> bytes:
    parts, left = [], length
    while left:
        part = connection.recv(min(left, 1 << 20))
        if not part:
            raise ConnectionError("the other side ended")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
