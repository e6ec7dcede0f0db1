"""The public keys of a client: given at registration, or fetched from its address and kept as long as it allows.

SMART App Launch 2.2, client-confidential-asymmetric: a set is never kept longer than the client's cache-control says.
"""

import json
import re
import urllib.request
from datetime import timedelta
from http.client import HTTPMessage
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone

from hoso.core.accounts.authorization.jose import BadStatement, usable_keys
from hoso.core.accounts.authorization.models import Client

TIMEOUT_SECONDS = 5
LARGEST_BYTES = 64 * 1024
LONGEST_KEPT_SECONDS = 3600
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def key_set_of(client: Client, kid: object) -> dict[str, Any]:
    """The client's JWK Set, fetched anew where it was not kept or knows no such key. Raises BadStatement."""
    if not client.jwks_uri:
        return client.jwks or {"keys": []}
    kept, until = client.jwks_cached, client.jwks_cached_until
    if kept and until and until > timezone.now() and any(key.get("kid") == kid for key in kept.get("keys", [])):
        return dict(kept)
    fetched, seconds = fetch(client.jwks_uri)
    usable_keys(fetched)
    Client.objects.filter(pk=client.pk).update(
        jwks_cached=fetched, jwks_cached_until=timezone.now() + timedelta(seconds=seconds)
    )
    return fetched


def is_acceptable_address(address: str) -> bool:
    """Whether keys may be fetched from there: https, or plain http on this very machine."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def fetch(address: str) -> tuple[dict[str, Any], int]:
    """GET the JWK Set; returns it with the seconds it may be kept. Raises BadStatement."""
    if not is_acceptable_address(address):
        raise BadStatement("the address of the JWK Set is not https")
    request = urllib.request.Request(address, headers={"Accept": "application/json"})
    try:
        with _opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            body = answer.read(LARGEST_BYTES + 1)
            headers: HTTPMessage = answer.headers
    except (OSError, ValueError) as error:
        raise BadStatement("the JWK Set cannot be fetched") from error
    if len(body) > LARGEST_BYTES:
        raise BadStatement("the JWK Set is too large")
    try:
        key_set = json.loads(body)
    except ValueError as error:
        raise BadStatement("the JWK Set is no JSON") from error
    if not isinstance(key_set, dict):
        raise BadStatement("the JWK Set is no object")
    return key_set, _seconds(headers.get("Cache-Control", ""))


def _seconds(cache_control: str) -> int:
    found = re.search(r"(?:^|[\s,])max-age=(\d{1,9})", cache_control)
    if not found or "no-store" in cache_control or "no-cache" in cache_control:
        return 0
    return min(int(found[1]), LONGEST_KEPT_SECONDS)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A registered address is that address: where it points to is not followed."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler())
