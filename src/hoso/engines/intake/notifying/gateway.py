"""What calls a sender's address: an outside system, wired in by the settings (`hoso.gateways.callback`)."""

from collections.abc import Mapping
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class CallFailed(Exception):
    """The call was not taken; `args[0]` says why in a few words, without anything the other side answered."""


class CallGateway(Protocol):
    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Call; a 2xx answer is success. Raises CallFailed."""


def call_gateway() -> CallGateway:
    gateway: CallGateway = import_string(settings.CALLBACK_GATEWAY)()
    return gateway
