"""Where a request comes from: address and port of the asker, through the proxy where a trusted one stands before us."""

import re

from django.conf import settings
from django.http import HttpRequest

# RFC 7239: for=192.0.2.43, for="192.0.2.43:47011", for="[2001:db8::17]:4711"
_FOR = re.compile(r'for="?(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<v4>[0-9.]+))(?::(?P<port>\d{1,5}))?"?', re.IGNORECASE)


def source_of(request: HttpRequest) -> tuple[str, int | None]:
    """Address and port of the asker. The port is None where nobody tells it: our web server does not, so the proxy in
    front must (header Forwarded, RFC 7239), and is believed only when named in HOSO_TRUSTED_PROXIES."""
    address = request.META.get("REMOTE_ADDR", "")
    if address in settings.HOSO_TRUSTED_PROXIES:
        # The nearest proxy writes last; what stands before it, anybody may have written.
        told = list(_FOR.finditer(request.headers.get("Forwarded", "")))
        if told:
            last = told[-1]
            return last["v6"] or last["v4"], _port(last["port"])
    return address, _port(request.META.get("REMOTE_PORT"))


def _port(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and int(text) < 65536 else None
