"""What fetches from a hospital's server: an outside system, wired in by the settings (`hoso.gateways.sftp`)."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Server:
    """Where to sign in. `host_key` is the only key the server may show; the secret is read from `secret_file`."""

    host: str
    port: int
    username: str
    folder: str
    host_key: str
    secret_kind: str  # key or password
    secret_file: str


@dataclass(frozen=True, order=True)
class RemoteFile:
    """A file there; `changed` is the server's own time of change, in seconds since 1970."""

    changed: int
    name: str
    size: int


class RemoteFolder(Protocol):
    """The folder while the connection stands. Every method raises HosoError HS3420 where it breaks."""

    def files(self) -> list[RemoteFile]:
        """The ordinary files there, without links and folders. Raises HS3424 where the folder cannot be read."""

    def about(self, name: str) -> RemoteFile | None:
        """The file as it is now; None where it is gone."""

    def read(self, name: str) -> Iterable[bytes]:
        """Its bytes, piece by piece. Raises HS3424 where it may not be read, or is gone."""

    def write(self, name: str, content: bytes) -> None:
        """Lay a file there, whole or not at all, in the place of one of that name. Raises HS3425 where that may not be."""


class PullGateway(Protocol):
    def open(self, server: Server) -> AbstractContextManager[RemoteFolder]:
        """Sign in. Raises HosoError HS3420 (not reached), HS3421 (another host key), HS3422 (sign-in refused), HS3423 (the
        secret cannot be used)."""


def pull_gateway() -> PullGateway:
    gateway: PullGateway = import_string(settings.PULL_GATEWAY)()
    return gateway
