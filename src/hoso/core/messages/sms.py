"""Text messages to a telephone, through the gateway this house is set to; what was said stays in no table and no log.

A code of five minutes is sent at once or not at all: a queue that sends it late would only confuse (ADR 43).
"""

import re
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class SmsNotSent(Exception):
    """The message did not leave: no gateway is set, it cannot be reached, or it refused."""


class SmsGateway(Protocol):
    """What an operator's gateway does for us; lives in `hoso.gateways.sms`."""

    def send(self, to: str, text: str) -> None:
        """Hand the message over. Raises SmsNotSent."""


def send_sms(to: str, text: str) -> None:
    """Send one message to a Vietnamese number as people write it. Raises SmsNotSent."""
    if not settings.SMS_GATEWAY:
        raise SmsNotSent("no gateway is set")
    gateway: SmsGateway = import_string(settings.SMS_GATEWAY)()
    gateway.send(international(to), text)


def international(number: str) -> str:
    """The number with its country: 0901 234 567 becomes +84901234567. Raises SmsNotSent for what is no number."""
    digits = re.sub(r"[\s.\-()]", "", number)
    if re.fullmatch(r"\+\d{8,15}", digits):
        return digits
    if re.fullmatch(r"0\d{9}", digits):
        return f"+84{digits[1:]}"
    raise SmsNotSent("no telephone number")
