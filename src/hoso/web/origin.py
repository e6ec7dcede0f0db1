"""Whether a request comes from inside the house's own networks (setting HOSO_INSIDE_NETWORKS)."""

from django.conf import settings
from django.http import HttpRequest

from hoso.core.accounts.networks import within
from hoso.web.source import source_of

FORWARDING = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


def address_of(request: HttpRequest) -> str:
    """The address of whoever asks."""
    return source_of(request)[0]


def from_inside(request: HttpRequest) -> bool:
    """Not where a proxy forwards that nobody named, nor where a named one does not say for whom: a forgotten setting
    must not open anything."""
    remote, address = request.META.get("REMOTE_ADDR", ""), address_of(request)
    proxied = remote in settings.HOSO_TRUSTED_PROXIES
    if proxied and address == remote:
        return False
    if not proxied and any(header in request.headers for header in FORWARDING):
        return False
    return within(address, settings.HOSO_INSIDE_NETWORKS)
