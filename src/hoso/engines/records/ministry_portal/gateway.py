"""What the house asks of the ministry's portal: an outside system, wired in by the settings (`hoso.gateways.ministry_portal`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from hoso.core.errors import HosoError

AnswerState = Literal["accepted", "refused", "different"]


class PortalSilent(Exception):
    """The portal as a whole does not answer, or does not let this house in; `args[0]` says why in a few words."""


@dataclass(frozen=True)
class Sending:
    """One act. The same `key` means the same act, however often it comes. `body`: the signed document, empty for a withdrawal.

    `expected`: SHA-256 of the contents that the portal may hold under this name as far as the house knows; another one is not
    replaced but answered with `different`.
    """

    key: str
    name: str
    number: int
    day: date
    body: bytes
    expected: tuple[bytes, ...]


@dataclass(frozen=True)
class Answer:
    """What the portal said of one act. `code`, `text`: why it refused; `theirs`: SHA-256 of what it holds instead."""

    state: AnswerState
    receipt: str = ""
    code: str = ""
    text: str = ""
    theirs: bytes | None = None


@dataclass(frozen=True)
class Listed:
    """A document in the portal's listing; `sha256` is None for one that was withdrawn."""

    name: str
    sha256: bytes | None


class PortalGateway(Protocol):
    def send(self, sending: Sending) -> Answer:
        """Raises CallFailed where this document was not taken, PortalSilent where nothing is."""

    def listing(self, day: date) -> Iterator[Listed]:
        """Documents of visits that ended on this day. Raises CallFailed, PortalSilent."""


def portal_is_on() -> bool:
    return bool(settings.MINISTRY_PORTAL)


def portal_gateway() -> PortalGateway:
    """Raises HosoError HS3440 where no portal is set."""
    if not portal_is_on():
        raise HosoError("HS3440")
    gateway: PortalGateway = import_string(settings.MINISTRY_PORTAL)()
    return gateway
