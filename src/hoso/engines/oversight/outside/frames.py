"""Messages out of a stream of syslog over TLS or TCP (RFC 5425, RFC 6587): octet counting, or lines; and what each message says
(RFC 5424)."""

import re

LONGEST = 65_536
_HEAD = re.compile(
    rb"<(?P<priority>\d{1,3})>1 (?P<at>\S+) (?P<host>\S+) (?P<app>\S+) (?P<process>\S+) (?P<kind>\S+) "
    rb"(?P<data>-|(?:\[(?:[^\]\\]|\\.)*\])+)(?: |$)",
    re.DOTALL,
)


class BrokenFrame(Exception):
    """The stream cannot be read further: where the next message begins is not known."""


class Frames:
    """Takes bytes as they come and gives whole messages."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Raises BrokenFrame for a message that is too long or a count that is none."""
        self._rest += data
        found = []
        while self._rest:
            message = self._counted() if self._rest[:1].isdigit() else self._line()
            if message is None:
                break
            if message:
                found.append(message)
        return found

    def end(self) -> bytes:
        """What stands when the stream ends: a last line without its end. Raises BrokenFrame for half a counted message."""
        rest, self._rest = self._rest.strip(), b""
        if rest[:1].isdigit():
            raise BrokenFrame("the stream ended in the middle of a message")
        return rest

    def _counted(self) -> bytes | None:
        count, space, rest = self._rest.partition(b" ")
        if not space:
            if len(count) > 6:
                raise BrokenFrame("a count of too many digits")
            return None
        if not count.isdigit() or not 0 < int(count) <= LONGEST:
            raise BrokenFrame("no count of octets, or one too large")
        if len(rest) < int(count):
            return None
        self._rest = rest[int(count) :]
        return rest[: int(count)]

    def _line(self) -> bytes | None:
        line, end, rest = self._rest.partition(b"\n")
        if not end:
            if len(line) > LONGEST:
                raise BrokenFrame("a line too long")
            return None
        self._rest = rest
        return line.strip()


def said(message: bytes) -> str:
    """The text of a message of RFC 5424; what has another head is given whole, so that nothing is lost."""
    head = _HEAD.match(message)
    return (message[head.end() :] if head else message).decode("utf-8", "replace").removeprefix("\ufeff")
