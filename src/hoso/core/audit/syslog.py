"""Messages of RFC 5424 and the way to a log collector: TCP with octet counting (RFC 6587, RFC 5425) or UDP (RFC 5426)."""

import os
import socket
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlsplit

from hoso.core.errors import HosoError

AUDIT_FACILITY = 13  # "log audit" of RFC 5424 table 1
NOTICE, INFORMATIONAL = 5, 6
CHECKPOINT, EVENT = "audit-checkpoint", "audit-event"
PATIENCE_SECONDS = 10.0


def message(at: datetime, kind: str, text: str, *, notice: bool = False) -> bytes:
    """One message in UTF-8; `kind` is its MSGID."""
    priority = AUDIT_FACILITY * 8 + (NOTICE if notice else INFORMATIONAL)
    moment = at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    head = f"<{priority}>1 {moment} {socket.gethostname()[:255] or '-'} hoso {os.getpid()} {kind} - "
    return head.encode() + b"\xef\xbb\xbf" + text.encode()  # the mark says UTF-8 (section 6.4)


class Collector:
    """A connection to `tcp://host:port` or `udp://host:port`. Raises HosoError HS2159 where it takes nothing."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.address, self.stream = address, parts.scheme == "tcp"
        try:
            kind = socket.SOCK_STREAM if self.stream else socket.SOCK_DGRAM
            family, _, _, _, target = socket.getaddrinfo(parts.hostname, parts.port, type=kind)[0]
            self.socket = socket.socket(family, kind)
            self.socket.settimeout(PATIENCE_SECONDS)
            self.socket.connect(target)
        except OSError as error:
            raise self._unreachable(error) from error

    def send(self, whole: bytes) -> None:
        try:
            self.socket.sendall(b"%d %s" % (len(whole), whole) if self.stream else whole)
        except OSError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: OSError) -> HosoError:
        return HosoError("HS2159", address=self.address, reason=error.strerror or str(error))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
