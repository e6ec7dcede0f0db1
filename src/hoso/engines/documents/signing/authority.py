"""Who signs for the house: an outside certificate authority's key, wired in by the settings (`hoso.gateways.ca`)."""

from typing import Protocol

from cryptography.x509 import Certificate, Name
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils.module_loading import import_string

from hoso.core.errors import HosoError


class SigningAuthority(Protocol):
    """A key that others hold for the house. `caution`: what a reader must know of it (Vietnamese, English); empty: nothing."""

    caution: tuple[str, str]

    def certificates(self) -> tuple[Certificate, ...]:
        """The signer's certificate first, then those between it and the root. Raises HosoError HS5232."""

    def roots(self) -> tuple[Certificate, ...]:
        """The authorities whose signatures this house believes."""

    def sign(self, content: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256 over the content. Raises HosoError HS5232 where the key cannot be used."""


def signing_authority() -> SigningAuthority | None:
    """None where the house signs nothing."""
    if not settings.SIGNING_AUTHORITY:
        return None
    found: SigningAuthority = import_string(settings.SIGNING_AUTHORITY)()
    return found


def needed_authority() -> SigningAuthority:
    """Raises HosoError HS5230 where none is set."""
    found = signing_authority()
    if found is None:
        raise HosoError("HS5230")
    return found


def common_name(name: Name) -> str:
    """By what people know whoever bears this name."""
    names = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else name.rfc4514_string()
