"""What an outside provider of identity does for us, whoever it is: how it is reached, and whom its claims name.

The providers of a file are read in `configured.py`; VNeID has a gateway of its own (`hoso.gateways.vneid`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

from hoso.core.errors import HosoError

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class OutsideProvider:
    """An OpenID Connect provider as this house knows it.

    `key` stands in addresses and with each link, so it never changes. `origins` are further origins at which its
    endpoints may lie, beside that of the issuer. `amr` and `acr` are the values of the ID token that count as a second
    factor; without any, nothing of it does. `caution` is shown beside the button: what is unofficial says so.
    """

    key: str
    title: tuple[str, str]
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = ("openid", "profile")
    origins: tuple[str, ...] = ()
    amr: frozenset[str] = frozenset()
    acr: frozenset[str] = frozenset()
    caution: tuple[str, str] = ("", "")

    def holds(self, address: str) -> bool:
        """Whether an endpoint lies at this provider, over TLS or on this machine."""
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            return False
        return f"{parts.scheme}://{parts.netloc}" in self.all_origins

    @property
    def all_origins(self) -> tuple[str, ...]:
        parts = urlsplit(self.issuer)
        return (f"{parts.scheme}://{parts.netloc}", *self.origins)


@dataclass(frozen=True)
class VerifiedIdentity:
    """Somebody as a provider vouches for them; the number is empty where it vouches for none.

    It serves the sign-in it was made for and is not kept (NĐ 69/2024 art. 19.4, secondary source).
    """

    subject: str
    personal_number: str
    name: str
    second_factor: bool


class IdentityVerifier(Protocol):
    """One outside provider: what is known of it, and how its claims are read."""

    @property
    def provider(self) -> OutsideProvider: ...

    def identity(self, claims: Mapping[str, Any]) -> VerifiedIdentity:
        """Whom verified claims (ID token and userinfo joined) name. Raises HosoError HS2232 where they name nobody."""


def verifiers() -> dict[str, IdentityVerifier]:
    """Every provider that is set up, by key. Raises HosoError HS2237 where the set-up is broken or names one twice."""
    found: dict[str, IdentityVerifier] = {}
    for path in settings.IDENTITY_VERIFIERS:
        given: Sequence[IdentityVerifier] = import_string(path)()
        for verifier in given:
            if verifier.provider.key in found:
                raise HosoError("HS2237", problem=f"two providers are called {verifier.provider.key}")
            found[verifier.provider.key] = verifier
    return found


def verifier_of(key: str) -> IdentityVerifier:
    """Raises HosoError HS2230 where no provider has this key."""
    try:
        return verifiers()[key]
    except KeyError:
        raise HosoError("HS2230", provider=key[:40]) from None


def counts_as_second_factor(provider: OutsideProvider, claims: Mapping[str, Any]) -> bool:
    """Whether the provider says that it asked for a second factor, in words this house was told to believe."""
    amr = claims.get("amr")
    methods = {str(one) for one in amr} if isinstance(amr, list) else set()
    return bool(methods & provider.amr) or str(claims.get("acr", "")) in provider.acr
