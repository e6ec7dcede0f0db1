"""Calling an address that somebody else chose: an outside system, wired in by the settings (`hoso.gateways.callback`)."""

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string


class CallFailed(Exception):
    """The call was not taken; `args[0]` says why in a few words, without anything the other side answered."""


class CallGateway(Protocol):
    def send(self, url: str, body: bytes, headers: Mapping[str, str], method: str = "POST") -> None:
        """Call; a 2xx answer is success. Raises CallFailed."""


def call_gateway() -> CallGateway:
    gateway: CallGateway = import_string(settings.CALLBACK_GATEWAY)()
    return gateway


def may_be_called(url: str) -> bool:
    """https, a host, no name and password in it; http only where private networks may be called. Which address the host
    has is looked at for every call."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    plain = parts.scheme == "http" and bool(settings.ENVIRONMENT["HOSO_CALLBACK_NETWORKS"])
    sound = (
        parts.hostname and not parts.username and not parts.fragment and url.isascii() and not set(url) & set(" \r\n")
    )
    return bool(sound) and (parts.scheme == "https" or plain)
