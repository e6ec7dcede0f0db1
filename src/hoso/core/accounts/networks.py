"""Networks as settings name them, and whether an address lies in one."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def networks(text: str) -> list[Network]:
    """Networks written `10.0.0.0/8,192.168.1.0/24`. Raises ValueError."""
    return [ip_network(part.strip()) for part in text.split(",") if part.strip()]


def within(address: str, among: Sequence[Network]) -> bool:
    """An address that is none lies nowhere; an IPv4 address written as IPv6 counts as what it is."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in network for network in among)
