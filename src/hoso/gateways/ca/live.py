"""A key file (PKCS#12) that a licensed authority issued to the organisation (settings HOSO_CA…).

Authorities that keep the key on their own server (remote signing) have protocols of their own, none of which is built: no
public description was at hand. Never tried with a certificate of a Vietnamese authority.
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates
from cryptography.x509 import load_pem_x509_certificates
from django.conf import settings

from hoso.core.errors import HosoError
from hoso.gateways.ca.key_files import KeyFileAuthority


class LiveAuthority(KeyFileAuthority):
    def __init__(self) -> None:
        known = settings.ENVIRONMENT
        try:
            content = Path(known["HOSO_CA_FILE"]).read_bytes()
            key, own, others = load_key_and_certificates(content, known["HOSO_CA_PASSWORD"].encode() or None)
            roots = tuple(load_pem_x509_certificates(Path(known["HOSO_CA_ROOTS"]).read_bytes()))
        except (OSError, ValueError) as error:
            raise HosoError("HS5232") from error
        if not isinstance(key, RSAPrivateKey) or own is None:
            raise HosoError("HS5232")
        super().__init__(key, (own, *others), roots)
