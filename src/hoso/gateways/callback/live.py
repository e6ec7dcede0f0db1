"""One call over HTTP to an address that somebody else chose: never into the house's own networks, never redirected.

The name is looked up once, every address it has is judged, and the connection is made to the address that was judged, so
that a name which changes meanwhile leads nowhere else.
"""

import http.client
import socket
import ssl
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from hoso.core.accounts.networks import Network, within
from hoso.core.messages.calls import CallFailed

PATIENCE_SECONDS = 10
MOST_ANSWER = 64 * 1024
# Addresses that stand for IPv4 ones behind a translator.
_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("2002::/16"), ip_network("::/96"))


class LiveCall:
    def send(self, url: str, body: bytes, headers: Mapping[str, str], method: str = "POST") -> None:
        """Raises CallFailed; what the other side answered is told to nobody."""
        parts = urlsplit(url)
        try:
            address = _address(parts)
            status = _answered(method, parts, address, body, headers)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise CallFailed(_words(error)) from None
        if not 200 <= status < 300:
            raise CallFailed(f"HTTP {status}")


def is_open(address: str, allowed: Sequence[Network]) -> bool:
    """Whether an address may be called: a public one, or one of the networks the settings allow."""
    found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if within(str(found), allowed):
        return True
    if isinstance(found, IPv6Address) and any(found in network for network in _TRANSLATED):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def _address(parts: SplitResult) -> tuple[str, int]:
    """Raises CallFailed where any address of the name may not be called."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError:
        raise CallFailed("the host is not known") from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(is_open(one, settings.ENVIRONMENT["HOSO_CALLBACK_NETWORKS"]) for one in addresses):
        raise CallFailed("the address lies in a network that is not called (HOSO_CALLBACK_NETWORKS)")
    return addresses[0], port


def _answered(
    method: str, parts: SplitResult, address: tuple[str, int], body: bytes, headers: Mapping[str, str]
) -> int:
    connection = http.client.HTTPConnection(address[0], address[1], timeout=PATIENCE_SECONDS)
    connection.sock = socket.create_connection(address, timeout=PATIENCE_SECONDS)
    try:
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(connection.sock, server_hostname=parts.hostname)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body, {**headers, "Host": parts.netloc, "Connection": "close"})
        response = connection.getresponse()
        response.read(MOST_ANSWER)
        return response.status
    finally:
        connection.close()


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "no secure connection (certificate)"
    if isinstance(error, TimeoutError):
        return f"no answer within {PATIENCE_SECONDS} s"
    return "no connection" if isinstance(error, OSError) else "no HTTP answer"
